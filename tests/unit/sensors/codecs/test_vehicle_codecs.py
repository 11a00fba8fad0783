"""Codecs of vehicles: units, references and times of each format; no bytes do more than be refused."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sensors.codecs.cursor_on_target import CursorOnTargetCodec, encode_protobuf, encode_xml
from sensors.codecs.dji import DjiCodec
from sensors.codecs.mavlink import MavlinkCodec
from sensors.codecs.owntracks import OwnTracksCodec
from sensors.codecs.readsb import ReadsbCodec
from sensors.codecs.remote_id import RemoteIdCodec, hour_nearest
from sensors.codecs.traccar import TraccarCodec
from sensors.codecs.vehicle_codec import VehicleCodec
from sensors.reading import KEY_LENGTH, UnreadableMessage
from sensors.track import Altitude, FieldEvent, Mark, Pose, Record, Track

NOW = datetime(2026, 6, 2, 14, 36, 0, tzinfo=UTC)
TRACE = Path(__file__).parents[3] / "data" / "aircraft" / "readsb-trace.json.gz"


def decode(codec: VehicleCodec, topic: str, document: Any) -> list[Record]:
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    return codec.decode(topic, payload, NOW)


def only_track(records: list[Record]) -> Track:
    (track,) = records
    assert isinstance(track, Track)
    return track


def aircraft(**fields: Any) -> dict[str, Any]:
    return {"hex": "4b43ac", "lat": 34.0, "lon": 134.5, "seen_pos": 2.5, **fields}


def test_readsb_keeps_units_references_and_the_age_of_the_position() -> None:
    row = aircraft(
        flight="REGA1   ",
        alt_baro=2525,
        alt_geom=2700,
        gs=100,
        track=260.0,
        baro_rate=1200,
        category="A7",
        rc=75,
    )
    track = only_track(decode(ReadsbCodec(), "adsb/aircraft", {"now": NOW.timestamp(), "aircraft": [row]}))
    assert track.callsign == "REGA1"
    assert track.kind == "helicopter"
    assert track.observed_at == NOW - timedelta(seconds=2.5)
    assert {one.reference: round(one.value_m, 1) for one in track.altitudes} == {
        "ellipsoid": 823.0,
        "standard pressure": 769.6,
    }
    assert track.ground_speed_m_s == pytest.approx(51.44, abs=0.01)
    assert track.climb_m_s == pytest.approx(6.096)
    assert track.horizontal_accuracy_m == 75
    assert track.trust == "broadcast"


def test_readsb_leaves_out_who_has_no_position_and_widens_what_is_multilaterated() -> None:
    rows = [aircraft(type="mlat"), {"hex": "aaaaaa"}, aircraft(hex="~123456", alt_baro="ground", rr_lat=1.0)]
    first, second = decode(ReadsbCodec(), "adsb/x", {"now": NOW.timestamp(), "aircraft": rows})
    assert isinstance(first, Track)
    assert isinstance(second, Track)
    assert first.horizontal_accuracy_m == 500
    assert (second.icao24, second.on_ground, second.altitudes) == (None, True, ())


def test_a_real_trace_is_read_without_its_repeated_rows() -> None:
    document = json.loads(gzip.decompress(TRACE.read_bytes()))
    tracks = decode(ReadsbCodec(), "adsb/trace", document)
    stale = sum(bool(row[6] & 1) for row in document["trace"])
    assert stale > 0
    assert len(tracks) == len(document["trace"]) - stale
    times = [track.observed_at for track in tracks if isinstance(track, Track)]
    assert times == sorted(times, key=lambda at: at or NOW)
    assert all(record.key for record in tracks)
    assert len({record.key for record in tracks}) == len(tracks)


def event(**change: str) -> bytes:
    given = {"type": "a-f-A-M-H", "hae": "120.5", "ce": "9999999.0", "stale": "2026-06-02T14:37:00Z"} | change
    return f"""<event version="2.0" uid="JA01FD" type="{given["type"]}" how="m-g" time="2026-06-02T14:35:58Z"
        start="2026-06-02T14:35:58Z" stale="{given["stale"]}">
        <point lat="34.0" lon="134.5" hae="{given["hae"]}" ce="{given["ce"]}" le="9999999"/>
        <detail><contact callsign="うずしお"/><track course="370.0" speed="40.0"/></detail>
        </event>""".encode()


def test_cot_honours_its_unknowns_and_its_own_lifetime() -> None:
    track = only_track(decode(CursorOnTargetCodec(), "cot/x", event()))
    assert (track.kind, track.callsign, track.course_deg) == ("helicopter", "うずしお", 10.0)
    assert track.altitudes == (Altitude(120.5, "ellipsoid", None),)
    assert track.horizontal_accuracy_m is None
    assert track.stale_at == NOW + timedelta(minutes=1)
    assert only_track(decode(CursorOnTargetCodec(), "cot/x", event(hae="9999999.0"))).altitudes == ()


def test_cot_emergencies_are_events_and_other_things_are_nothing() -> None:
    (call,) = decode(CursorOnTargetCodec(), "cot/x", event(type="b-a-o-tbl"))
    assert isinstance(call, FieldEvent)
    assert (call.code, call.lat) == ("emergency", 34.0)
    assert decode(CursorOnTargetCodec(), "cot/x", event(type="b-t-f")) == []


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE event [<!ENTITY a "x">]><event uid="&a;"><point lat="1" lon="2"/></event>',
        b'<!DOCTYPE event SYSTEM "http://127.0.0.1/x"><event uid="a"><point lat="1" lon="2"/></event>',
        b"<event><point/></event>",
        b"\xbf\x01\xbf\xff\xff",
        b"<event uid='a'><point lat='91' lon='2'/></event>".replace(b"uid='a'", b"uid='a' type='a-f-A'"),
    ],
)
def test_cot_refuses_attacks_and_fragments(document: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        decode(CursorOnTargetCodec(), "cot/x", document)


TRACKS = st.builds(
    Track,
    source=st.just("readsb"),
    source_id=st.sampled_from(["4b43ac", "JA01FD"]),
    kind=st.sampled_from(["helicopter", "aeroplane", "drone", "ground"]),
    callsign=st.sampled_from(["REGA1", "うずしお"]),
    observed_at=st.integers(1_609_459_200_000, 2_208_988_800_000).map(
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
    ),
    lon=st.floats(-179, 179).map(lambda x: round(x, 7)).filter(bool),
    lat=st.floats(-89, 89).map(lambda y: round(y, 7)).filter(bool),
    altitudes=st.floats(-100, 9000).map(lambda z: (Altitude(round(z, 2), "ellipsoid"),)),
    ground_speed_m_s=st.floats(0, 300).map(lambda v: round(v, 2)),
    course_deg=st.floats(0, 359.9).map(lambda a: round(a, 1)),
    key=st.just("k"),
)


@given(TRACKS)
@settings(max_examples=40, deadline=None)
def test_what_goes_out_as_cot_comes_in_the_same(track: Track) -> None:
    for payload in (
        encode_xml(track, sent_at=NOW, lasts=timedelta(seconds=30)),
        encode_protobuf(track, sent_at=NOW, lasts=timedelta(seconds=30)),
    ):
        back = only_track(decode(CursorOnTargetCodec(), "cot/x", payload))
        assert (back.kind, back.callsign) == (track.kind, track.callsign)
        assert back.observed_at is not None
        assert track.observed_at is not None
        # Both carry whole milliseconds, through floating seconds.
        assert abs(back.observed_at - track.observed_at) <= timedelta(milliseconds=1)
        assert (back.lon, back.lat) == pytest.approx((track.lon, track.lat), abs=1e-7)
        assert back.altitudes[0].value_m == pytest.approx(track.altitudes[0].value_m, abs=0.01)
        assert back.ground_speed_m_s == pytest.approx(track.ground_speed_m_s, abs=0.01)
        assert back.stale_at is not None
        assert abs(back.stale_at - track.observed_at - timedelta(seconds=30)) <= timedelta(milliseconds=1)


def test_a_height_that_is_not_above_the_ellipsoid_never_goes_out_as_one() -> None:
    track = Track(
        source="readsb", source_id="a", observed_at=NOW, lon=134.5, lat=34.0, key="k",
        altitudes=(Altitude(900.0, "standard pressure"),),
    )  # fmt: skip
    text = encode_xml(track, sent_at=NOW, lasts=timedelta(seconds=30)).decode()
    assert 'hae="9999999.0"' in text
    assert "900 m (standard pressure)" in text


OSD = {
    "tid": "t1", "bid": "b1", "timestamp": int(NOW.timestamp() * 1000), "gateway": "gw1",
    "data": {
        "latitude": 34.0, "longitude": 134.5, "height": 180.0, "elevation": 110.0, "attitude_head": -90,
        "horizontal_speed": 8.0, "vertical_speed": 1.0, "mode_code": 5,
        "battery": {"capacity_percent": 61, "remain_flight_time": 1200},
        "52-0-0": {
            "gimbal_yaw": -90, "gimbal_pitch": -45, "gimbal_roll": 0, "zoom_factor": 2,
            "measure_target_latitude": 34.001, "measure_target_longitude": 134.501,
            "measure_target_altitude": 60, "measure_target_error_state": 0, "measure_target_distance": 130,
        },
    },
}  # fmt: skip


def test_dji_tells_aircraft_camera_and_laser_point() -> None:
    track, pose, mark = decode(DjiCodec(), "thing/product/SN1/osd", OSD)
    assert isinstance(track, Track)
    assert isinstance(pose, Pose)
    assert isinstance(mark, Mark)
    assert {one.reference: one.value_m for one in track.altitudes} == {"ellipsoid": 180.0, "takeoff": 110.0}
    assert (track.heading_deg, track.endurance_s, track.observed_at) == (270.0, 1200.0, NOW)
    assert (pose.source_id, pose.pitch_deg, pose.zoom) == ("SN1/52-0-0", -45.0, 2.0)
    assert (mark.lon, mark.distance_m) == (134.501, 130.0)


def test_dji_without_fix_or_with_a_wild_clock_is_no_fault() -> None:
    nowhere = {**OSD, "data": {**OSD["data"], "latitude": 0, "longitude": 0}}
    assert decode(DjiCodec(), "thing/product/SN1/osd", nowhere) == []
    wild = {**OSD, "timestamp": 16549012040000}
    assert all(
        getattr(record, "observed_at", 0) is None
        for record in decode(DjiCodec(), "thing/product/SN1/osd", wild)
    )
    assert decode(DjiCodec(), "thing/product/DOCK/osd", {**OSD, "data": {"rainfall": 2}}) == []


def test_dji_says_that_it_only_listens_and_that_an_aircraft_went_offline() -> None:
    warning = {
        "method": "airsense_warning",
        "need_reply": 1,
        "tid": "t",
        "bid": "b",
        "data": [{"icao": "4b43ac"}],
    }
    with pytest.raises(UnreadableMessage):
        decode(DjiCodec(), "thing/product/GW/events", warning)
    (told,) = decode(
        DjiCodec(), "thing/product/GW/events", {**warning, "data": {"list": [{"icao": "4b43ac"}]}}
    )
    assert isinstance(told, FieldEvent)
    assert told.extra is not None
    assert told.extra["need_reply"] is True
    topo = {"method": "update_topo", "tid": "t", "timestamp": 1, "data": {"sub_devices": []}}
    (gone,) = decode(DjiCodec(), "sys/product/GW/status", topo)
    assert isinstance(gone, FieldEvent)
    assert gone.code == "offline"


GLOBAL = {
    "mavpackettype": "GLOBAL_POSITION_INT", "time_boot_ms": 10_000, "lat": 340_000_000, "lon": 1_345_000_000,
    "alt": 150_500, "relative_alt": 100_250, "vx": 300, "vy": -400, "vz": -120, "hdg": 65535,
}  # fmt: skip


def test_mavlink_takes_its_time_from_the_clock_and_its_heights_apart() -> None:
    codec = MavlinkCodec()
    before = only_track(decode(codec, "mavlink/d1/telemetry", GLOBAL))
    assert (before.observed_at, before.extra) == (NOW, {"time": "arrival"})
    boot = {
        "mavpackettype": "SYSTEM_TIME",
        "time_unix_usec": int((NOW.timestamp() - 100) * 1e6),
        "time_boot_ms": 1000,
    }
    assert decode(codec, "mavlink/d1/telemetry", boot) == []
    track = only_track(decode(codec, "mavlink/d1/telemetry", GLOBAL))
    assert track.observed_at == NOW - timedelta(seconds=91)
    assert (track.ground_speed_m_s, track.climb_m_s, track.heading_deg) == (5.0, 1.2, None)
    assert track.course_deg == pytest.approx(306.87, abs=0.01)
    assert {one.reference: one.value_m for one in track.altitudes} == {
        "mean sea level": 150.5,
        "takeoff": 100.25,
    }


def test_mavlink_reads_raw_frames_and_leaves_out_broken_ones() -> None:
    from pymavlink.dialects.v20 import common

    sender = common.MAVLink(None, srcSystem=7)
    message = common.MAVLink_global_position_int_message(
        10_000, 340_000_000, 1_345_000_000, 150_500, 100_250, 300, -400, -120, 9000
    )
    frame = message.pack(sender)
    broken = bytearray(frame)
    broken[12] ^= 0xFF
    track = only_track(decode(MavlinkCodec(), "mavlink/d1/telemetry", bytes(broken) + frame))
    assert (track.lat, track.lon, track.heading_deg) == (34.0, 134.5, 90.0)


def test_owntracks_counts_in_kilometres_an_hour_and_tells_of_its_last_will() -> None:
    place = {
        "_type": "location",
        "lat": 34.0,
        "lon": 134.5,
        "tst": int(NOW.timestamp()),
        "acc": 12,
        "vel": 36,
        "tid": "A1",
    }
    track = only_track(decode(OwnTracksCodec(), "owntracks/team1/phone", place))
    assert (track.source_id, track.ground_speed_m_s, track.kind) == ("team1/phone", 10.0, "ground")
    (gone,) = decode(OwnTracksCodec(), "owntracks/team1/phone", {"_type": "lwt", "tst": 1})
    assert isinstance(gone, FieldEvent)
    assert gone.code == "offline"
    with pytest.raises(UnreadableMessage, match="encrypted"):
        decode(OwnTracksCodec(), "owntracks/team1/phone", {"_type": "encrypted", "data": "…"})


def test_traccar_counts_in_knots_and_leaves_out_what_repeats_an_old_fix() -> None:
    position = {
        "id": 7, "fixTime": "2026-06-02T14:35:00.000+00:00", "valid": True, "outdated": False,
        "latitude": 34.0, "longitude": 134.5, "altitude": 100, "speed": 100, "course": 90, "accuracy": 0,
    }  # fmt: skip
    device = {"uniqueId": "358", "name": "うずしお", "category": "helicopter"}
    track = only_track(decode(TraccarCodec(), "traccar/positions", {"position": position, "device": device}))
    assert track.ground_speed_m_s == pytest.approx(51.44, abs=0.01)
    assert (track.kind, track.horizontal_accuracy_m) == ("helicopter", None)
    old = {"position": {**position, "outdated": True}, "device": device}
    assert decode(TraccarCodec(), "traccar/positions", old) == []


def test_remote_id_finds_the_hour_and_trusts_nothing() -> None:
    codec = RemoteIdCodec()
    assert decode(codec, "remoteid/r1", {"mavpackettype": "OPEN_DRONE_ID_BASIC_ID", "uas_id": "JA.123"}) == []
    place = {
        "mavpackettype": "OPEN_DRONE_ID_LOCATION", "latitude": 340_000_000, "longitude": 1_345_000_000,
        "altitude_geodetic": 130.0, "altitude_barometric": -1000.0, "height": 60.0, "height_reference": 0,
        "direction": 36100, "speed_horizontal": 550, "speed_vertical": 6300, "timestamp": 2150.0, "status": 2,
        "horizontal_accuracy": 10,
    }  # fmt: skip
    track = only_track(decode(codec, "remoteid/r1", place))
    assert (track.registration, track.trust, track.course_deg, track.climb_m_s) == (
        "JA.123",
        "broadcast",
        None,
        None,
    )
    assert track.observed_at == datetime(2026, 6, 2, 14, 35, 50, tzinfo=UTC)
    assert {one.reference: one.value_m for one in track.altitudes} == {"ellipsoid": 130.0, "takeoff": 60.0}
    assert track.horizontal_accuracy_m == 10.0


@pytest.mark.parametrize(("arrival", "seconds", "hour"), [("15:00:02", 3599.0, 14), ("14:59:58", 1.0, 15)])
def test_the_hour_of_a_remote_id_is_the_nearest(arrival: str, seconds: float, hour: int) -> None:
    received = datetime.fromisoformat(f"2026-06-02T{arrival}+00:00")
    assert hour_nearest(seconds, received).hour == hour


CODECS: list[tuple[type[Any], str]] = [
    (ReadsbCodec, "adsb/x"), (CursorOnTargetCodec, "cot/x"), (DjiCodec, "thing/product/S/osd"),
    (DjiCodec, "thing/product/S/events"), (DjiCodec, "sys/product/S/status"),
    (MavlinkCodec, "mavlink/d/telemetry"),
    (OwnTracksCodec, "owntracks/u/d"), (TraccarCodec, "traccar/positions"), (RemoteIdCodec, "remoteid/x"),
]  # fmt: skip
WHOLE: list[Any] = [
    {"now": 1.0, "aircraft": [aircraft()]}, OSD, GLOBAL, {"_type": "location", "lat": 1, "lon": 2, "tst": 3},
    {"position": {"latitude": 1, "longitude": 2}, "device": {"uniqueId": "x"}},
    {"mavpackettype": "OPEN_DRONE_ID_LOCATION", "latitude": 1, "longitude": 2, "timestamp": 5},
    {"icao": "a", "timestamp": 1.0, "trace": [[0, 1, 2, 3, 4, 5, 0, 7]]},
]  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20), st.just([]), st.just({}), st.just([{}]), st.just("ground"),
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A whole message in which some values became something else."""

    def spoil(value: Any) -> Any:
        if draw(st.integers(0, 5)) == 0:
            return draw(ODD)
        if isinstance(value, dict):
            return {name: spoil(inner) for name, inner in value.items()}
        return [spoil(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(spoil(draw(st.sampled_from(WHOLE)))).encode()


@given(st.sampled_from(CODECS), st.one_of(damaged(), st.binary(max_size=300), st.just(event())))
@settings(max_examples=300, deadline=None)
@example((CursorOnTargetCodec, "cot/x"), b"\xbf\x01\xbf")
@example((MavlinkCodec, "mavlink"), b"\xfd" + bytes(40))
def test_no_bytes_do_more_than_be_refused(chosen: tuple[type[Any], str], payload: bytes) -> None:
    kind, topic = chosen
    try:
        records = kind().decode(topic, payload, NOW)
    except UnreadableMessage:
        return
    for record in records:
        assert 0 < len(record.key) <= KEY_LENGTH
        if isinstance(record, Track):
            assert -180 <= record.lon <= 180
            assert -90 <= record.lat <= 90
