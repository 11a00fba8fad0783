from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from geo.change import Change, prune, record
from geo.clock import ReplayClock
from geo.incident import find_incident, open_incident, set_clock


def test_snapshot_holds_everything_and_deltas_follow(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        first = screen.next()
        assert first["type"] == "snapshot"
        counts = {kind: len(items) for kind, items in first["objects"].items() if items and kind != "service"}
        assert counts == {
            "incident": 1,
            "gauge": 6,
            "quarantine": 1,
            # the counts of what residents told
            "safety": 1,
        }
        assert screen.picture["gauge", "g1"]["class"] == "unknown"
        served.house.level("g1", 5.5)
        screen.until(lambda it: it.level("g1") == 5.5)
        served.house.level("g1", 6.0)
        screen.until(lambda it: it.level("g1") == 6.0)
        fresh = browser.get("/api/snapshot").json()
    shown = {item["id"]: item["value"] for item in fresh["objects"]["gauge"]}
    assert shown == {name: value for (kind, name), value in screen.picture.items() if kind == "gauge"}


def test_a_change_is_on_the_screen_at_once(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.until(lambda it: it.service("database") == "up")
        served.house.level("g1", 5.0)
        begun = time.monotonic()
        screen.until(lambda it: it.level("g1") == 5.0)
        # the feed is polled every second; this came by notification
        assert time.monotonic() - begun < 0.9


def test_a_quiet_stream_beats(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        begun = time.monotonic()
        screen.until(lambda it: it.messages[-1]["type"] == "beat")
        assert time.monotonic() - begun < 5


def test_resume_after_a_gap_sends_only_what_was_missed(served: Any) -> None:
    with served.browser() as browser:
        with served.screen(browser) as screen:
            screen.next()
            served.house.level("g1", 5.0)
            screen.until(lambda it: it.level("g1") == 5.0)
            position = screen.position
        served.house.level("g2", 5.2)
        served.house.level("g3", 5.3)
        with served.screen(browser, f"?since={position}") as back:
            back.held = dict(screen.held)
            back.until(lambda it: it.level("g2") == 5.2 and it.level("g3") == 5.3)
            assert back.messages[0]["type"] == "delta"
            assert all(message["type"] != "snapshot" for message in back.messages)
            assert back.level("g1") == 5.0


def test_resume_survives_a_restart_of_the_dashboard(house: Any, serve: Callable[..., Any]) -> None:
    with serve(house) as served, served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        house.level("g1", 5.0)
        screen.until(lambda it: it.level("g1") == 5.0)
    house.level("g2", 5.2)
    with serve(house) as served:
        again = httpx.Client(base_url=served.address, cookies=browser.cookies)
        with again, served.screen(again, f"?since={screen.position}") as back:
            back.held = dict(screen.held)
            back.until(lambda it: it.level("g2") == 5.2)
            assert {message["type"] for message in back.messages} <= {"delta", "beat"}
            assert back.level("g1") == 5.0


def test_a_pruned_position_gets_a_snapshot(house: Any, serve: Callable[..., Any]) -> None:
    with serve(house) as served, served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        house.level("g1", 5.0)
        screen.until(lambda it: it.level("g1") == 5.0)
        old = screen.position
    house.level("g1", 5.1)
    with house.connection() as connection, connection.cursor() as cursor:
        prune(cursor, keep_s=-1)
    since = f"?since={old}"
    with serve(house) as served, served.browser() as browser, served.screen(browser, since) as back:
        assert back.next()["type"] == "snapshot"
        assert back.level("g1") == 5.1


def test_a_position_of_another_database_gets_a_snapshot(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        position = screen.next()["position"]
        transaction, change, _picture = position.split(":")
        others = (
            "yesterday",
            f"{transaction}:{change}:0123456789ab",
            f"{int(transaction) + 10**9}:1:{_picture}",
        )
        for since in others:
            with served.screen(browser, f"?since={since}") as other:
                assert other.next()["type"] == "snapshot"


def test_transactions_that_commit_out_of_order_are_both_delivered(served: Any) -> None:
    house = served.house
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        with house.connection() as early, house.connection() as late:
            house.level("g1", 5.1, early)
            house.level("g2", 5.2, late)
            late.commit()
            time.sleep(0.3)
            # the feed waits for the one that began first, so that nobody reads past it
            early.commit()
        screen.until(lambda it: it.level("g1") == 5.1 and it.level("g2") == 5.2)


def test_an_older_version_that_arrives_later_changes_nothing(served: Any) -> None:
    house = served.house
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        for version, value in ((7, {"lon": 134.3, "lat": 34.07, "level_m": 7.0}), (6, None)):
            with house.connection() as connection, connection.cursor() as cursor:
                record(cursor, house.incident_id, [Change("gauge", "g1", version, value)])
        house.level("g2", 5.2)
        screen.until(lambda it: it.level("g2") == 5.2)
        assert screen.level("g1") == 7.0


def test_removal_removes(served: Any) -> None:
    house = served.house
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        for version, value in ((1, {"level": 4}), (2, None)):
            with house.connection() as connection, connection.cursor() as cursor:
                record(cursor, house.incident_id, [Change("warning", "36:南部:大雨", version, value)])
            screen.until(lambda it, v=version: it.held.get(("warning", "36:南部:大雨"), (0,))[0] == v)
        assert ("warning", "36:南部:大雨") not in screen.picture


def test_a_long_transaction_holds_the_feed_back_and_the_screens_are_told(served: Any) -> None:
    house = served.house
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        with house.connection() as long:
            long.execute("UPDATE area SET source = 'long'")
            house.level("g1", 5.1)
            screen.until(lambda it: it.service("database") == "behind", timeout=15)
            assert screen.level("g1") is None
        screen.until(lambda it: it.level("g1") == 5.1 and it.service("database") == "up")


def test_viewport_over_the_wire(served: Any) -> None:
    with served.browser() as browser, served.screen(browser, "?bbox=134.2,34,134.32,34.2") as screen:
        screen.next()
        gauges = {name for kind, name in screen.picture if kind == "gauge"}
        assert gauges == {"g1", "g2"}
        served.house.level("g6", 5.6)
        served.house.level("g2", 5.2)
        screen.until(lambda it: it.level("g2") == 5.2)
        assert screen.level("g6") is None
        screen.socket.send(json.dumps({"type": "view", "bbox": None}))
        screen.until(lambda it: it.level("g6") == 5.6)
        assert [message["type"] for message in screen.messages].count("snapshot") == 2


def test_nonsense_from_a_screen_is_answered_by_its_name(served: Any) -> None:
    with served.browser() as browser, served.socket(browser) as socket:
        socket.recv(5)
        socket.send('{"type":"view","bbox":[1,2,3]}')
        with pytest.raises(ConnectionClosed) as closed:
            _read_to_the_end(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        assert "bbox" in closed.value.rcvd.reason


def test_an_impossible_box_is_refused_before_the_stream(served: Any) -> None:
    with served.browser() as browser:
        with pytest.raises(InvalidStatus) as refused, served.socket(browser, "?bbox=1,2,3"):
            pass
        assert refused.value.response.status_code == 422
        answer = browser.get("/live/events?bbox=1,2,3")
        assert answer.json()["error"] == "bad-input"
        assert "bbox" in answer.json()["detail"]


def test_events_show_the_same_picture_as_the_websocket(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        other = type(screen)(screen.socket)
        with browser.stream("GET", "/live/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            other.take(_event(lines))
            for turn in range(5):
                served.house.level("g1", 5.0 + turn)
            screen.until(lambda it: it.level("g1") == 9.0)
            while other.level("g1") != 9.0:
                other.take(_event(lines))
    gauges = [
        {key: value for key, value in it.picture.items() if key[0] in ("gauge", "incident")}
        for it in (screen, other)
    ]
    assert gauges[0] == gauges[1]


def test_events_resume_by_the_browsers_own_header(served: Any) -> None:
    with served.browser() as browser:
        with browser.stream("GET", "/live/events") as answer:
            first = _event(answer.iter_lines())
        served.house.level("g1", 5.5)
        headers = {"Last-Event-ID": first["position"]}
        with browser.stream("GET", "/live/events", headers=headers) as answer:
            lines = answer.iter_lines()
            message = _event(lines)
            assert message["type"] == "delta"
            while not any(change["id"] == "g1" for change in message.get("changes", [])):
                message = _event(lines)


def _read_to_the_end(socket: Any) -> None:
    while True:
        socket.recv(5)


def _event(lines: Any) -> dict[str, Any]:
    for line in lines:
        if line.startswith("data: "):
            message: dict[str, Any] = json.loads(line[6:])
            return message
    raise AssertionError("the stream ended")


def test_a_stalled_screen_costs_nobody_anything_and_catches_up(served: Any) -> None:
    house = served.house
    filling = "x" * 20_000

    def flood(turns: int) -> None:
        for turn in range(turns):
            with house.connection() as connection, connection.cursor() as cursor:
                changes = [Change("filler", f"o{number}", turn + 1, {"f": filling}) for number in range(10)]
                record(cursor, house.incident_id, changes)
            # slower than the hub's pace, so that each is a frame of its own
            time.sleep(0.06)

    with served.browser() as browser, served.screen(browser) as healthy:
        healthy.next()
        with served.screen(browser, max_queue=1) as stalled:
            stalled.next()
            # nobody reads from `stalled`: 60 × 200 kB are far more than all buffers on the way hold
            writer = threading.Thread(target=flood, args=(60,))
            writer.start()
            healthy.until(lambda it: it.held.get(("filler", "o9"), (0,))[0] == 60, timeout=30)
            writer.join()
            house.level("g1", 5.5)
            healthy.until(lambda it: it.level("g1") == 5.5)
            stalled.until(lambda it: it.level("g1") == 5.5, timeout=20)
            assert stalled.held["filler", "o9"][0] == 60
            assert len(stalled.messages) < len(healthy.messages)


def test_another_incident_is_another_picture(served: Any) -> None:
    house = served.house
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        house.level("g1", 5.5)
        screen.until(lambda it: it.level("g1") == 5.5)
        old = screen.position
        with house.connection() as connection:
            open_incident(connection, slug="next", name="次", kind="drill", opened_at=datetime.now(UTC))
        screen.until(lambda it: it.messages[-1]["type"] == "snapshot")
        assert screen.level("g1") is None
        assert [value["slug"] for (kind, _), value in screen.picture.items() if kind == "incident"] == [
            "next"
        ]
        with served.screen(browser, f"?since={old}") as back:
            assert back.next()["type"] == "snapshot"


def test_the_incidents_clock_reaches_the_screens(served: Any) -> None:
    house = served.house
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        base = datetime(2026, 6, 2, 12, tzinfo=UTC)
        clock = ReplayClock(base=base, wall=datetime.now(UTC), speed=60, end=base)
        with house.connection() as connection:
            set_clock(connection, find_incident(connection), clock)
        key = ("incident", str(house.incident_id))
        screen.until(lambda it: it.picture[key]["clock"] is not None)
        assert screen.picture[key]["clock"]["speed"] == 60


def test_many_screens_at_once_share_one_reading(served: Any) -> None:
    with served.browser() as browser, ExitStack() as stack:
        screens = [stack.enter_context(served.socket(browser)) for _ in range(100)]
        kinds = {json.loads(socket.recv(10))["type"] for socket in screens}
        metrics = browser.get("/metrics").text
    assert kinds == {"snapshot"}
    assert 'sonae_live_screens{transport="websocket"} 100.0' in metrics
    assert "sonae_live_snapshots_total 100.0" in metrics
