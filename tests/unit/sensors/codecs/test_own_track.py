"""Our own topic of vehicles, and the table in which a codec is one line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sensors
from sensors.codecs.own_track import OwnTrackCodec
from sensors.codecs.readsb import ReadsbCodec
from sensors.codecs.vehicle_codec import PartlyUnreadable
from sensors.codecs.vehicle_table import VEHICLE_CODECS, VehicleTable, vehicle_sources
from sensors.reading import KEY_LENGTH, SourceError, UnreadableMessage
from sensors.track import Altitude, FieldEvent, Pose, Record, Track

NOW = datetime(2026, 6, 2, 14, 36, 0, tzinfo=UTC)
HELI = "sonae/v1/36201/heli/uzushio/"
TRACK = {
    "id": "t-1", "time": "2026-06-02T23:35:58+09:00", "lon": 134.5, "lat": 34.0, "callsign": "うずしお",
    "icao24": "86DCB1", "altitudes": [{"value_m": 612, "reference": "ellipsoid", "accuracy_m": 8}],
    "ground_speed_m_s": 44.0, "course_deg": -90, "endurance_s": 4800, "on_ground": False, "crew": 5,
}  # fmt: skip
POSE = {
    "time": "2026-06-02T14:35:58Z", "camera": "nose", "lon": 134.5, "lat": 34.0, "yaw_deg": -10,
    "pitch_deg": -30, "hfov_deg": 40, "image_width": 1920, "image_height": 1080,
    "corners": [[134.5, 34.1], [134.6, 34.1], [134.6, 34.0], [134.5, 34.0]], "centre": [134.55, 34.05],
}  # fmt: skip
SHIPPED = [
    (path.name, path.read_text(encoding="utf-8"))
    for path in sorted((Path(sensors.__file__).parent / "sources").glob("*.toml"))
]


def read(stream: str, document: Any, topic: str = HELI) -> Record:
    (record,) = OwnTrackCodec().decode(topic + stream, json.dumps(document).encode(), NOW)
    return record


def code_of(stream: str, document: Any, topic: str = HELI) -> str:
    with pytest.raises(UnreadableMessage) as caught:
        read(stream, document, topic)
    return caught.value.code


def test_a_track_is_read_whole() -> None:
    track = read("track", TRACK)
    assert isinstance(track, Track)
    assert (track.source_id, track.kind, track.callsign, track.icao24) == (
        "uzushio", "helicopter", "うずしお", "86dcb1",
    )  # fmt: skip
    assert track.observed_at == datetime(2026, 6, 2, 14, 35, 58, tzinfo=UTC)
    assert track.altitudes == (Altitude(612.0, "ellipsoid", 8.0),)
    assert (track.course_deg, track.on_ground, track.key) == (270.0, False, "t-1")
    assert track.extra == {"crew": 5}


def test_kinds_come_from_the_topic() -> None:
    for name, kind in (("heli", "helicopter"), ("drone", "drone"), ("team", "ground")):
        track = read("track", TRACK, f"sonae/v1/-/{name}/x/")
        assert isinstance(track, Track)
        assert track.kind == kind


def test_a_pose_names_its_camera() -> None:
    pose = read("pose", POSE)
    assert isinstance(pose, Pose)
    assert (pose.source_id, pose.yaw_deg, pose.image_width) == ("uzushio/nose", 350.0, 1920)
    assert pose.corners is not None
    assert pose.corners[0] == (134.5, 34.1)
    assert 0 < len(pose.key) <= KEY_LENGTH


def test_events_and_status() -> None:
    sos = read("event", {"code": "sos", "text": "転覆", "lon": 134.5, "lat": 34.0, "id": "e"})
    assert isinstance(sos, FieldEvent)
    assert (sos.code, sos.text, sos.lon, sos.observed_at) == ("sos", "転覆", 134.5, None)
    gone = read("status", {"online": False})
    assert isinstance(gone, FieldEvent)
    assert (gone.code, gone.key) == ("offline", ""), "a last will has no moment of its own"


@pytest.mark.parametrize(
    ("stream", "change", "code"),
    [
        ("track", {"lon": 0, "lat": 0}, "out-of-range"),
        ("track", {"lat": 91}, "out-of-range"),
        ("track", {"lat": None}, "missing-field"),
        ("track", {"time": "2026-06-02T14:35:58"}, "bad-time"),
        ("track", {"altitudes": [{"value_m": 1, "reference": "sea"}]}, "unknown-datum"),
        ("track", {"altitudes": [{"reference": "ellipsoid"}]}, "out-of-range"),
        ("track", {"icao24": "xyz"}, "wrong-type"),
        ("pose", {"corners": [[1, 2]]}, "wrong-type"),
        ("pose", {"centre": 3}, "wrong-type"),
        ("event", {"code": None}, "wrong-type"),
        ("status", {"online": "no"}, "missing-field"),
    ],
)
def test_faults_are_named(stream: str, change: dict[str, Any], code: str) -> None:
    whole = POSE if stream == "pose" else TRACK
    assert code_of(stream, {**whole, **change}) == code


def test_topics_that_are_none_of_ours() -> None:
    for topic in (
        "sonae/v1/36201/gauge/a/",
        "sonae/v1/xx/heli/a/",
        "sonae/v1/-/heli//",
        "sonae/v2/-/heli/a/",
    ):
        assert code_of("track", TRACK, topic) == "bad-topic"


def test_one_false_aircraft_does_not_hide_a_sky() -> None:
    rows = [{"hex": "a", "lat": 34.0, "lon": 134.0, "seen_pos": 1}, {"hex": "b", "lat": 0, "lon": 0}]
    payload = json.dumps({"now": NOW.timestamp(), "aircraft": rows}).encode()
    with pytest.raises(PartlyUnreadable, match="1 of 2 aircraft") as caught:
        ReadsbCodec().decode("adsb/aircraft", payload, NOW)
    assert [record.source_id for record in caught.value.records] == ["a"]


def test_the_shipped_sources_are_the_codecs_each_on_its_own_topics() -> None:
    sources = {source.codec: source for source in vehicle_sources(SHIPPED)}
    assert sources.keys() == VEHICLE_CODECS.keys()
    assert all(sources[name].topic_filters == make().topic_filters for name, make in VEHICLE_CODECS.items())
    table = VehicleTable.from_files(SHIPPED)
    assert table.source_of(HELI + "track") == "sonae/v1"
    assert table.source_of("thing/product/SN/osd") == "dji"
    assert table.source_of("elsewhere") == "none"


def test_an_installation_switches_sources_off_and_moves_them() -> None:
    own = [
        ("dji.toml", 'codec = "dji"\nenabled = false'),
        ("readsb.toml", 'codec = "readsb"\ntopics = ["radar/+/json"]'),
    ]
    table = VehicleTable.from_files([*SHIPPED, *own])
    assert table.source_of("thing/product/SN/osd") == "none"
    assert (table.source_of("radar/1/json"), table.source_of("adsb/x")) == ("readsb", "none")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('codec = "dji"\ntopic = "a"', "topic"),
        ('codec = "dji"\nenabled = 1', "enabled"),
        ('codec = "dji"\ntopics = []', "topics"),
        ('codec = "dji"\ntopics = ["a/#/b"]', "topics"),
        ('codec = "dji"\ntopics = ["sonae/v1/+/heli/+/track"]', "topics"),
        ('codec = "dji"\ntopics = ["adsb/#"]', "topics"),
    ],
)
def test_faults_of_a_source_file_are_named(text: str, key: str) -> None:
    with pytest.raises(SourceError) as caught:
        VehicleTable.from_files([*SHIPPED, ("mine.toml", text)])
    assert (caught.value.file, caught.value.key) == ("mine.toml", key)


def test_a_codec_that_fails_refuses_its_message_only() -> None:
    class Broken:
        source = "broken"
        topic_filters = ("b",)

        def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:
            raise KeyError(topic, payload, received_at)

    with pytest.raises(UnreadableMessage, match="codec broken failed: KeyError"):
        VehicleTable([(("b",), Broken())]).decode("b", b"", NOW)


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False,
                   allow_infinity=False), st.text(max_size=12), st.just([]), st.just({}))  # fmt: skip
NAMES = sorted({*TRACK, *POSE, "code", "text", "online", "stale_at", "sequence"})


@given(
    st.sampled_from(["track", "pose", "event", "status"]),
    st.dictionaries(st.sampled_from(NAMES), LEAVES, max_size=6),
    st.binary(max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_no_bytes_do_more_than_be_refused(stream: str, change: dict[str, Any], raw: bytes) -> None:
    for payload in (raw, json.dumps({**TRACK, **POSE, "code": "x", "online": True, **change}).encode()):
        try:
            records = OwnTrackCodec().decode(HELI + stream, payload, NOW)
        except UnreadableMessage:
            continue
        for record in records:
            assert len(record.key) <= KEY_LENGTH
