"""Footprints against what geometry says: planes, slopes, a ridge, and single lines of sight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import Point

from sensors.footprint.footprint import Footprint, View, footprints
from sensors.footprint.frustum import axes
from sensors.footprint.limits import footprint_limits
from sensors.simulate.picture_corners import level_corners
from tests.unit.sensors.footprint.ground_stand import camera, centre, ground_of, metres

LIMITS = footprint_limits()


def flat(x: Any, _: Any) -> Any:
    """Nothing rises."""
    return 0 * x


FLAT = ground_of(flat)


def seen(view: View, ground: Any = FLAT) -> Footprint:
    [found] = footprints([view], ground, LIMITS)
    return found


def test_straight_down_over_a_plane_is_the_rectangle_of_the_angles() -> None:
    found = seen(
        camera(height_m=120.0, pitch_deg=-90.0, yaw_deg=0.0, hfov_deg=73.7, vfov_deg=58.7, image_width=4000)
    )
    width, height = (240 * math.tan(math.radians(angle) / 2) for angle in (73.7, 58.7))
    west, south, east, north = metres(found).bounds
    assert (east - west, north - south) == pytest.approx((width, height), rel=2e-3)
    assert found.area_m2 == pytest.approx(width * height, rel=2e-3)
    assert (found.open, found.bounds, found.way) == (False, (), "terrain")
    assert centre(found) == pytest.approx((0, 0), abs=0.5)
    assert found.slant_m == pytest.approx(120, abs=0.1)
    assert found.sample_m == pytest.approx(width / 4000, rel=1e-3)


def test_a_slanted_view_over_a_plane_ends_where_its_corners_do() -> None:
    found = seen(camera(height_m=150.0))
    near, far = (150 / math.tan(math.radians(angle)) for angle in (50, 10))
    west, _, east, north = metres(found).bounds
    # the middle of the lower edge is nearest; the earth's curve adds half a metre at a kilometre
    assert west == pytest.approx(near, rel=2e-3)
    assert east == pytest.approx(far, rel=2e-3)
    # the upper corners lie half the width away across the slant of the upper edge
    across = math.hypot(150, far) * math.cos(math.radians(20)) * math.tan(math.radians(30))
    assert north == pytest.approx(across, rel=2e-3)
    assert centre(found) == pytest.approx((150 / math.tan(math.radians(30)), 0), abs=0.5)


def test_a_slope_draws_the_picture_nearer() -> None:
    found = seen(camera(height_m=150.0), ground_of(lambda x, _: 0.3 * x))
    # a flat earth would have it 260 m away
    assert centre(found)[0] == pytest.approx(150 / (math.tan(math.radians(30)) + 0.3), abs=0.5)


def test_a_ridge_hides_the_valley_behind_it() -> None:
    ground = ground_of(lambda x, _: np.where(abs(x - 600) <= 30, 100.0, 0.0))
    shape = metres(seen(camera(height_m=150.0, pitch_deg=-10.0, hfov_deg=40.0, vfov_deg=30.0), ground))
    # the ridge's far brow is between 615 and 625 m, so its shadow ends at three times that
    shown = {x: shape.contains(Point(x, 0)) for x in (400, 560, 600, 700, 1200, 1830, 1900, 2500)}
    assert [x for x, visible in shown.items() if not visible] == [700, 1200, 1830]


def test_a_picture_with_sky_is_open_and_counts_no_farther_than_the_range() -> None:
    found = seen(camera(height_m=150.0, pitch_deg=0.0))
    assert (found.open, found.bounds) == (True, ("horizon",))
    assert found.centre is None
    assert LIMITS.sight.range_m - 20 <= metres(found).bounds[2] <= LIMITS.sight.range_m + 1
    assert seen(camera(height_m=150.0, pitch_deg=40.0)).reason == "nothing-seen"


def test_a_hillside_above_the_camera_closes_the_picture() -> None:
    found = seen(camera(height_m=150.0, pitch_deg=0.0), ground_of(lambda x, _: np.maximum(0, x - 500)))
    assert not found.open
    # the upper edge, 20 degrees up, meets the rise where x tan 20 + 150 = x - 500
    assert metres(found).bounds[2] == pytest.approx(650 / (1 - math.tan(math.radians(20))), rel=0.01)


def test_a_camera_beside_the_terrain_sees_what_of_it_is_in_the_picture() -> None:
    found = seen(camera(east_m=-1200.0, height_m=150.0), ground_of(flat, half_m=1000))
    assert found.bounds == ("unknown-ground",)
    west, _, east, _ = metres(found).bounds
    assert (west, east) == pytest.approx((-1000, -1200 + 150 / math.tan(math.radians(10))), abs=12)


def test_roll_turns_the_picture() -> None:
    level, rolled = (
        metres(seen(camera(height_m=100.0, pitch_deg=-90.0, yaw_deg=0.0, roll_deg=roll))).bounds
        for roll in (0.0, 90.0)
    )
    assert rolled[2] - rolled[0] == pytest.approx(level[3] - level[1], rel=5e-3)


def test_what_is_not_known_of_the_ground_is_said() -> None:
    edge = seen(camera(height_m=150.0, pitch_deg=-10.0), ground_of(flat, half_m=1000))
    assert (edge.open, "terrain-edge" in edge.bounds) == (True, True)
    lake = ground_of(lambda x, y: np.where(np.hypot(x - 300, y) < 60, np.nan, 0.0))
    found = seen(camera(height_m=150.0), lake)
    assert "unknown-ground" in found.bounds
    assert not metres(found).contains(Point(300, 0))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"height_m": None}, "height-unknown"),
        ({"yaw_deg": None}, "attitude-unknown"),
        ({"hfov_deg": None}, "angle-unknown"),
        ({"vfov_deg": None}, "angle-unknown"),
        ({"hfov_deg": 0.0}, "angle-unknown"),
        ({"height_m": -2.0}, "below-ground"),
        ({"height_m": 0.5}, "on-ground"),
        ({"east_m": 50_000.0}, "no-terrain"),
        ({"east_m": 7500.0}, "no-terrain"),
    ],
)
def test_without_what_it_needs_there_is_a_reason_and_no_footprint(changed: Any, reason: str) -> None:
    found = seen(camera(**{"height_m": 100.0, **changed}))
    assert (found.geometry, found.reason) == (None, reason)
    [blind] = footprints([camera(height_m=100.0)], None, LIMITS)
    assert blind.reason == "no-terrain"


def test_the_vertical_angle_follows_from_the_sides_of_the_picture() -> None:
    whole = camera(height_m=100.0, vfov_deg=math.degrees(2 * math.atan(math.tan(math.radians(30)) * 0.75)))
    found = seen(camera(height_m=100.0, vfov_deg=None, image_width=4000, image_height=3000))
    assert found.area_m2 == pytest.approx(seen(whole).area_m2)


def test_corners_that_the_source_tells_are_used_and_nonsense_is_not() -> None:
    here = camera(height_m=None)
    corners = [
        (here.lon + x / 90_000, here.lat + y / 111_000) for x, y in ((0, 90), (90, 90), (90, 0), (0, 0))
    ]
    told = camera(height_m=None, corners=corners)
    [found] = footprints([told], None, LIMITS)
    assert (found.way, found.open, found.reason) == ("told", False, None)
    assert found.area_m2 == pytest.approx(8100, rel=0.02)
    for bad in ([(0.0, 0.0)] * 4, [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)], [(math.nan, 0.0)] * 4, corners[:2]):
        assert footprints([camera(height_m=None, corners=bad)], None, LIMITS)[0].reason == "height-unknown"


def test_the_centre_is_as_sure_as_attitude_and_height_are() -> None:
    error = LIMITS.error
    down = math.radians(30)
    slant = 150 / math.sin(down)
    along = slant * math.radians(error.pitch_deg) / math.sin(down)
    across = slant * math.cos(down) * math.radians(error.yaw_deg)
    lifted = 20 / math.tan(down)
    expected = math.sqrt(along**2 + across**2 + lifted**2 + error.position_m**2)
    assert seen(camera(height_m=150.0, height_sd_m=20.0)).uncertainty_m == pytest.approx(expected, rel=0.02)


def test_paper_metres_of_web_mercator_are_not_metres() -> None:
    def form(x: Any, y: Any) -> Any:
        return 40 * np.sin(x / 200) * np.cos(y / 300)

    plane, paper = (
        seen(camera(height_m=200.0), ground_of(form, half_m=2000, crs=crs)) for crs in (6676, 3857)
    )
    assert paper.area_m2 == pytest.approx(plane.area_m2, rel=0.01)
    assert centre(paper) == pytest.approx(centre(plane), abs=3)


def test_many_at_once_are_as_one_by_one_and_as_points_looked_at_singly() -> None:
    def form(x: Any, y: Any) -> Any:
        return 100 + 80 * np.sin(x / 300) * np.cos(y / 400)

    ground = ground_of(form, half_m=4000)
    chance = np.random.default_rng(7)
    views = [
        camera(
            float(chance.uniform(-900, 900)),
            float(chance.uniform(-900, 900)),
            height_m=float(chance.uniform(220, 600)),
            yaw_deg=float(chance.uniform(-180, 360)),
            pitch_deg=float(chance.uniform(-90, -12)),
            roll_deg=float(chance.uniform(-15, 15)),
        )
        for _ in range(12)
    ]
    together = footprints(views, ground, LIMITS)
    wrong = looked = 0
    for view, found in zip(views, together, strict=True):
        alone = seen(view, ground)
        assert alone.area_m2 == pytest.approx(found.area_m2, rel=0.01)
        shape = metres(found)
        west, south, east, north = shape.bounds
        points = chance.uniform((west - 50, south - 50), (east + 50, north + 50), (150, 2))
        points = points[np.hypot(*points.T) < 3900]
        visible = np.array([_visible(view, form, east_m, north_m) for east_m, north_m in points])
        inside = shapely.contains_xy(shape, *points.T)
        # what lies within two cells of an edge may be either
        clear = shapely.distance(shapely.points(points), shape.boundary) > 20
        wrong += int((visible != inside)[clear].sum())
        looked += int(clear.sum())
    assert looked > 1000
    assert wrong / looked < 0.01


def _visible(view: View, form: Any, east_m: float, north_m: float) -> bool:
    """Look at one point: is it in the picture, and does no ground on the way stand higher."""
    from tests.unit.sensors.footprint.ground_stand import NORTH_M, _to_metres

    x, y = _to_metres.transform(view.lon, view.lat)
    assert view.height_m is not None
    line = np.array([east_m - x, north_m - (y - NORTH_M), form(east_m, north_m) - view.height_m])
    forward, right, down = axes(
        *(np.array([angle]) for angle in (view.yaw_deg, view.pitch_deg, view.roll_deg))
    )[0]
    depth = line @ forward
    if depth <= 0 or abs(line @ right) > depth * math.tan(math.radians(30)):
        return False
    if abs(line @ down) > depth * math.tan(math.radians(20)):
        return False
    share = np.linspace(0.001, 0.99, 800)
    on_way = form(x + share * line[0], y - NORTH_M + share * line[1])
    return bool((on_way <= view.height_m + share * line[2] + 0.05).all())


def test_no_pose_is_too_odd() -> None:
    """Anything numbers can say is answered with a valid outline or a reason."""
    ground = ground_of(
        lambda x, y: np.where(np.hypot(x - 500, y) < 300, np.nan, 60 * np.sin(x / 200)), half_m=1500
    )
    chance = np.random.default_rng(5)

    def one(*given: float | None) -> Any:
        return given[chance.integers(len(given))]

    views = [
        camera(
            one(0.0, 500.0, -9000.0, float(chance.uniform(-3000, 3000))),
            height_m=one(61.6, 1e4, -50.0, math.nan, float(chance.uniform(0, 900))),
            height_sd_m=one(None, 0.0, 1e4),
            yaw_deg=one(0.0, 90.0, -540.0, math.nan, float(chance.uniform(0, 360))),
            pitch_deg=one(-90.0, 0.0, 90.0, -180.0, float(chance.uniform(-95, 10))),
            roll_deg=one(None, 180.0, -90.0, float(chance.uniform(-180, 180))),
            hfov_deg=one(0.01, 178.9, 60.0),
            vfov_deg=one(0.01, 178.9, 40.0),
            image_width=one(None, 0, 1920),
        )
        for _ in range(120)
    ]
    found = footprints(views, ground, LIMITS)
    assert all((one.geometry is None) == (one.reason is not None) for one in found)
    shapes = [one.geometry for one in found if one.geometry is not None]
    assert len(shapes) > 12
    assert all(shape.is_valid and np.isfinite(shape.bounds).all() for shape in shapes)
    broken = [one.reason for view, one in zip(views, found, strict=True) if math.isnan(view.yaw_deg or 0)]
    assert set(broken) <= {"attitude-unknown", "height-unknown"}


def test_simulated_payloads_tell_the_corners_that_a_plane_gives() -> None:
    view = camera(height_m=120.0, pitch_deg=-70.0)
    corners = level_corners(view.lon, view.lat, 120.0, (90.0, -70.0, 0.0), (60.0, 40.0))
    [told] = footprints([camera(height_m=None, corners=corners)], None, LIMITS)
    walked = seen(view)
    assert told.area_m2 == pytest.approx(walked.area_m2, rel=5e-3)
    assert told.geometry is not None
    assert walked.geometry is not None
    assert told.geometry.intersection(walked.geometry).area == pytest.approx(walked.geometry.area, rel=0.01)
    assert level_corners(view.lon, view.lat, 120.0, (90.0, -10.0, 0.0), (60.0, 40.0)) is None
