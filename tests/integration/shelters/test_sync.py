"""Two tablets on one shelter, wrong clocks, lost answers, repeated posts: the state is the same."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect as connect_websocket

from geo.clock import ReplayClock
from geo.incident import find_incident, set_clock
from shelters.canonical import digest
from shelters.export_file import export_of, split_pages
from shelters.merge import Fold
from shelters.operation import Stamp, check_operation

DAY_MS = 86_400_000


def folded(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """What a tablet makes of the operations it was sent."""
    return Fold(
        (
            check_operation({name: value for name, value in it.items() if name != "stamp"}),
            Stamp(**it["stamp"]),
        )
        for it in operations
    ).state()


def test_two_tablets_count_the_same_people_and_blankets(centre: Any) -> None:
    with centre.tablet("t-1") as one, centre.tablet("t-2") as other:
        one.act("set", {"fields": {"opening": "open", "power": "generator", "fuel_hours": 6}})
        one.act("count", {"field": "people", "total": 100})
        one.act("stock", {"item": "blanket", "lot": "", "total": 200})
        assert {result["result"] for result in one.sync()} == {"accepted"}
        for tablet in (one, other):
            tablet.act("stock", {"item": "blanket", "lot": "", "delta": -20, "reason": "handed-out"})
            tablet.act("count", {"field": "people", "delta": 15})
        other.sync()
        one.sync()
        shown = centre.shelter()
        assert (shown["people"], shown["opening"], shown["congestion"]) == (130, "open", "free")
        assert shown["occupancy"] == 0.26
        assert (shown["power"], shown["fuel_until"] is not None) == ("generator", True)
        bundle = other.bundle()
        state = folded(bundle["operations"])
        assert state["stock"]["blanket"][""]["value"] == 160
        assert state["stock"]["blanket"][""]["handed_out"] == 40
        assert bundle["state_digest"] == digest(state)
        assert shown["cover"]["water"]["days"] is None
        assert shown["cover"]["water"]["per_day"] == 390


def test_a_clock_one_day_wrong_does_not_win(centre: Any) -> None:
    with centre.tablet("t-1") as right, centre.tablet("t-2", offset_ms=DAY_MS) as wrong:
        wrong.act("set", {"fields": {"water": "none"}})
        assert wrong.sync()[0]["stamp"]["offset_ms"] == pytest.approx(DAY_MS, abs=5_000)
        right.act("set", {"fields": {"water": "tap"}})
        right.sync()
        register = folded(right.bundle()["operations"])["fields"]["water"]
        assert register["value"] == "tap"
        assert [conflict["value"] for conflict in register["conflicts"]] == ["none"]
        seen = [register["op"], *(conflict["op"] for conflict in register["conflicts"])]
        wrong.act("set", {"fields": {"water": "tanker"}}, after=seen)
        wrong.sync()
        settled = folded(right.bundle()["operations"])["fields"]["water"]
        assert (settled["value"], settled["conflicts"]) == ("tanker", [])
        assert centre.shelter()["conflicts"] == 0


def test_lost_answers_and_repeated_posts_change_nothing(centre: Any) -> None:
    chance = random.Random(4)
    with centre.tablet("t-1") as tablet:
        sent = [tablet.act("count", {"field": "people", "delta": 1}) for _ in range(60)]
        chance.shuffle(sent)
        for first in range(0, 60, 10):
            part = sent[first : first + 10]
            tablet.post(part + part[:3])
            if chance.random() < 0.5:
                again = tablet.post(part)["results"]
                assert {result["result"] for result in again} == {"duplicate"}
        assert centre.shelter()["people"] == 60
        changes = tablet.client.get("/api/tablet/changes", params={"limit": 25}).json()
        found, pages = list(changes["operations"]), 1
        while changes["more"]:
            changes = tablet.client.get(
                "/api/tablet/changes", params={"since": changes["position"], "limit": 25}
            ).json()
            found, pages = found + changes["operations"], pages + 1
        assert (len(found), pages) == (60, 3)
        assert folded(found)["counts"]["people"]["value"] == 60
        other = tablet.client.get("/api/tablet/changes", params={"since": "7:anotherpicture"}).json()
        assert (other["reset"], len(other["operations"])) == (True, 60)


def test_what_cannot_be_read_is_kept_and_the_rest_goes_on(centre: Any) -> None:
    with centre.tablet("t-1") as tablet:
        good = tablet.act("count", {"field": "people", "delta": 2})
        newer = tablet.act("hologram", {"anything": 1})
        results = tablet.post(
            [
                good,
                {"id": "nonsense"},
                {**good, "value": {"field": "people", "delta": 5}},
                {**tablet.act("set", {"fields": {}}), "shelter": "h2"},
                {**tablet.act("set", {"fields": {}}), "incident": 99},
                {**tablet.act("set", {"fields": {"note": "x" * 20_000}})},
                {**newer, "hlc": good["hlc"].replace("t-1", "t-9"), "device": "t-9"},
                newer,
                17,
            ]
        )["results"]
        told = [(result["result"], result.get("reason")) for result in results]
        assert told == [
            ("accepted", None),
            ("quarantined", "malformed"),
            ("quarantined", "id-reused"),
            ("quarantined", "other-shelter"),
            ("quarantined", "unknown-incident"),
            ("quarantined", "too-large"),
            ("quarantined", "other-device"),
            ("accepted", None),
            ("quarantined", "malformed"),
        ]
        assert folded(tablet.bundle()["operations"])["other"] == {"hologram": [newer["id"]]}
        with centre.browser("officer") as officer:
            kept = officer.get("/api/quarantine").json()["items"]
            assert {item["topic"] for item in kept} == {"tablet/t-1"}
            assert len(kept) == 7
        assert centre.objects("quarantine")["total"]["total"] == 7
        assert centre.shelter()["flags"] == ["newer-app"]


def test_followers_hold_what_a_fresh_snapshot_shows(centre: Any) -> None:
    with centre.browser("officer") as officer, centre.tablet("t-1") as tablet:
        cookie = "; ".join(f"{name}={value}" for name, value in officer.cookies.items())
        address = centre.address.replace("http", "ws") + "/live"
        with connect_websocket(address, additional_headers={"Cookie": cookie}, max_size=None) as screen:
            held: dict[tuple[str, str], Any] = {}

            def take() -> None:
                message = json.loads(screen.recv(10))
                for kind, items in message.get("objects", {}).items():
                    held.update({(kind, item["id"]): item["value"] for item in items})
                for change in message.get("changes", []):
                    held[change["kind"], change["id"]] = change["value"]

            take()
            tablet.act("set", {"fields": {"opening": "open"}})
            tablet.act("supply", {"line": "l1", "state": "request", "item": "water", "amount": 60})
            tablet.sync()
            while ("request", "h1/l1") not in held or ("shelter", "h1") not in held:
                take()
        for kind in ("shelter", "request"):
            fresh = centre.objects(kind)
            assert fresh == {name: value for (of, name), value in held.items() if of == kind}
        entries = officer.get("/api/chronology").json()["entries"]
        assert entries[0]["text"] == "避難所 中央小学校 開設"


def test_an_export_comes_in_as_file_and_as_pages_once(centre: Any) -> None:
    with centre.tablet("t-1") as tablet, centre.browser("staff1") as staff:
        tablet.act("count", {"field": "people", "total": 40})
        tablet.act("set", {"fields": {"opening": "open"}})
        photo = b"\xff\xd8\xff" + b"a photo"
        name = hashlib.sha256(photo).hexdigest()
        document = {
            "device": "t-1",
            "shelter": "h1",
            "incident": centre.incident_id,
            "operations": tablet.outbox,
            "photos": {name: base64.b64encode(photo).decode(), "0" * 64: "xx"},
        }
        data = export_of(document)
        json_type = {"Content-Type": "application/json"}
        first = staff.post("/api/shelters/import", content=data, headers=json_type).json()
        assert (first["accepted"], first["photos"], first["photos_refused"]) == (2, 1, 1)
        pages = split_pages(data)
        again = staff.post("/api/shelters/import", json={"pages": pages[::-1]}).json()
        assert (again["accepted"], again["duplicate"]) == (0, 2)
        assert {result["result"] for result in tablet.sync()} == {"duplicate"}
        assert centre.shelter()["people"] == 40
        assert staff.get(f"/api/shelters/photos/{name}").content == photo
        with centre.browser("staff2") as other:
            refused = other.post("/api/shelters/import", content=data, headers=json_type)
            assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
            assert other.get(f"/api/shelters/photos/{name}").status_code == 404


def test_a_drill_shows_its_own_time(centre: Any) -> None:
    storm = datetime(2019, 10, 12, 12, 0, tzinfo=UTC)
    with centre.connection() as connection:
        connection.execute("UPDATE incident SET kind = 'drill' WHERE id = %s", (centre.incident_id,))
        connection.commit()
        clock = ReplayClock(base=storm, wall=datetime.now(UTC), speed=1.0, end=storm + timedelta(days=1))
        set_clock(connection, find_incident(connection), clock)
        connection.commit()
    with centre.tablet("t-1", offset_ms=-DAY_MS) as tablet:
        tablet.act("set", {"fields": {"opening": "open", "fuel_hours": 6}})
        tablet.act("count", {"field": "people", "total": 5})
        tablet.sync()
        shown = centre.shelter()
        moments = ("people_at", "reported_at", "received_at", "tablet_seen_at")
        assert {shown[name][:13] for name in moments} == {"2019-10-12T12"}
        assert (shown["fuel_until"][:13], shown["due_at"][:13]) == ("2019-10-12T18", "2019-10-12T13")
        assert shown["silence"] == "ok"


def test_photos_are_kept_by_their_hash(centre: Any) -> None:
    photo = b"\xff\xd8\xff\xd9"
    name = hashlib.sha256(photo).hexdigest()
    with centre.tablet("t-1") as tablet, centre.tablet("t-9", "h2") as stranger:
        sent = {"content": photo, "headers": {"Content-Type": "image/jpeg"}}
        assert tablet.client.put(f"/api/tablet/photos/{name}", **sent).status_code == 201
        assert tablet.client.put(f"/api/tablet/photos/{name}", **sent).status_code == 200
        wrong = tablet.client.put(f"/api/tablet/photos/{'0' * 64}", **sent)
        assert (wrong.status_code, wrong.json()["error"]) == (422, "bad-input")
        assert tablet.client.get(f"/api/tablet/photos/{name}").content == photo
        assert stranger.client.get(f"/api/tablet/photos/{name}").status_code == 404


def test_a_code_works_once_and_a_lost_tablet_is_shut_out(centre: Any) -> None:
    with centre.browser("staff1") as staff, httpx.Client(base_url=centre.address) as tablet:
        refused = staff.post("/api/shelters/h2/enrolment", json={})
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
        code = staff.post("/api/shelters/h1/enrolment", json={"name": "体育館"}).json()["code"]
        asked = {"code": code.lower().replace("-", " "), "device": "t-5", "name": "x"}
        let_in = tablet.post("/api/tablet/enrol", json=asked)
        assert (let_in.status_code, let_in.json()["shelter"]) == (201, "h1")
        again = tablet.post("/api/tablet/enrol", json=asked)
        assert (again.status_code, again.json()["error"]) == (401, "wrong-credentials")
        tablet.headers["Authorization"] = f"Bearer {let_in.json()['token']}"
        assert tablet.get("/api/tablet/bundle").json()["device"] == {"id": "t-5", "name": "体育館"}
        assert staff.post("/api/tablets/t-5/revoke").status_code == 200
        shut = tablet.get("/api/tablet/bundle")
        assert (shut.status_code, shut.json()["error"]) == (401, "not-signed-in")
        code = centre.code("h2")
        taken = tablet.post("/api/tablet/enrol", json={"code": code, "device": "t-5"})
        assert (taken.status_code, taken.json()["error"]) == (409, "device-taken")
        # A code that was refused lets the emptied tablet in, under another name.
        assert tablet.post("/api/tablet/enrol", json={"code": code, "device": "t-6"}).status_code == 201


def test_a_tablet_that_leaves_ends_its_own_token(centre: Any) -> None:
    with centre.tablet("t-8") as tablet, centre.browser("staff1") as staff:
        assert tablet.client.post("/api/tablet/leave", json={}).json() == {"device": "t-8"}
        assert tablet.client.get("/api/tablet/bundle").status_code == 401
        assert staff.post("/api/tablet/leave?shelter=h1", json={}).status_code == 422
