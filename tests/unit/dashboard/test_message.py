from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from dashboard.live import message
from dashboard.live.message import Bookmark, live_change, live_object, picture_id
from dashboard.live.viewport import Viewport
from geo.change import Position, PositionError

AT = datetime(2026, 6, 2, 16, 40, tzinfo=UTC)
HERE = Bookmark(Position(750, 12), "48ab937a515c")
WEST = Viewport(134.0, 33.0, 134.5, 35.0)


def test_bookmark_survives_the_wire() -> None:
    assert str(HERE) == "750:12:48ab937a515c"
    assert Bookmark.parse(str(HERE)) == HERE


@pytest.mark.parametrize(
    "text", ["", "750:12", "750:12:", "a:b:c", "-1:2:ab", "750:12:a b", "1" * 50 + ":1:a"]
)
def test_other_texts_are_no_bookmarks(text: str) -> None:
    with pytest.raises(PositionError):
        Bookmark.parse(text)


def test_pictures_differ_by_database_and_incident() -> None:
    names = {picture_id("1/5", 1), picture_id("1/5", 2), picture_id("2/5", 1), picture_id("1/5", None)}
    assert len(names) == 4
    assert all(name.isalnum() for name in names)


def test_delta_carries_the_values_as_they_were_written() -> None:
    changes = [
        live_change("gauge", "g1", 3, '{"lon":134.2,"lat":34.0,"name":"御所地橋"}'),
        live_change("warning", "w1", 2, None),
    ]
    told = json.loads(message.delta(changes, HERE, AT).text)
    assert next(iter(told)) == "type"
    assert told == {
        "type": "delta",
        "position": "750:12:48ab937a515c",
        "at": "2026-06-02T16:40:00Z",
        "changes": [
            {"kind": "gauge", "id": "g1", "v": 3, "value": {"lon": 134.2, "lat": 34.0, "name": "御所地橋"}},
            {"kind": "warning", "id": "w1", "v": 2, "value": None},
        ],
    }


def test_snapshot_and_beat() -> None:
    objects = {"gauge": message.array([live_object("gauge", "g1", 0, {"lon": 134.2, "lat": 34.0})])}
    told = json.loads(message.snapshot(objects, HERE, AT).text)
    assert told["objects"] == {"gauge": [{"id": "g1", "v": 0, "value": {"lon": 134.2, "lat": 34.0}}]}
    assert json.loads(message.beat(HERE, AT).text)["type"] == "beat"


def test_only_gauges_have_a_place() -> None:
    assert live_change("gauge", "g1", 1, '{"lon":134.2,"lat":34.0}').place == (134.2, 34.0)
    assert live_change("warning", "w1", 1, '{"lon":134.2,"lat":34.0}').place is None
    assert live_change("gauge", "g1", 1, None).place is None


def test_a_gauge_that_does_not_say_where_it_is_goes_to_every_screen() -> None:
    assert WEST.holds(live_change("gauge", "g1", 1, '{"name":"?"}').place)


def test_array_leaves_out_what_a_viewport_does_not_hold() -> None:
    objects = [
        live_object("gauge", "in", 0, {"lon": 134.2, "lat": 34.0}),
        live_object("gauge", "out", 0, {"lon": 134.7, "lat": 34.0}),
    ]
    assert [item["id"] for item in json.loads(bytes(message.array(objects, WEST)))] == ["in"]
    assert len(json.loads(bytes(message.array(objects)))) == 2


def test_server_sent_event_is_one_data_line_with_the_position_as_id() -> None:
    frame = message.delta([live_change("note", "1", 1, '{"text":"a\\nb"}')], HERE, AT)
    lines = frame.event["body"].decode().split("\n")
    assert lines[0] == f"id: {HERE}"
    assert lines[1] == f"data: {frame.text}"
    assert lines[2:] == ["", ""]
    assert frame.websocket["text"] == frame.text
