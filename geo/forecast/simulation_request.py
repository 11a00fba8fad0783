"""What an officer asks of an inundation run, and what is wrong with it; pure.

Every fault names the field at fault, as the request calls it (`discharge.m3_s`), so that a form can show it
there. Lengths are metres, heights metres above T.P. (Tokyo Peil), discharge m³/s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from shapely.geometry import LineString

Side = Literal["left", "right"]

#: longest run [h], and a breach's longest line [m]
LONGEST_H: Final = 72.0
LONGEST_LINE_M: Final = 5_000.0
#: Manning's n of a flood plain [s m^(-1/3)]; Chow (1959) tabulates 0.02 (short grass) to 0.2 (dense willows)
MANNING: Final = (0.01, 0.3)
#: no breach of a Japanese river gives more [m³/s]: the largest design floods are about this
MOST_M3_S: Final = 25_000.0
MOST_POINTS: Final = 2_000
#: widths of a breach [m] and slopes of a river bed that make sense
WIDTH_M: Final = (1.0, 2_000.0)
BED_SLOPE: Final = (1e-6, 0.1)
#: heights in Japan [m above T.P.]
SILL_M: Final = (-20.0, 3_800.0)


class RequestError(ValueError):
    """Raised for a request that cannot be run; `field` is what to mend."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{field}: {words}")
        self.field = field
        self.words = words


class Constant(msgspec.Struct, tag_field="kind", tag="constant", forbid_unknown_fields=True):
    """The same discharge [m³/s] throughout."""

    m3_s: float


class Given(msgspec.Struct, tag_field="kind", tag="hydrograph", forbid_unknown_fields=True):
    """A discharge over time, straight between its points and held after the last."""

    time_s: list[float]
    m3_s: list[float]


class FromGauge(msgspec.Struct, tag_field="kind", tag="gauge", forbid_unknown_fields=True):
    """What a gauge's level forecast lets through the breach (`geo.flood.weir`)."""

    gauge: str
    #: null = the ground at the breach, the higher side
    sill_m: float | None = None
    #: null = the length of the line
    width_m: float | None = None
    #: null = unknown: the whole frontal discharge
    bed_slope: float | None = None


class Breach(msgspec.Struct):
    """A GeoJSON LineString in longitude and latitude."""

    type: str
    coordinates: list[list[float]]
    crs: Any = None


class InundationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked: where the levee goes, what comes through, for how long."""

    breach: Breach
    discharge: Constant | Given | FromGauge
    hours: float = 6.0
    manning: float = 0.04
    terrain: int | None = None
    #: on which side of the line, as one walks along it, the land lies; null = the water finds its way
    land_side: Side | None = None
    title: Annotated[str, msgspec.Meta(max_length=200)] | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able data."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        document["breach"].pop("crs")
        return document

    @property
    def line(self) -> LineString:
        """The breach, longitude and latitude."""
        return LineString([point[:2] for point in self.breach.coordinates])


def read_request(document: object) -> InundationRequest:
    """Build a request from JSON-able data and check it. Raises `RequestError`."""
    try:
        request = msgspec.convert(document, InundationRequest)
    except msgspec.ValidationError as fault:
        raise request_fault(str(fault)) from fault
    return checked(request)


def request_fault(words: str) -> RequestError:
    """Return msgspec's words as an error of ours: `… - at $.breach.type` names the field."""
    said, _, path = words.partition(" - at `")
    return RequestError(path.strip("`").removeprefix("$").lstrip(".") or "request", said)


def checked(request: InundationRequest) -> InundationRequest:
    """Return the request. Raises `RequestError` naming the first field that makes no sense."""
    _check_line(request.breach)
    _within("hours", request.hours, (1 / 60, LONGEST_H))
    _within("manning", request.manning, MANNING)
    match request.discharge:
        case Constant(m3_s=m3_s):
            _check_discharges("discharge.m3_s", [m3_s])
        case Given(time_s=time_s, m3_s=values):
            _check_times(time_s, values)
            _check_discharges("discharge.m3_s", values)
        case FromGauge() as gauge:
            _check_gauge(gauge)
    return request


def _check_line(breach: Breach) -> None:
    if breach.type != "LineString":
        raise RequestError("breach.type", f"a breach is a LineString, not {breach.type[:40]!r}")
    if breach.crs is not None:
        raise RequestError("breach.crs", "longitude and latitude (WGS 84) are expected; leave `crs` out")
    points = breach.coordinates
    if not 2 <= len(points) <= 200:
        raise RequestError("breach.coordinates", f"a breach has 2 to 200 points, not {len(points)}")
    for point in points:
        if len(point) not in (2, 3) or not all(math.isfinite(value) for value in point):
            raise RequestError("breach.coordinates", f"{point!r} is no point")
        if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
            raise RequestError(
                "breach.coordinates",
                f"({point[0]:g}, {point[1]:g}) is no longitude and latitude: another coordinate system?",
            )
    if len({(point[0], point[1]) for point in points}) < 2:
        raise RequestError("breach.coordinates", "all points of the breach are the same")


def _check_times(time_s: Sequence[float], values: Sequence[float]) -> None:
    if len(time_s) != len(values):
        raise RequestError("discharge.time_s", f"{len(time_s)} times but {len(values)} discharges")
    if not 1 <= len(time_s) <= MOST_POINTS:
        raise RequestError("discharge.time_s", f"a hydrograph has 1 to {MOST_POINTS} points")
    for before, after in zip([-math.inf, *time_s], time_s, strict=False):
        if not math.isfinite(after):
            raise RequestError("discharge.time_s", f"{after} is no time")
        if after <= before:
            raise RequestError("discharge.time_s", f"times do not increase: {before:g} s, then {after:g} s")
    if time_s[0] < 0:
        raise RequestError("discharge.time_s", f"{time_s[0]:g} s lies before the breach")


def _check_discharges(field: str, values: Sequence[float]) -> None:
    for value in values:
        if not math.isfinite(value):
            raise RequestError(field, f"{value} is no discharge")
        if value < 0:
            raise RequestError(field, f"{value:g} m³/s is negative")
        if value > MOST_M3_S:
            raise RequestError(field, f"{value:g} m³/s is more than any river gives ({MOST_M3_S:g})")
    if not any(values):
        raise RequestError(field, "no water comes in: the discharge is 0")


def _check_gauge(gauge: FromGauge) -> None:
    for name, value, limits in (
        ("discharge.sill_m", gauge.sill_m, SILL_M),
        ("discharge.width_m", gauge.width_m, WIDTH_M),
        ("discharge.bed_slope", gauge.bed_slope, BED_SLOPE),
    ):
        if value is not None:
            _within(name, value, limits)


def _within(field: str, value: float, limits: tuple[float, float]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise RequestError(field, f"{value:g} is outside {low:.6g} to {high:.6g}")
