"""What of the picture goes out as Cursor on Target: true heights, honest ages, nothing personal."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo.clock import ReplayClock
from geo.incident import Incident
from ops.cot_event import CARRIED, Frame, events_of
from ops.cot_picture import CotPicture, Told
from ops.cot_server import CotRequest, CotServerError, tls_context
from ops.cot_session import SessionError, read_heard
from sensors.altitude import altitude_rules
from sensors.codecs.cot_writer import CotEvent
from sensors.codecs.cursor_on_target import CursorOnTargetCodec
from sensors.track import Track

NOW = datetime(2026, 11, 25, 3, 0, 0, tzinfo=UTC)
ACTUAL = Incident(
    id=1, slug="storm", name="台風", kind="actual", opened_at=NOW, closed_at=None, clock=None, version=1
)
VEHICLE: dict[str, Any] = {
    "id": "JA01FD", "kind": "helicopter", "callsign": "うずしお", "registration": None, "source": "sonae/v1",
    "synthetic": False, "lon": 134.5, "lat": 34.0, "observed_at": "2026-11-25T02:59:50Z",
    "altitude": {"value_m": 300.0, "way": "geoid", "uncertainty_m": 8.0, "reported": []},
    "ground_speed_m_s": 40.0, "course_deg": 270.0, "battery_percent": None, "endurance_until": None,
    "emergency": None, "state": "live", "goodbye": False, "interval_s": 10.0, "stale_at": None,
    "uncertainty_m": 6.0,
}  # fmt: skip
GAUGE: dict[str, Any] = {
    "id": "g1", "name": "御所地橋", "river": "飯尾川", "lon": 134.36, "lat": 34.07, "datum": "T.P.",
    "class": "danger", "level_m": 6.79, "observed_at": "2026-11-25T02:50:00Z", "silent": False,
    "threshold_doubt": False, "provisional": False,
}  # fmt: skip
SHELTER: dict[str, Any] = {
    "id": "h1", "name": "中央小学校", "lon": 134.36, "lat": 34.06, "opening": "open", "people": 123,
    "capacity": 500, "reported_at": "2026-11-25T02:40:00Z",
    "aids": [{"note": "祖母の薬", "place": "2階", "people": ["佐藤花子"]}],
}  # fmt: skip


def frame(incident: Incident = ACTUAL) -> Frame:
    return Frame(incident, NOW)


def only(events: list[CotEvent]) -> CotEvent:
    (event,) = events
    return event


def read_back(event: CotEvent) -> Track:
    (track,) = CursorOnTargetCodec().decode("cot/x", event.xml, NOW)
    assert isinstance(track, Track)
    return track


def test_a_vehicle_is_as_high_above_the_ellipsoid_as_it_is_above_the_sea() -> None:
    track = read_back(only(events_of("vehicle", VEHICLE, frame())))
    geoid_m = altitude_rules().geoid.at(134.5, 34.0)
    assert geoid_m is not None
    assert track.altitudes[0].value_m == pytest.approx(300.0 + geoid_m, abs=0.01)
    assert (track.kind, track.callsign, track.course_deg) == ("helicopter", "うずしお", 270.0)
    assert track.observed_at == NOW - timedelta(seconds=10)
    assert track.stale_at == NOW + timedelta(seconds=50)


def test_an_unknown_height_goes_out_as_unknown_and_in_words() -> None:
    reported = [{"value_m": 900.0, "reference": "standard pressure", "accuracy_m": None}]
    altitude = {"value_m": None, "way": None, "uncertainty_m": None, "reported": reported}
    event = only(events_of("vehicle", {**VEHICLE, "altitude": altitude}, frame()))
    assert read_back(event).altitudes == ()
    assert "高度不明 900 m (standard pressure)" in (event.remarks or "")
    assert "高度不明" in (only(events_of("vehicle", {**VEHICLE, "altitude": None}, frame())).remarks or "")


def test_who_is_lost_is_old_at_once_and_who_said_when_keeps_his_word() -> None:
    lost = only(events_of("vehicle", {**VEHICLE, "state": "lost"}, frame()))
    assert lost.stale == NOW + timedelta(seconds=5)
    assert "交信途絶" in (lost.remarks or "")
    told = only(events_of("vehicle", {**VEHICLE, "stale_at": "2026-11-25T03:00:05Z"}, frame()))
    assert told.stale == NOW + timedelta(seconds=5)


def test_a_drill_says_so_everywhere_and_its_hours_are_those_of_the_wall() -> None:
    clock = ReplayClock(
        base=datetime(2026, 6, 2, 14, 0, tzinfo=UTC),
        wall=NOW - timedelta(seconds=60),
        speed=60.0,
        end=datetime(2026, 6, 3, 15, 0, tzinfo=UTC),
    )
    drill = frame(replace(ACTUAL, kind="drill", clock=clock))
    value = {**VEHICLE, "observed_at": "2026-06-02T14:59:00Z", "interval_s": 30.0, "synthetic": True}
    event = only(events_of("vehicle", value, drill))
    assert (event.callsign, event.opex, event.how) == ("【訓練】うずしお", "s", "m-s")
    assert event.time == NOW - timedelta(seconds=1)
    assert "06/02 23:59 JST" in (event.remarks or "")
    assert (only(events_of("gauge", GAUGE, drill)).callsign or "").startswith("【訓練】")
    assert only(events_of("gauge", GAUGE, drill)).opex == "e"


def test_only_gauges_in_danger_are_marked_with_what_is_wrong_with_them() -> None:
    event = only(events_of("gauge", {**GAUGE, "silent": True, "threshold_doubt": True}, frame()))
    assert event.callsign == "飯尾川 御所地橋 6.79 m T.P."
    assert "その後の値なし" in (event.remarks or "")
    assert "閾値に疑い" in (event.remarks or "")
    assert b"COT_MAPPING_SPOTMAP/b-m-p-s-m/" in event.xml
    assert [events_of("gauge", {**GAUGE, "class": name}, frame()) for name in ("caution", "unknown")] == [
        [],
        [],
    ]


def test_nothing_personal_goes_out() -> None:
    assert not {"safety", "request", "chronology", "advice", "proposal"} & CARRIED.keys()
    assert events_of("safety", {"id": "r1", "words": "助けて"}, frame()) == []
    event = only(events_of("shelter", SHELTER, frame()))
    assert "開設" in (event.remarks or "")
    for secret in ("祖母", "2階", "佐藤"):
        assert secret not in event.xml.decode()
    assert "aids" not in inspect.getsource(CARRIED["shelter"])


def test_an_airspace_is_drawn_and_one_with_too_many_corners_is_not() -> None:
    ring = [[134.0, 34.0], [134.1, 34.0], [134.1, 34.1], [134.0, 34.0]]
    value = {
        "id": 4, "kind": "emergency", "name": "緊急用務空域", "floor_tp_m": None, "ceiling_tp_m": 150.0,
        "to_at": None, "source": "公示1号",
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring], [ring]]},
    }  # fmt: skip
    events = events_of("airspace", value, frame())
    assert [event.uid for event in events] == ["sonae.airspace.4.0", "sonae.airspace.4.1"]
    assert events[0].xml.count(b"<link point=") == 4
    assert "上限 T.P. 150 m" in (events[0].remarks or "")
    many = {**value, "geometry": {"type": "MultiPolygon", "coordinates": [[ring * 300]]}}
    assert events_of("airspace", many, frame()) == []


def test_both_forms_of_an_event_say_the_same() -> None:
    event = only(events_of("vehicle", VEHICLE, frame()))
    (back,) = CursorOnTargetCodec().decode("cot/x", event.protobuf, NOW)
    assert isinstance(back, Track)
    assert (back.callsign, back.lon, back.stale_at) == (event.callsign, event.lon, event.stale)


def test_the_picture_takes_newer_versions_and_says_what_is_gone() -> None:
    picture = CotPicture("ja")
    begun = picture.begin(ACTUAL, [Told("gauge", "g1", 3, GAUGE), Told("safety", "r", 1, {})], NOW)
    assert [event.uid for event in begun] == ["sonae.gauge.g1"]
    assert picture.take(Told("gauge", "g1", 3, {**GAUGE, "class": "start"}), NOW) == []
    (gone,) = picture.take(Told("gauge", "g1", 4, {**GAUGE, "class": "start"}), NOW)
    assert (gone.type, gone.gone) == ("t-x-d-d", ("sonae.gauge.g1", "b-m-p-s-m"))
    assert picture.events() == []
    assert picture.take(Told("gauge", "g1", 4, GAUGE), NOW) == []
    picture.take(Told("vehicle", "JA01FD", 1, VEHICLE), NOW)
    picture.take(Told("shelter", "h1", 1, SHELTER), NOW)
    later = NOW + timedelta(minutes=2)
    assert [(one.uid, one.time) for one in picture.refresh(later)] == [("sonae.shelter.h1", later)]
    assert [one.time for one in picture.greeting(later)] == [NOW - timedelta(seconds=10), later]
    left = picture.begin(None, [], later)
    assert {one.gone for one in left} == {
        ("sonae.shelter.h1", "b-m-p-s-m"),
        ("sonae.vehicle.JA01FD", "a-f-A-C-H"),
    }


@pytest.mark.parametrize(
    "message",
    [b"\xbf\x02\xff\xff", b"<event", b'<!DOCTYPE e [<!ENTITY a "b">]><event type="&a;"></event>', b"<x></x>"],
)
def test_what_is_no_event_ends_the_conversation(message: bytes) -> None:
    with pytest.raises(SessionError):
        read_heard(message)


def test_strangers_are_not_let_in(tmp_path: Path) -> None:
    assert tls_context(CotRequest()) is None
    with pytest.raises(CotServerError, match="reached by others"):
        tls_context(CotRequest(host="0.0.0.0"))
    with pytest.raises(CotServerError, match="belong together"):
        tls_context(CotRequest(host="0.0.0.0", certificate=tmp_path / "c.pem", key=tmp_path / "k.pem"))
    none = tmp_path / "none.pem"
    with pytest.raises(CotServerError, match="cannot be used"):
        tls_context(CotRequest(host="0.0.0.0", certificate=none, key=none, authority=none))
