"""The desk of the vehicles: who is who, what is now, what is told, whatever order messages come in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo.incident import Incident
from ingest.subscriber import Message
from ingest.track_desk import TrackDesk
from ingest.track_pressure import FILE, PressureNote
from ingest.track_vehicle import TrackRules
from ingest.track_work import TrackWork
from sensors.altitude import altitude_rules
from sensors.codecs.cursor_on_target import CursorOnTargetCodec
from sensors.codecs.dji import DjiCodec
from sensors.codecs.own_track import OwnTrackCodec
from sensors.codecs.readsb import ReadsbCodec
from sensors.codecs.vehicle_table import VehicleTable
from sensors.field_event import field_event_rules
from sensors.motion.limits import motion_limits
from sensors.track import Pose, Record, Track
from sensors.track_limits import track_limits

START = datetime(2026, 6, 2, 14, 36, 0, tzinfo=UTC)
INCIDENT = Incident(
    id=1, slug="s", name="s", kind="actual", opened_at=START, closed_at=None, clock=None, version=1
)
RULES = TrackRules(
    limits=track_limits(), altitude=altitude_rules(), contact=motion_limits().contact,
    events=field_event_rules(),
)  # fmt: skip
HELI, TEAM = "sonae/v1/36201/heli/uzushio/", "sonae/v1/36201/team/team-1/"
ADDRESS = {
    "id": "uzushio", "source": "sonae/v1", "source_id": "uzushio", "kind": "helicopter",
    "callsign": "うずしお", "registration": None, "icao24": "86dcb1", "registered": True, "synthetic": False,
}  # fmt: skip


def desk(**given: Any) -> TrackDesk:
    codecs = (OwnTrackCodec(), ReadsbCodec(), DjiCodec(), CursorOnTargetCodec())
    return TrackDesk(VehicleTable([(codec.topic_filters, codec) for codec in codecs]), RULES, **given)


def registered() -> TrackDesk:
    made = desk()
    made.register(["uzushio"], [dict(ADDRESS)])
    return made


def message(topic: str, second: float, document: Any, *, retained: bool = False) -> Message:
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Message(topic, payload, START + timedelta(seconds=second), 1, 1, 1, retained)


def track(second: float, *, topic: str = HELI, north: float = 0.0, **fields: Any) -> Message:
    """A position `north` x 0.001 degrees on, taken and received `second` after the start."""
    told = {"time": (START + timedelta(seconds=second)).isoformat(), "lon": 134.5, "lat": 34.0 + north / 1000}
    return message(topic + "track", second, told | fields)


def adsb(second: float, *, hex_: str = "86dcb1", north: float = 0.0, **fields: Any) -> Message:
    row = {"hex": hex_, "lon": 134.5, "lat": 34.0 + north / 1000, "seen_pos": 0.0}
    document = {"now": (START + timedelta(seconds=second)).timestamp(), "aircraft": [row | fields]}
    return message("adsb/aircraft", second, document)


def codes(work: TrackWork) -> list[str]:
    return [entry.code for entry in work.entries] + [
        one.entry.code for _, one in work.events if one.entry is not None
    ]


def test_who_is_heard_first_gets_a_row_a_point_and_a_state() -> None:
    work = desk().prepare([adsb(0, flight="REGA1", category="A7", alt_geom=2700, gs=100)], INCIDENT)
    assert work.vehicles["readsb:86dcb1"]["kind"] == "helicopter"
    assert work.vehicles["readsb:86dcb1"]["first_heard_at"] == START
    ((_, point),) = work.points
    assert (point["height_way"], point["flag"]) == ("geoid", 2)
    state = work.states["readsb:86dcb1"]
    assert (state["trust"], state["emergency"], state["trail"]) == ("broadcast", None, [[134.5, 34.0]])
    assert work.tell == ["readsb:86dcb1"]


def test_a_vehicle_says_who_it_is_only_once() -> None:
    held = desk()
    assert held.prepare([adsb(0, flight="REGA1")], INCIDENT).vehicles
    assert not held.prepare([adsb(1, flight="REGA1", north=0.1)], INCIDENT).vehicles
    assert held.prepare([adsb(2, flight="REGA2", north=0.2)], INCIDENT).vehicles


def test_our_own_devices_are_proven_and_others_are_taken_in_all_the_same() -> None:
    ours = registered().prepare([track(0, callsign="x")], INCIDENT)
    assert ours.states["uzushio"]["trust"] == "authenticated"
    assert "uzushio" not in ours.vehicles, "a registered vehicle's own entry holds"
    stranger = registered().prepare([track(0, topic=TEAM)], INCIDENT)
    assert stranger.states["team-1"]["trust"] == "broadcast"
    assert stranger.vehicles["team-1"]["registered"] is False
    assert not stranger.unreadable


def test_order_and_repetition_change_nothing_of_what_is_now() -> None:
    held = desk()
    first, second, third = track(0, id="a"), track(10, north=1, id="b"), track(20, north=2, id="c")
    work = held.prepare([first, third, second, third, first], INCIDENT)
    assert [row["key"] for _, row in work.points] == ["a", "c", "b"]
    assert work.repeated == 2
    assert work.states["uzushio"]["lat"] == 34.002
    assert [row["reasons"] for _, row in work.points] == [[], [], ["late"]]


def test_one_bad_message_stops_none_of_the_others() -> None:
    rows = [{"hex": "aaaaaa", "lat": 0, "lon": 0}, {"hex": "bbbbbb", "lat": 34, "lon": 134, "seen_pos": 1}]
    sky = message("adsb/aircraft", 0, {"now": START.timestamp(), "aircraft": rows})
    batch = [message(HELI + "track", 0, b"{"), track(0, lon=0, lat=0), sky, track(1)]
    work = desk().prepare(batch, INCIDENT)
    assert [item.error_code for item in work.unreadable] == ["not-json", "out-of-range", "out-of-range"]
    assert [item.adapter for item in work.unreadable] == ["sonae/v1", "sonae/v1", "readsb"]
    assert sorted(work.states) == ["readsb:bbbbbb", "uzushio"]


def test_screens_are_told_at_most_once_a_second_and_of_the_last() -> None:
    held, told, batches = desk(), 0, 0
    for turn in range(42):
        work = held.prepare([track(turn / 8, north=turn / 100)], INCIDENT)
        told += len(work.tell)
        batches += len(work.states)
    assert batches == 42
    assert told == 6, "five seconds, and a first one"
    assert held.due(START + timedelta(seconds=5.5)) == []
    assert held.due(START + timedelta(seconds=6.1)) == ["uzushio"], "the last state is never kept back"
    assert held.due(START + timedelta(seconds=9)) == []


def test_who_speaks_once_a_second_is_told_at_once_and_a_clock_set_back_silences_nobody() -> None:
    held = desk()
    jitter = (0.0, 0.95, 2.1, 2.9, 4.0)
    assert [held.prepare([track(at, north=at)], INCIDENT).tell for at in jitter] == [["uzushio"]] * 5
    assert held.prepare([track(-600, north=5)], INCIDENT).tell == ["uzushio"]


def test_a_jump_is_stored_and_not_followed() -> None:
    work = desk().prepare([track(0), track(1, north=100), track(2, north=0.1)], INCIDENT)
    assert [row["reasons"] for _, row in work.points] == [[], ["jump"], []]
    assert work.states["uzushio"]["lat"] == 34.0001


def test_the_broadcast_of_a_registered_helicopter_is_no_second_helicopter() -> None:
    held = registered()
    work = held.prepare([track(0), adsb(1, north=0.2), track(2, north=0.4)], INCIDENT)
    assert [row["vehicle_id"] for _, row in work.points] == ["uzushio"] * 3
    assert work.states["uzushio"]["trust"] == "authenticated"
    later = held.prepare([adsb(30, north=5)], INCIDENT)
    assert later.states["uzushio"]["trust"] == "broadcast", "its own voice is silent; the other is followed"


def test_what_is_carried_outlives_the_process() -> None:
    first = desk()
    states = first.prepare([track(0), track(10, north=1, endurance_s=600)], INCIDENT).states
    row = {
        **states["uzushio"],
        **ADDRESS,
        "memory": json.loads(json.dumps(_plain(states["uzushio"]["memory"]))),
    }
    again = desk()
    again.recall([row])
    assert again.due(START) == ["uzushio"], "what was not told before the end is told now"
    work = again.prepare([track(5, north=0.5), track(11, north=100), track(20, north=2)], INCIDENT)
    assert [row["reasons"] for _, row in work.points] == [["late"], ["jump"], []]
    state = work.states["uzushio"]
    assert state["interval_s"] == 10.0
    assert state["endurance_until"] == START + timedelta(seconds=610), "what is not told again still holds"
    assert len(state["trail"]) == 3


def _plain(memory: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(memory)


def test_emergencies_are_told_when_they_begin_and_when_they_end() -> None:
    held = desk()
    told = [
        codes(held.prepare([adsb(second, north=second / 100, **fields)], INCIDENT))
        for second, fields in [
            (0, {}), (1, {"squawk": "7700"}), (2, {"squawk": "7700"}), (10, {}), (20, {"squawk": "7700"}),
            (55, {}), (56, {}),
        ]
    ]  # fmt: skip
    assert told == [[], ["air.emergency"], [], [], [], ["air.emergency-ended"], []]
    work = held.prepare([adsb(60, north=0.6, emergency="minfuel")], INCIDENT)
    assert [entry.severity for entry in work.entries] == [4]


def test_a_call_for_help_is_on_the_map_and_stays_until_it_ends() -> None:
    held = registered()
    call = message(TEAM + "event", 0, {"code": "sos", "text": "転覆", "lon": 134.5, "lat": 34.0})
    work = held.prepare([call], INCIDENT)
    assert work.states["team-1"]["emergency"] == "sos"
    ((_, told),) = work.events
    assert told.entry is not None
    assert (told.entry.severity, told.entry.text) == (5, "team-1 SOS：転覆")
    later = held.prepare([track(100, topic=TEAM, north=1)], INCIDENT)
    assert later.states["team-1"]["emergency"] == "sos"
    end = held.prepare([message(TEAM + "event", 120, {"code": "emergency.ended"})], INCIDENT)
    assert end.states["team-1"]["emergency"] is None
    assert codes(end) == ["air.emergency-ended"]


def test_last_wills() -> None:
    held = registered()
    held.prepare([track(0)], INCIDENT)
    work = held.prepare([message(HELI + "status", 5, {"online": False})], INCIDENT)
    assert work.states["uzushio"]["goodbye"] is True
    assert [(status.device_id, status.online) for status in work.statuses] == [("uzushio", False)]
    assert codes(work) == ["air.offline"]
    assert held.prepare([track(6)], INCIDENT).states["uzushio"]["goodbye"] is False
    kept = held.prepare([message(HELI + "status", 9, {"online": False}, retained=True)], INCIDENT)
    assert codes(kept) == [], "what the broker kept from before is no news"


def test_poses_and_marks_belong_to_their_vehicle() -> None:
    osd = {
        "tid": "t", "timestamp": int(START.timestamp() * 1000),
        "data": {
            "latitude": 34.0, "longitude": 134.5, "height": 180.0, "elevation": 110.0, "attitude_head": 0,
            "52-0-0": {
                "gimbal_yaw": 0, "gimbal_pitch": -45, "gimbal_roll": 0, "measure_target_error_state": 0,
                "measure_target_latitude": 34.001, "measure_target_longitude": 134.5,
            },
        },
    }  # fmt: skip
    work = desk().prepare([message("thing/product/SN1/osd", 0, osd)], INCIDENT)
    assert list(work.vehicles) == ["dji:SN1"]
    ((_, pose),) = work.poses
    assert (pose["vehicle_id"], pose["extra"]["camera"], pose["height_way"]) == ("dji:SN1", "52-0-0", "geoid")
    ((_, mark),) = work.events
    assert (mark.row["code"], mark.row["lat"], mark.entry) == ("mark", 34.001, None)


def test_a_pose_finds_its_vehicle_also_when_the_name_holds_a_slash() -> None:
    class Video:
        source = "video"
        topic_filters = ("v",)

        def decode(self, _topic: str, _payload: bytes, _received_at: datetime) -> list[Record]:
            told: dict[str, Any] = {
                "source": "video",
                "observed_at": START,
                "lon": 134.5,
                "lat": 34.0,
                "key": "k",
            }
            return [Track(source_id="JA/01", **told), Pose(source_id="JA/01", **told)]

    work = TrackDesk(VehicleTable([(("v",), Video())]), RULES).prepare([message("v", 0, {})], INCIDENT)
    assert list(work.vehicles) == ["video:JA/01"]
    assert [row["vehicle_id"] for _, row in (*work.points, *work.poses)] == ["video:JA/01"] * 2


def test_heights_above_takeoff_count_once_it_was_seen_taking_off() -> None:
    def flight(second: float, above_m: float) -> Message:
        return track(second, altitudes=[{"value_m": above_m, "reference": "takeoff"}])

    held = desk(find_ground=lambda _lon, _lat: 12.0)
    heights = [
        row["height_tp_m"]
        for _, row in held.prepare([flight(0, 80.0), flight(1, 0.0), flight(2, 80.0)], INCIDENT).points
    ]
    assert heights == [None, 12.0, 92.0]


def test_a_noted_pressure_corrects_for_some_hours(tmp_path: Path) -> None:
    note = PressureNote(tmp_path, RULES.altitude)
    note.read()
    assert note.at(START) is None
    (tmp_path / FILE).write_text("sea_level_hpa = 990.0\nobserved_at = 2026-06-02T23:00:00+09:00\n")
    note.read()
    told = track(0, altitudes=[{"value_m": 800, "reference": "standard pressure"}])
    ((_, point),) = desk(pressure_at=note.at).prepare([told], INCIDENT).points
    assert point["height_way"] == "pressure corrected"
    assert point["height_tp_m"] == pytest.approx(605, abs=3)
    assert note.at(START + timedelta(hours=4)) is None
    (tmp_path / FILE).write_text("sea_level_hpa = 99000\nobserved_at = 2026-06-02T23:00:00+09:00\n")
    note.read()
    assert note.at(START) is None


def test_a_vehicle_made_up_for_a_drill_says_so() -> None:
    held = desk()
    work = held.prepare([track(0, synthetic=True, callsign="R1", emergency="sos")], INCIDENT)
    assert work.vehicles["uzushio"]["synthetic"] is True
    assert work.entries[0].text.startswith("【模擬】R1")


def test_extra_fields_that_cannot_be_kept_are_refused() -> None:
    work = desk().prepare([track(0, note="a\x00b")], INCIDENT)
    assert [item.error_code for item in work.unreadable] == ["wrong-type"]
    assert not work.points
