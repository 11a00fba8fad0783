"""Simulated vehicles: flights that hold together, and encoders that the codecs read back."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.altitude import Surroundings, altitude_rules, best
from sensors.codecs.dji import DjiCodec
from sensors.codecs.own_track import OwnTrackCodec
from sensors.codecs.owntracks import OwnTracksCodec
from sensors.codecs.readsb import ReadsbCodec
from sensors.codecs.vehicle_codec import VehicleCodec
from sensors.simulate.aircraft import MEETING_S, PRESSURE_HPA, SimulatedCraft, helicopters
from sensors.simulate.drone_flight import SimulatedDrone, drones
from sensors.simulate.encode_own import encode_pose, encode_status, encode_track, topic
from sensors.simulate.encode_vendor import encode_dji_osd, encode_owntracks, encode_readsb
from sensors.simulate.route import Origin, Waypoint, fly, lanes
from sensors.track import Altitude, FieldEvent, Pose, Track

NOW = datetime(2026, 6, 2, 14, 36, 0, tzinfo=UTC)
PLACES = [(134.55, 34.07), (134.45, 34.03), (134.20, 34.07), (134.32, 33.85), (134.6, 33.8), (134.7, 34.2)]


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


def far_m(one: Track, other: Track) -> float:
    return math.hypot(*Origin(one.lon, one.lat, 0.0).metres(other.lon, other.lat))


def test_a_route_keeps_its_speeds_and_waits_where_it_is_told_to() -> None:
    origin = Origin(134.5, 34.0, 5.0)
    route = fly(origin, [Waypoint(0, 0, 5.0, stay_s=10), Waypoint(0, 1000, 65.0, 50.0, stay_s=20)])
    assert route.length_s == pytest.approx(10 + 20 + 20)
    assert route.at(5).on_ground
    moving = route.at(20)
    assert (moving.ground_speed_m_s, moving.course_deg, moving.climb_m_s) == pytest.approx((50.0, 0.0, 3.0))
    assert origin.metres(moving.lon, moving.lat) == pytest.approx((0.0, 500.0))
    assert route.at(40).course_deg is None
    assert not route.at(1e6).on_ground
    with pytest.raises(ValueError, match="no speed"):
        fly(origin, [Waypoint(0, 0, 5.0), Waypoint(0, 9, 5.0)])


def test_lanes_cover_the_width_and_turn_round() -> None:
    points = list(
        lanes(
            (0, 0), length_m=2000, width_m=1000, spacing_m=250, heading_deg=90, height_tp_m=300, speed_m_s=30
        )
    )
    norths = {round(point.north_m) for point in points}
    assert {-500, -250, 0, 250, 500} <= norths
    steps = [math.hypot(b.east_m - a.east_m, b.north_m - a.north_m) for a, b in pairwise(points)]
    assert max(steps) == pytest.approx(2000)
    # A half turn goes round: its corners lie outside of the lanes.
    assert max(point.east_m for point in points) == pytest.approx(1000 + 125, abs=10)


def test_the_helicopters_are_what_an_air_coordinator_must_tell_apart() -> None:
    fleet = helicopters(PLACES, generator())
    chance = generator()
    tracks = {craft.id: craft.track(MEETING_S, NOW, chance) for craft in fleet}
    assert sum(track.endurance_s is not None for track in tracks.values()) == 2
    unknown = [t for t in tracks.values() if {one.reference for one in t.altitudes} == {"standard pressure"}]
    assert len(unknown) == 1
    assert [craft.id for craft in fleet if craft.silent_at(MEETING_S)] == ["sim-heli-4"]
    near = [
        (a.source_id, b.source_id)
        for i, a in enumerate(tracks.values())
        for b in list(tracks.values())[i + 1 :]
        if far_m(a, b) < 600
    ]
    assert near == [("sim-heli-5", "sim-heli-6")]
    assert all(track.extra == {"synthetic": True} for track in tracks.values())
    assert all((track.callsign or "").startswith("模擬") for track in tracks.values())


def test_their_heights_agree_once_the_pressure_is_known() -> None:
    craft = helicopters(PLACES, generator())[0]
    track = craft.track(1200.0, NOW, generator())
    rules, around = altitude_rules(), Surroundings(sea_level_pressure_hpa=PRESSURE_HPA)
    true_m = craft.route.at(1200.0).height_tp_m
    for altitude in track.altitudes:
        height = best([altitude], track.lon, track.lat, rules, around)
        assert height is not None
        assert height.value_m == pytest.approx(true_m, abs=3 * height.sd_m)


def test_flights_are_as_fast_as_the_craft_and_the_same_from_one_seed() -> None:
    for first, again in zip(
        [*helicopters(PLACES, generator()), *drones(PLACES, generator())],
        [*helicopters(PLACES, generator()), *drones(PLACES, generator())],
        strict=True,
    ):
        moments = np.arange(0.0, first.route.length_s, 20.0)
        states = [first.route.at(float(s)) for s in moments]
        assert states == [again.route.at(float(s)) for s in moments]
        fastest = 80.0 if first.kind == "helicopter" else 15.0
        assert 0.0 < max(state.ground_speed_m_s for state in states) < fastest
        assert states[0].on_ground
        assert first.route.at(first.route.length_s - 1).on_ground


def test_a_drone_surveys_within_its_battery_and_looks_where_it_flies() -> None:
    for drone in drones(PLACES, generator()):
        assert drone.route.length_s < 2400
        track = drone.track(300.0, NOW, generator())
        pose = drone.pose(300.0, track, generator())
        assert track.battery_percent is not None
        assert 0 < track.battery_percent < 100
        assert pose.yaw_deg is not None
        assert track.course_deg is not None
        assert abs((pose.yaw_deg - track.course_deg + 180) % 360 - 180) < 10
        assert (pose.lon, pose.lat, pose.altitudes) == (track.lon, track.lat, track.altitudes)
        (back,) = read(OwnTrackCodec(), topic("-", "drone", drone.id, "pose"), encode_pose(pose))
        assert isinstance(back, Pose)
        assert (back.source_id, back.corners) == (pose.source_id, pose.corners)


def read(codec: VehicleCodec, where: str, payload: bytes) -> list[object]:
    return list(codec.decode(where, payload, NOW + timedelta(seconds=5)))


def maybe(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | strategy


def steps(low: float, high: float, step: float) -> st.SearchStrategy[float]:
    return st.integers(math.ceil(low / step), math.floor(high / step)).map(lambda n: round(n * step, 9))


ALTITUDES = st.lists(
    st.builds(
        Altitude,
        steps(-100, 9000, 0.1),
        st.sampled_from(["ellipsoid", "mean sea level", "standard pressure", "takeoff", "ground"]),
        maybe(steps(0, 100, 0.5)),
    ),
    max_size=5,
    unique_by=lambda one: one.reference,
).map(tuple)
TRACKS = st.builds(
    Track,
    source=st.just("sonae/v1"),
    source_id=st.just("sim-heli-1"),
    kind=st.just("helicopter"),
    callsign=st.sampled_from(["模擬ヘリ1", "SIM 1"]),
    registration=st.sampled_from([None, "JA01FD"]),
    icao24=st.sampled_from([None, "84b1c2"]),
    observed_at=st.integers(0, 10**6).map(lambda ms: NOW - timedelta(milliseconds=ms)),
    lon=steps(122, 150, 1e-6),
    lat=steps(20, 46, 1e-6),
    altitudes=ALTITUDES,
    horizontal_accuracy_m=maybe(steps(1, 500, 0.5)),
    ground_speed_m_s=maybe(steps(0, 90, 0.01)),
    course_deg=maybe(steps(0, 359.9, 0.1)),
    heading_deg=maybe(steps(0, 359.9, 0.1)),
    climb_m_s=maybe(steps(-12, 12, 0.01)),
    on_ground=st.sampled_from([None, True, False]),
    battery_percent=maybe(steps(0, 100, 1)),
    endurance_s=maybe(steps(0, 9000, 1)),
    stale_at=st.none() | st.just(NOW),
    key=st.just("k-1"),
    extra=st.sampled_from([None, {"synthetic": True}]),
)
POSES = st.builds(
    Pose,
    source=st.just("sonae/v1"),
    source_id=st.sampled_from(["sim-drone-1", "sim-drone-1/main"]),
    observed_at=st.just(NOW),
    lon=steps(122, 150, 1e-6),
    lat=steps(20, 46, 1e-6),
    altitudes=ALTITUDES,
    yaw_deg=maybe(steps(0, 359.9, 0.1)),
    pitch_deg=maybe(steps(-90, 30, 0.1)),
    roll_deg=maybe(steps(-30, 30, 0.1)),
    hfov_deg=maybe(steps(1, 120, 0.1)),
    vfov_deg=maybe(steps(1, 120, 0.1)),
    zoom=maybe(steps(1, 20, 0.5)),
    image_width=st.none() | st.integers(1, 9000),
    image_height=st.none() | st.integers(1, 9000),
    corners=st.none() | st.just(((134.0, 34.0), (134.1, 34.0), (134.1, 33.9), (134.0, 33.9))),
    centre=st.none() | st.just((134.05, 33.95)),
    key=st.just("k-2"),
)


@given(TRACKS, POSES)
@settings(max_examples=60, deadline=None)
def test_our_own_topics_carry_everything(track: Track, pose: Pose) -> None:
    assert read(
        OwnTrackCodec(), topic("36201", "helicopter", "sim-heli-1", "track"), encode_track(track)
    ) == [track]
    assert read(OwnTrackCodec(), topic("36201", "drone", "sim-drone-1", "pose"), encode_pose(pose)) == [pose]


def test_a_craft_signs_on_and_off() -> None:
    where = topic("-", "helicopter", "sim-heli-1", "status")
    for online, code in ((True, "online"), (False, "offline")):
        (event,) = read(OwnTrackCodec(), where, encode_status(NOW, online=online))
        assert isinstance(event, FieldEvent)
        assert (event.code, event.observed_at) == (code, NOW)


def heights(track: Track) -> dict[str, float]:
    return {one.reference: one.value_m for one in track.altitudes}


def same(one: float | None, other: float | None, within: float) -> bool:
    return (one is None) == (other is None) and (one is None or other is None or abs(one - other) <= within)


@given(TRACKS)
@settings(max_examples=60, deadline=None)
def test_readsb_carries_what_its_steps_allow(track: Track) -> None:
    (back,) = read(ReadsbCodec(), "adsb/x", encode_readsb([track], NOW))
    assert isinstance(back, Track)
    assert (back.lon, back.lat, back.kind) == (track.lon, track.lat, track.kind)
    assert back.source_id == (track.icao24 or "~sim-heli-1")
    assert back.observed_at is not None
    assert track.observed_at is not None
    assert abs(back.observed_at - track.observed_at) < timedelta(milliseconds=1)
    assert same(back.ground_speed_m_s, track.ground_speed_m_s, 0.03)
    assert same(back.climb_m_s, track.climb_m_s, 0.17)
    assert same(back.course_deg, track.course_deg, 0.01)
    told, found = heights(track), heights(back)
    assert same(found.get("ellipsoid"), told.get("ellipsoid"), 12.5 * 0.3048 + 1e-6)
    pressure = None if track.on_ground else told.get("standard pressure")
    assert same(found.get("standard pressure"), pressure, 12.5 * 0.3048 + 1e-6)


@given(TRACKS, POSES)
@settings(max_examples=60, deadline=None)
def test_dji_carries_what_its_steps_allow(track: Track, pose: Pose) -> None:
    camera = Pose(
        source="dji", source_id="SIM1/52-0-0", observed_at=track.observed_at, lon=track.lon, lat=track.lat,
        yaw_deg=pose.yaw_deg, pitch_deg=pose.pitch_deg, roll_deg=pose.roll_deg, zoom=pose.zoom, key="p",
    )  # fmt: skip
    payload = encode_dji_osd(track, [camera], gateway="SIMRC1")
    back, seen = read(DjiCodec(), "thing/product/SIM1/osd", payload)
    assert isinstance(back, Track)
    assert isinstance(seen, Pose)
    assert (back.lon, back.lat, back.observed_at) == (track.lon, track.lat, track.observed_at)
    assert (back.battery_percent, back.endurance_s) == (track.battery_percent, track.endurance_s)
    assert same(back.ground_speed_m_s, track.ground_speed_m_s, 1e-9)
    told = {name: value for name, value in heights(track).items() if name in ("ellipsoid", "takeoff")}
    assert heights(back) == told
    turned = abs(((back.heading_deg or 0) - (track.heading_deg or 0) + 180) % 360 - 180)
    assert turned <= 0.5 + 1e-9
    assert (seen.source_id, seen.zoom, seen.pitch_deg) == ("SIM1/52-0-0", pose.zoom, pose.pitch_deg)
    assert same(seen.yaw_deg, pose.yaw_deg, 1e-6)


@given(TRACKS)
@settings(max_examples=60, deadline=None)
def test_owntracks_carries_what_its_steps_allow(track: Track) -> None:
    (back,) = read(OwnTracksCodec(), "owntracks/sim/phone", encode_owntracks(track))
    assert isinstance(back, Track)
    assert (back.lon, back.lat) == (track.lon, track.lat)
    assert back.observed_at is not None
    assert track.observed_at is not None
    assert timedelta(0) <= track.observed_at - back.observed_at < timedelta(seconds=1)
    assert same(back.ground_speed_m_s, track.ground_speed_m_s, 0.5 / 3.6 + 1e-9)
    assert same(heights(back).get("mean sea level"), heights(track).get("mean sea level"), 0.5)


def test_simulated_craft_are_of_their_kinds() -> None:
    fleet: list[SimulatedCraft] = [*helicopters(PLACES, generator()), *drones(PLACES, generator())]
    assert len({craft.id for craft in fleet}) == 9
    assert sum(isinstance(craft, SimulatedDrone) for craft in fleet) == 3
