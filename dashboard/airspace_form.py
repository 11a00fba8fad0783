"""An airspace as somebody asks for it: read, checked, and told apart from what somebody else made of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
import shapely
from msgspec import Meta, Struct
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from dashboard.errors import BadInputError
from geo.moment import utc_text
from sensors.motion.airspace import SpaceKind, circle

Height = Annotated[float, Meta(ge=-500.0, le=30_000.0)]
Moment = Annotated[datetime, Meta(tz=True)]

#: corners of all rings together: every screen gets them with each change
MOST_CORNERS: Final = 2_000
#: wider ones are a slip of the pen [degrees]
WIDEST_DEG: Final = 10.0


class Circle(Struct, kw_only=True, forbid_unknown_fields=True):
    """A circle instead of polygons: middle [degrees, EPSG:4326] and radius [m]."""

    lon: Annotated[float, Meta(ge=-180.0, le=180.0)]
    lat: Annotated[float, Meta(ge=-85.0, le=85.0)]
    radius_m: Annotated[float, Meta(gt=0.0, le=300_000.0)]


class AirspaceForm(Struct, kw_only=True, forbid_unknown_fields=True):
    """An airspace. Heights are metres above T.P.; null = from the ground, or without end."""

    kind: SpaceKind
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    #: GeoJSON Polygon or MultiPolygon [degrees, EPSG:4326]; or `circle`
    geometry: dict[str, Any] | None = None
    circle: Circle | None = None
    floor_tp_m: Height | None = None
    ceiling_tp_m: Height | None = None
    #: null = from now
    from_at: Moment | None = None
    #: null = until it is ended
    to_at: Moment | None = None
    #: vehicles that may be there; their entry is shown as exempt
    exempt: Annotated[list[Annotated[str, Meta(min_length=1, max_length=128)]], Meta(max_length=200)] = []
    #: whence it is: the notice's number, or who decided
    source: Annotated[str, Meta(min_length=1, max_length=200)]


class ChangedAirspace(AirspaceForm, kw_only=True, forbid_unknown_fields=True):
    """An airspace as it shall be, and what the writer saw it as."""

    revision: str


class EndedAirspace(Struct, kw_only=True, forbid_unknown_fields=True):
    """The end of an airspace, by somebody who saw it as `revision`."""

    revision: str


def columns(form: AirspaceForm, now: datetime) -> dict[str, Any]:
    """Return an airspace's columns at the incident's `now`. Raises `BadInputError` naming the culprit."""
    if (form.geometry is None) == (form.circle is None):
        raise BadInputError("geometry: either geometry or circle must be given, and not both")
    shape = (
        circle(form.circle.lon, form.circle.lat, form.circle.radius_m)
        if form.circle is not None
        else shape_of(form.geometry)
    )
    from_at = form.from_at or now
    if form.to_at is not None and form.to_at <= max(from_at, now):
        raise BadInputError(f"to_at: {utc_text(form.to_at)} must lie after from_at and after now")
    if form.floor_tp_m is not None and form.ceiling_tp_m is not None and form.ceiling_tp_m <= form.floor_tp_m:
        raise BadInputError(
            f"ceiling_tp_m: {form.ceiling_tp_m:g} m must lie above floor_tp_m ({form.floor_tp_m:g} m)"
        )
    return {
        "kind": form.kind,
        "name": _text("name", form.name),
        "shape": shapely.to_wkb(shapely.multipolygons(shapely.get_parts(shape))),
        "floor_tp_m": form.floor_tp_m,
        "ceiling_tp_m": form.ceiling_tp_m,
        "from_at": from_at,
        "to_at": form.to_at,
        "exempt": sorted(set(form.exempt)),
        "source": _text("source", form.source),
    }


def shape_of(geometry: object) -> BaseGeometry:
    """Return the polygons of GeoJSON. Raises `BadInputError` that says what is wrong with it, and where."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise BadInputError(f"geometry.type: must be Polygon or MultiPolygon, is {str(kind)[:40]!r}")
    coordinates = geometry.get("coordinates")
    parts = _list("geometry.coordinates", [coordinates] if kind == "Polygon" else coordinates)
    polygons = [_polygon(f"polygon {number}", part) for number, part in enumerate(parts, start=1)]
    shape: BaseGeometry = MultiPolygon(polygons)
    if not shape.is_valid:
        raise BadInputError(f"geometry: its outline is not simple: {explain_validity(shape)}")
    if shapely.count_coordinates(shape) > MOST_CORNERS:
        raise BadInputError(f"geometry: more than {MOST_CORNERS} corners; simplify it")
    west, south, east, north = shape.bounds
    if max(east - west, north - south) > WIDEST_DEG:
        raise BadInputError(f"geometry: wider than {WIDEST_DEG:g} degrees; is longitude before latitude?")
    return shape


def _polygon(where: str, rings: object) -> Polygon:
    found = [
        _ring(f"{where}, ring {number}", ring) for number, ring in enumerate(_list(where, rings), start=1)
    ]
    return Polygon(found[0], found[1:])


def _ring(where: str, ring: object) -> list[tuple[float, float]]:
    corners = [
        _corner(f"{where}, corner {number}", corner) for number, corner in enumerate(_list(where, ring), 1)
    ]
    if len(corners) < 4 or corners[0] != corners[-1]:
        raise BadInputError(f"geometry: {where}: needs four corners or more, the last equal to the first")
    return corners


def _corner(where: str, corner: object) -> tuple[float, float]:
    numbers = corner if isinstance(corner, list) else []
    whole = len(numbers) in (2, 3) and all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one) for one in numbers
    )
    if not whole:
        raise BadInputError(f"geometry: {where}: must be [longitude, latitude] in degrees")
    lon, lat = float(numbers[0]), float(numbers[1])
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        raise BadInputError(f"geometry: {where}: ({lon:g}, {lat:g}) is no (longitude, latitude) in degrees")
    return lon, lat


def _list(where: str, value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise BadInputError(f"geometry: {where}: must be a list that is not empty")
    return value


def _text(name: str, text: str) -> str:
    if not text.strip():
        raise BadInputError(f"{name} is blank")
    return text.strip()


def revision(row: Mapping[str, Any]) -> str:
    """Return what tells two states of an airspace apart; who is inside does not count."""
    told = [
        row["kind"],
        row["name"],
        bytes(row["shape"]).hex(),
        row["floor_tp_m"],
        row["ceiling_tp_m"],
        utc_text(row["from_at"]),
        utc_text(row["to_at"]),
        sorted(row["exempt"]),
        row["source"],
        utc_text(row.get("ended_at")),
    ]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]
