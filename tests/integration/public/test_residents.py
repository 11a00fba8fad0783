"""What residents send: to the desk and back, counted, limited, and with nothing that they did not send."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.integration.dashboard.conftest import serving
from tests.integration.public.conftest import AREA, Face, connection_of, wait_until


def reports(face: Face) -> list[tuple[Any, ...]]:
    with connection_of(face.house) as connection:
        return connection.execute(
            "SELECT state, persons, words, ST_X(geom), desk FROM safety_report ORDER BY id"
        ).fetchall()


def test_a_call_for_help_reaches_the_desk_and_is_worked_off(face: Face, tmp_path: Path) -> None:
    with serving(face.house, tmp_path) as desk, desk.browser("officer") as officer:
        with desk.screen(officer) as screen:
            screen.until(lambda seen: ("safety", "total") in seen.picture)
            sent = face.post("/data/safety", state="help", area=AREA, people=3, words="二階にいます")
            assert sent.status_code == 200
            screen.until(lambda seen: ("safety", "1") in seen.picture)
            shown = screen.picture["safety", "1"]
            assert (shown["persons"], shown["desk"]) == (3, "new")
            # What they wrote and where they are goes to the desk that asks, not to every screen.
            assert {"words", "lon", "lat", "note"} & shown.keys() == set()
            (read,) = officer.get("/api/safety").json()["reports"]
            assert (read["words"], read["lon"]) == ("二階にいます", None)
            answer = officer.post("/api/safety/1", json={"desk": "handed_over", "note": "消防"})
            assert answer.status_code == 200
            screen.until(lambda seen: seen.picture["safety", "1"]["desk"] == "handed_over")
            token = sent.json()["token"]
            face.post("/data/safety", state="safe", area=AREA, people=3, token=token)
            screen.until(lambda seen: seen.picture["safety", "1"]["state"] == "safe")
            total = screen.picture["safety", "total"]
            assert (total["help_reports"], total["safe_reports"], total["safe_persons"]) == (0, 1, 3)
            held = {key: value for key, value in screen.picture.items() if key[0] == "safety"}
        with desk.screen(officer) as fresh:
            fresh.until(lambda seen: {k: v for k, v in seen.picture.items() if k[0] == "safety"} == held)
        with desk.browser("medic") as medic:
            assert medic.post("/api/safety/1", json={"desk": "done"}).status_code == 403
            assert medic.get("/api/safety").status_code == 403
            assert officer.post("/api/safety/99", json={"desk": "done"}).status_code == 404
    with connection_of(face.house) as connection:
        acts = connection.execute("SELECT action FROM audit WHERE object_kind = 'safety'").fetchall()
    assert acts == [("safety.handed_over",)]


def test_a_position_is_kept_only_when_it_was_sent_and_safe_is_only_counted(face: Face) -> None:
    assert face.post("/data/safety", state="help", area=AREA, position=[134.3, 34.05]).status_code == 200
    assert face.post("/data/safety", state="safe", area=AREA).status_code == 200
    assert [(state, lon) for state, _, _, lon, _ in reports(face)] == [("help", 134.3), ("safe", None)]


def test_what_cannot_be_used_names_the_culprit_and_nothing_is_kept(face: Face) -> None:
    for body, word in (
        ({"state": "lost", "area": AREA}, "state"),
        ({"state": "help", "area": "x"}, "area"),
        ({"state": "help", "area": AREA, "people": 0}, "people"),
        ({"state": "help", "area": AREA, "position": [200, 10]}, "position"),
        ({"state": "help", "area": AREA, "words": "あ" * 401}, "words"),
        ({"state": "help", "area": AREA, "name": "x"}, "name"),
    ):
        answer = face.post("/data/safety", **body)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad-input"), body
        assert word in answer.json()["detail"], body
    assert face.post("/data/safety", state="help", area="99999").status_code == 404
    assert face.post("/data/safety", state="help", area=AREA, words="あ" * 9000).status_code == 413
    form = httpx.post(face.address + "/data/safety", content=b"state=help", timeout=10)
    assert form.status_code == 400
    # A program that fills every field is answered, and nothing of it is kept.
    answer = face.post("/data/safety", state="help", area=AREA, website="http://example.invalid")
    assert answer.status_code == 200
    assert reports(face) == []


def test_one_address_cannot_flood_the_desk(face: Face) -> None:
    answers = [face.post("/data/safety", state="safe", area=AREA) for _ in range(34)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    assert len(reports(face)) == len(answers) - len(refused)
    assert face.get("/data/areas.json").status_code == 200, "reading is not limited by it"


def test_a_reservation_is_counted_moved_and_ended(face: Face) -> None:
    def reserved() -> dict[str, int]:
        return {place["id"]: place["reserved"] for place in face.area()["shelters"]}

    first = face.post("/data/reservation", shelter="h1", people=4).json()
    face.post("/data/reservation", shelter="h1", people=2)
    wait_until(lambda: reserved()["h1"] == 6, 10)
    moved = face.post("/data/reservation", shelter="s1", people=5, token=first["token"]).json()
    assert moved["token"] == first["token"]
    wait_until(lambda: (reserved()["h1"], reserved()["s1"]) == (2, 5), 10)
    face.post("/data/reservation", shelter="s1", people=0, token=first["token"])
    with connection_of(face.house) as connection:
        connection.execute("UPDATE shelter_reservation SET expires_at = now()")
    wait_until(lambda: set(reserved().values()) == {0}, 10)
    assert face.post("/data/reservation", shelter="nowhere", people=1).status_code == 404
    assert face.post("/data/reservation", shelter="h1", people=51).status_code == 400
    assert face.post("/data/reservation", shelter="h1", people=1, token=str(uuid.uuid4())).status_code == 200


def test_a_browser_subscribes_changes_and_ends(face: Face) -> None:
    point = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
    keys = {"p256dh": point, "auth": "tBHItJI5svbpez7KI4CCXg"}
    address = "http://127.0.0.1:9/push/1"

    def kept() -> list[tuple[Any, ...]]:
        with connection_of(face.house) as connection:
            return connection.execute("SELECT areas, language, gone FROM push_subscription").fetchall()

    assert face.post("/data/subscription", endpoint=address, keys=keys, areas=[AREA]).status_code == 200
    face.post("/data/subscription", endpoint=address, keys=keys, areas=[AREA, "36368"], language="easy")
    assert kept() == [([AREA, "36368"], "easy", False)]
    foreign = face.post("/data/subscription", endpoint="https://example.invalid/", keys=keys, areas=[AREA])
    assert foreign.status_code == 400, "a drill reaches nobody's phone"
    face.post("/data/subscription", endpoint=address, keys=keys, areas=[])
    assert kept()[0][2]
    key = face.get("/data/push-key.json").json()["public_key"]
    assert len(key) == 87, "65 bytes as base64url"
