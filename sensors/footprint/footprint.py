"""The ground that cameras see, for many poses at once: on terrain, with what hides it and how sure it is.

The earth is not flat: on a slope of 0.3 a camera that looks 30 degrees down sees ground 89 m away from
where a flat earth would have it. So every picture is walked over the terrain (`profile`), azimuth by
azimuth. Nothing is guessed: without height, attitude, angle of view or terrain there is no footprint, but
the reason why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon

from sensors.footprint.frustum import STEEPEST, Fan, axes, cut
from sensors.footprint.ground import Frames, Ground
from sensors.footprint.limits import FootprintLimits
from sensors.footprint.outline import outline, polygons_of
from sensors.footprint.profile import Profiles, walk
from sensors.footprint.sight import Sights, look
from sensors.motion.plane import metres_per_degree

Floats = NDArray[np.float64]

#: why there is no footprint
Reason = Literal[
    "height-unknown",
    "attitude-unknown",
    "angle-unknown",
    "no-terrain",
    "below-ground",
    "on-ground",
    "nothing-seen",
    # the checks of positions refused where the camera said it was
    "position-failed",
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
#: why it may not be whole: it goes on beyond the range or the known terrain, or holds unknown ground
#: or nobody told which lens was on
Bound = Literal["horizon", "terrain-edge", "unknown-ground", "lens-registered"]

#: points that one step of the computation holds: tens of megabytes
_AT_ONCE: Final = 2_000_000
#: told corners farther than this from the camera are none [m]
_FARTHEST_TOLD_M: Final = 60_000.0
_STRAIGHT: Final = 179.0


@dataclass(frozen=True, kw_only=True)
class View:
    """Where a camera was and how it looked; see `sensors.track.Pose`. None = not known."""

    #: degrees, EPSG:4326
    lon: float
    lat: float
    #: metres above the datum of the terrain (T.P.), and its standard deviation
    height_m: float | None
    height_sd_m: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    #: None = level: gimbals hold the horizon
    roll_deg: float | None = None
    hfov_deg: float | None = None
    vfov_deg: float | None = None
    #: the angles are those of a lens that was registered for the camera; it told none itself
    lens_registered: bool = False
    image_width: int | None = None
    image_height: int | None = None
    #: what the source itself says of the ground in the picture
    corners: Sequence[Sequence[float]] | None = None
    centre: Sequence[float] | None = None


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """The ground in one picture, degrees EPSG:4326; `geometry` None with the `reason` why."""

    geometry: MultiPolygon | None = None
    reason: Reason | None = None
    #: how it was found: walked over terrain, or as the source told
    way: Literal["terrain", "told"] | None = None
    #: it does not end where the outline does
    open: bool = False
    bounds: tuple[Bound, ...] = ()
    #: where the middle of the picture meets the ground
    centre: tuple[float, float] | None = None
    #: from the camera to there [m]
    slant_m: float | None = None
    #: what a pixel in the middle of the picture is on the ground across the line of sight [m]
    sample_m: float | None = None
    #: standard deviation of the centre on the ground [m]
    uncertainty_m: float | None = None
    area_m2: float | None = None


def footprints(views: Sequence[View], ground: Ground | None, limits: FootprintLimits) -> list[Footprint]:
    """Return the footprints of cameras over one piece of ground, in their order. Raises nothing.

    Corners that the source told are used as they are. The walk counts ground within `limits.sight.range_m`,
    hides what stands behind higher ground, and takes unknown ground for unseen.
    """
    found: list[Footprint | None] = [told_footprint(view) for view in views]
    waiting: list[int] = []
    for index, view in enumerate(views):
        if found[index] is None:
            reason = _missing(view) or (None if ground is not None else "no-terrain")
            if reason is None:
                waiting.append(index)
            else:
                found[index] = Footprint(reason=reason)
    if ground is not None and waiting:
        for index, footprint in zip(
            waiting, _walked([views[index] for index in waiting], ground, limits), strict=True
        ):
            found[index] = footprint
    return [footprint or Footprint(reason="nothing-seen") for footprint in found]


def angles_of_view(view: View) -> tuple[float, float] | None:
    """Return horizontal and vertical angle of view [degrees], one from the other by the picture's sides.

    None when they are not known or no angles of a picture.
    """
    across, along = view.hfov_deg, view.vfov_deg
    if view.image_width and view.image_height:
        sides = view.image_height / view.image_width
        if across is not None and along is None and 0 < across < _STRAIGHT:
            along = float(np.degrees(2 * np.arctan(np.tan(np.radians(across) / 2) * sides)))
        elif along is not None and across is None and 0 < along < _STRAIGHT:
            across = float(np.degrees(2 * np.arctan(np.tan(np.radians(along) / 2) / sides)))
    if across is None or along is None or not (0 < across < _STRAIGHT and 0 < along < _STRAIGHT):
        return None
    return across, along


def told_footprint(view: View) -> Footprint | None:
    """Return the footprint whose corners the source told; None when it told none that can be used."""
    if view.corners is None or len(view.corners) < 3:
        return None
    east_m, north_m = (float(length) for length in metres_per_degree(np.float64(view.lat)))  # type: ignore[arg-type]
    at = np.asarray(view.corners, np.float64)
    if at.shape[1:] != (2,) or not np.isfinite(at).all():
        return None
    metres = (at - [view.lon, view.lat]) * [east_m, north_m]
    if np.hypot(*metres.T).max() > _FARTHEST_TOLD_M:
        return None
    shape = polygons_of(Polygon(metres))
    if shape.is_empty:
        return None
    middle = _told_centre(view, shape, east_m, north_m)
    return Footprint(
        geometry=_degrees(shape, view, (east_m, north_m)), way="told", centre=middle, area_m2=shape.area
    )


def _told_centre(view: View, shape: MultiPolygon, east_m: float, north_m: float) -> tuple[float, float]:
    if view.centre is not None and len(view.centre) == 2 and np.isfinite(view.centre).all():
        return float(view.centre[0]), float(view.centre[1])
    at: Point = shape.centroid
    return view.lon + at.x / east_m, view.lat + at.y / north_m


def _missing(view: View) -> Reason | None:
    if view.height_m is None or not np.isfinite(view.height_m):
        return "height-unknown"
    if view.yaw_deg is None or view.pitch_deg is None:
        return "attitude-unknown"
    if not np.isfinite([view.yaw_deg, view.pitch_deg, view.roll_deg or 0.0, view.lon, view.lat]).all():
        return "attitude-unknown"
    return "angle-unknown" if angles_of_view(view) is None else None


@dataclass(frozen=True, eq=False)
class _Batch:
    """Pictures whose footprint is walked; (n,) float64."""

    frames: Frames
    height_m: Floats
    height_sd_m: Floats
    half_width: Floats
    fan: Fan
    first_m: Floats
    last_m: Floats

    def pick(self, chosen: NDArray[np.intp]) -> _Batch:
        """Return some of them."""
        return _Batch(
            frames=self.frames.pick(chosen),
            height_m=self.height_m[chosen],
            height_sd_m=self.height_sd_m[chosen],
            half_width=self.half_width[chosen],
            fan=Fan(**{name: getattr(self.fan, name)[chosen] for name in Fan.__dataclass_fields__}),
            first_m=self.first_m[chosen],
            last_m=self.last_m[chosen],
        )


@dataclass(frozen=True, eq=False)
class _Middle:
    """Where n axes meet the ground: distance over ground, slant, spread; (n,) [m], NaN = never."""

    distance_m: Floats
    slant_m: Floats
    spread_m: Floats


def _walked(views: Sequence[View], ground: Ground, limits: FootprintLimits) -> list[Footprint]:
    batch = _batch(views, ground, limits)
    under = ground.at(batch.frames.column, batch.frames.row)
    above = batch.height_m - under
    found = [Footprint(reason="nothing-seen")] * len(views)
    for index in np.flatnonzero(above < limits.sight.lowest_above_ground_m):
        found[index] = Footprint(reason="below-ground" if above[index] < 0 else "on-ground")
    # Of a camera over unknown ground what it sees of known ground is told, as `unknown-ground`.
    high = np.flatnonzero(~(above < limits.sight.lowest_above_ground_m))
    for chosen in _portions(batch, high, ground.cell_m):
        for index, footprint in zip(
            chosen, _portion(views, chosen, batch.pick(chosen), ground, limits), strict=True
        ):
            found[index] = footprint
    return found


def _batch(views: Sequence[View], ground: Ground, limits: FootprintLimits) -> _Batch:
    def column(values: Iterator[float | None], missing: float) -> Floats:
        return np.array([missing if value is None else value for value in values], np.float64)

    angles = np.array([angles_of_view(view) for view in views], np.float64)
    half_width, half_height = np.tan(np.radians(angles) / 2).T
    yaw, pitch = column((view.yaw_deg for view in views), 0), column((view.pitch_deg for view in views), 0)
    camera = axes(yaw, pitch, column((view.roll_deg for view in views), 0))
    height = column((view.height_m for view in views), 0)
    sd = column((view.height_sd_m for view in views), limits.error.height_m)
    lon, lat = np.array([(view.lon, view.lat) for view in views], np.float64).T
    fan = cut(camera, half_width, half_height)
    first, last = _spans(fan, height, sd, ground, limits)
    return _Batch(ground.frames(lon, lat, limits.sight.range_m), height, sd, half_width, fan, first, last)


def _spans(
    fan: Fan, height_m: Floats, height_sd_m: Floats, ground: Ground, limits: FootprintLimits
) -> tuple[Floats, Floats]:
    """Return from where to where each camera's walk can meet ground that its picture shows [m].

    Two standard deviations are left around the axis, since its error is found on the same walk.
    """
    down, up = (_turned(fan.axis, sign * 2 * limits.error.pitch_deg) for sign in (-1, 1))
    low = np.minimum(np.where(fan.met, fan.low, np.inf).min(1), down)
    high = np.maximum(np.where(fan.met, fan.high, -np.inf).max(1), up)
    step = ground.cell_m
    clear = height_m - 2 * height_sd_m - ground.highest_m
    first = np.where((clear > 0) & (low < 0), clear / np.maximum(-low, 1e-9), 0.0) - 2 * step
    deep = height_m + 2 * height_sd_m - ground.lowest_m + 10
    last = np.where(high < -1e-6, deep / np.maximum(-high, 1e-6), np.inf) + 3 * step
    range_m = limits.sight.range_m
    return np.clip(first, 0, range_m - step), np.clip(last, 3 * step, range_m)


def _portions(batch: _Batch, chosen: NDArray[np.intp], cell_m: float) -> Iterator[NDArray[np.intp]]:
    """Yield pictures of like reach together, few enough for the memory."""
    steps = np.ceil((batch.last_m - batch.first_m) / cell_m) + 2
    walks = batch.fan.azimuth.shape[1] + 1
    rest = chosen[np.argsort(steps[chosen], kind="stable")]
    while rest.size:
        # the last one of a portion sets the number of steps of all of it, twice the first one's at most
        cost = np.arange(1, rest.size + 1) * walks * steps[rest]
        most = (cost <= _AT_ONCE) & (steps[rest] <= 2 * steps[rest[0]])
        count = max(1, int(most.sum()))
        yield rest[:count]
        rest = rest[count:]


def _portion(
    views: Sequence[View],
    chosen: NDArray[np.intp],
    batch: _Batch,
    ground: Ground,
    limits: FootprintLimits,
) -> Iterator[Footprint]:
    fan = batch.fan
    azimuth = np.concatenate([fan.azimuth, fan.axis_azimuth[:, None]], 1)
    span = (batch.first_m, batch.last_m)
    profiles = walk(ground, batch.frames, batch.height_m, azimuth, span, limits.sight)
    m = fan.azimuth.shape[1]
    sights = look(profiles.part(slice(0, m)), fan)
    middle = _middle(profiles.rows(m), batch, ground, limits)
    hidden: dict[int, list[tuple[int, float, float]]] = {}
    for picture, index, begin, end in sights.hidden:
        hidden.setdefault(picture, []).append((index, begin, end))
    for number, index in enumerate(chosen):
        yield _footprint(views[index], number, batch, sights, hidden.get(number, []), middle, ground)


def _footprint(
    view: View,
    number: int,
    batch: _Batch,
    sights: Sights,
    hidden: list[tuple[int, float, float]],
    middle: _Middle,
    ground: Ground,
) -> Footprint:
    fan = batch.fan
    shape = outline(
        fan.azimuth[number],
        sights.near[number],
        sights.far[number],
        sights.any[number],
        hidden,
        round_about=bool(fan.round[number]),
        cell_m=ground.cell_m,
    )
    if shape.is_empty:
        return Footprint(reason="no-terrain" if sights.unknown[number] else "nothing-seen")
    degree = tuple(float(length) for length in metres_per_degree(np.asarray(view.lat, np.float64)))
    bounds: list[Bound] = []
    if (sights.open[number] & ~sights.edge[number]).any():
        bounds.append("horizon")
    if sights.edge[number].any():
        bounds.append("terrain-edge")
    if sights.unknown[number]:
        bounds.append("unknown-ground")
    if view.lens_registered:
        bounds.append("lens-registered")
    seen = Footprint(
        geometry=_degrees(shape, view, (degree[0], degree[1])),
        way="terrain",
        open=bool(sights.open[number].any()),
        bounds=tuple(bounds),
        area_m2=shape.area,
    )
    return _with_centre(seen, view, number, batch, middle, degree)


def _with_centre(
    seen: Footprint, view: View, number: int, batch: _Batch, middle: _Middle, degree: tuple[float, ...]
) -> Footprint:
    azimuth, distance = batch.fan.axis_azimuth[number], float(middle.distance_m[number])
    if np.isnan(distance):
        return seen
    slant, spread = float(middle.slant_m[number]), float(middle.spread_m[number])
    width = view.image_width
    return replace(
        seen,
        centre=(
            view.lon + float(np.sin(azimuth)) * distance / degree[0],
            view.lat + float(np.cos(azimuth)) * distance / degree[1],
        ),
        slant_m=slant,
        sample_m=slant * 2 * float(batch.half_width[number]) / width if width else None,
        uncertainty_m=None if np.isnan(spread) else spread,
    )


def _middle(profiles: Profiles, batch: _Batch, ground: Ground, limits: FootprintLimits) -> _Middle:
    """Return where the axes meet the ground, from their own walks."""
    fan = batch.fan
    distance = profiles.met(fan.axis[:, None])[:, 0]
    east, north = np.sin(fan.axis_azimuth) * distance, np.cos(fan.axis_azimuth) * distance
    per_m = batch.frames.per_m
    column, row = (
        start + east * per_m[:, 0, axis] + north * per_m[:, 1, axis]
        for axis, start in enumerate((batch.frames.column, batch.frames.row))
    )
    with np.errstate(invalid="ignore"):
        drop = batch.height_m - ground.at(column, row)
    return _Middle(distance, np.hypot(distance, drop), _spread(profiles, distance, batch, limits))


def _spread(middle: Profiles, centre: Floats, batch: _Batch, limits: FootprintLimits) -> Floats:
    """Return the standard deviation of the centre on the ground (n,) [m], NaN where it cannot be told.

    The axis is turned, and the camera lifted, by one standard deviation on the same walk; yaw moves the
    centre across. Where one way goes past the ground the other way counts for both.
    """
    error, axis = limits.error, batch.fan.axis

    def half(up: Floats, down: Floats) -> Floats:
        sides = np.abs(np.stack([up, down]) - centre)
        known = np.isfinite(sides)
        total = np.where(known, sides, 0).sum(0)
        return np.where(known.any(0), total / np.maximum(known.sum(0), 1), np.nan)

    turned = [middle.met(_turned(axis, sign * error.pitch_deg)[:, None])[:, 0] for sign in (1, -1)]
    lifted = [middle.lifted(sign * batch.height_sd_m).met(axis[:, None])[:, 0] for sign in (1, -1)]
    across = centre * np.tan(np.radians(error.yaw_deg))
    spread: Floats = np.sqrt(half(*turned) ** 2 + half(*lifted) ** 2 + across**2 + error.position_m**2)
    return spread


def _turned(tangent: Floats, degrees: float) -> Floats:
    """Return tangents of elevations turned up by `degrees`, held within what is told apart from vertical."""
    angle = np.arctan(tangent) + np.radians(degrees)
    steepest = np.arctan(STEEPEST)
    found: Floats = np.tan(np.clip(angle, -steepest, steepest))
    return found


def _degrees(shape: MultiPolygon, view: View, degree: tuple[float, float]) -> MultiPolygon:
    moved: MultiPolygon = shapely.transform(shape, lambda at: at / np.array(degree) + [view.lon, view.lat])
    # Corners that met in metres may pass each other in the last digit of degrees.
    return moved if moved.is_valid else polygons_of(moved, least=0.0)
