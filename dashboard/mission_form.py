"""A mission as somebody asks for it: read and checked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import shapely
from msgspec import Meta, Struct
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from dashboard.airspace_form import shape_of
from dashboard.errors import BadInputError
from geo.mission_status import Status

Key = Annotated[str, Meta(min_length=8, max_length=64)]
Moment = Annotated[datetime, Meta(tz=True)]
Version = Annotated[int, Meta(ge=1)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Note = Annotated[str, Meta(max_length=400)]
Kind = Literal["rescue", "medical", "survey", "transport", "fire", "other"]


class MissionForm(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a mission is."""

    kind: Kind
    #: 1 at once, 2 soon, 3 when there is time
    urgency: Annotated[int, Meta(ge=1, le=3)] = 2
    place: Annotated[str, Meta(min_length=1, max_length=120)]
    #: GeoJSON Point, Polygon or MultiPolygon [degrees, EPSG:4326]
    geometry: dict[str, Any]
    #: null = as the rules say for a point, 0 for an area [m]
    radius_m: Annotated[float, Meta(ge=0.0, le=50_000.0)] | None = None
    requested_by: Annotated[str, Meta(min_length=1, max_length=80)]
    #: null = now
    requested_at: Moment | None = None
    #: a resident's call for help
    safety_id: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    #: a shelter's line of demand, `shelter/line`
    request_id: Name | None = None
    landing_site: Name | None = None
    #: what the coordinator was told of the vehicle's endurance
    endurance_until: Moment | None = None
    note: Note = ""


class NewMission(MissionForm, kw_only=True, forbid_unknown_fields=True):
    """A mission to be added; the same `key` is the same request. With `vehicle` it is tasked at once."""

    key: Key
    vehicle: Name | None = None


class ChangedMission(MissionForm, kw_only=True, forbid_unknown_fields=True):
    """A mission as it shall be, by somebody who saw `version`."""

    key: Key
    version: Version


class StepForm(Struct, kw_only=True, forbid_unknown_fields=True):
    """A mission's next status, by somebody who saw `version`; tasking names a vehicle."""

    key: Key
    version: Version
    status: Status
    vehicle: Name | None = None
    note: Note = ""


class CheckForm(Struct, kw_only=True, forbid_unknown_fields=True):
    """What shall be looked at before tasking: a mission that is there, or a place."""

    vehicle: Name
    mission: int | None = None
    geometry: dict[str, Any] | None = None
    landing_site: Name | None = None
    endurance_until: Moment | None = None


class SiteWord(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whether a landing site is usable, by somebody who saw `version`."""

    key: Key
    version: Version
    state: Literal["usable", "unusable", "unknown"]
    reason: Annotated[str, Meta(max_length=200)] = ""


def columns(form: MissionForm, now: datetime, radius_m: float) -> dict[str, Any]:
    """Return a mission's columns at the incident's `now`; `radius_m` is that of a point where none is told.

    Raises `BadInputError` naming the culprit.
    """
    shape = place_of(form.geometry)
    if form.requested_at is not None and form.requested_at > now:
        raise BadInputError("requested_at: lies ahead")
    if form.endurance_until is not None and form.endurance_until <= now:
        raise BadInputError("endurance_until: has passed")
    is_point = isinstance(shape, Point)
    return {
        "kind": form.kind,
        "urgency": form.urgency,
        "place": _words("place", form.place),
        "shape": shapely.to_wkb(shape),
        "radius_m": form.radius_m if form.radius_m is not None else radius_m if is_point else 0.0,
        "requested_by": _words("requested_by", form.requested_by),
        "requested_at": form.requested_at or now,
        "safety_id": form.safety_id,
        "request_id": form.request_id,
        "landing_site_id": form.landing_site,
        "note": form.note.strip(),
        "endurance_until": form.endurance_until,
        "endurance_told_at": None if form.endurance_until is None else now,
    }


def place_of(geometry: dict[str, Any]) -> BaseGeometry:
    """Return a GeoJSON point or area. Raises `BadInputError` that says what is wrong with it."""
    if geometry.get("type") != "Point":
        return shape_of(geometry)
    numbers = geometry.get("coordinates")
    whole = (
        isinstance(numbers, list)
        and len(numbers) == 2
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers)
    )
    if not whole or not (-180 <= numbers[0] <= 180 and -85 <= numbers[1] <= 85):  # type: ignore[index]
        raise BadInputError("geometry.coordinates: must be [longitude, latitude] in degrees")
    return Point(numbers)


def _words(name: str, text: str) -> str:
    if not text.strip():
        raise BadInputError(f"{name} is blank")
    return text.strip()
