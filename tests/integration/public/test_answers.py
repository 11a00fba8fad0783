"""What everybody reads: the three kinds apart, a change within ten seconds, never old as if it were new."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from geo.incident import open_incident
from tests.integration.dashboard.conftest import House
from tests.integration.public.conftest import (
    AREA,
    Face,
    connection_of,
    facing,
    issue_order,
    wait_until,
)

PATH = f"/data/area/{AREA}.json"


def test_a_municipality_is_told_with_its_shelters_and_nothing_is_made_up(face: Face) -> None:
    told = face.area()
    assert told["area"] == {"code": AREA, "name": "徳島県吉野川市"}
    assert (told["installation"], told["drill"], told["stale"]) == ("demo", True, False)
    assert (told["orders"], told["official"], told["estimates"]) == ([], [], [])
    places = {place["id"]: place for place in told["shelters"]}
    assert set(places) == {"s1", "s2", "h1"}
    assert places["h1"]["open"] == places["h1"]["congestion"] == "unknown"
    assert places["h1"]["pets"] is None
    assert places["h1"]["barrier_free"] is None
    assert places["h1"]["hazards"] is None, "a shelter that is no designated site is not called safe"
    assert places["s1"]["hazards"] == ["flood", "earthquake"]
    assert {feed["layer"] for feed in told["feeds"]} == {"order", "warning", "gauge", "proposal", "shelter"}


def test_the_catalogue_tells_where_one_is(face: Face) -> None:
    told = face.get("/data/areas.json").json()
    assert [area["code"] for area in told["areas"]] == ["36205", "36368"]
    assert told["areas"][0]["bounds"] == [134.2, 34.0, 134.5, 34.2]
    assert {
        "kind": "site",
        "area": AREA,
        "name": "中央公園",
        "kana": "チュウオウコウエン",
        "lon": 134.36,
        "lat": 34.07,
    } in (told["places"])


def test_an_unchanged_answer_is_not_sent_again(face: Face) -> None:
    first = face.get(PATH)
    assert first.headers["cache-control"].startswith("public, max-age=5")
    assert "set-cookie" not in first.headers
    assert first.headers["etag"].startswith('"'), "a strong one"
    again = face.get(PATH, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = face.get(PATH, **{"Accept-Encoding": "identity"})
    assert plain.content == first.content
    ready = face.public.parts.keeper.answers.by_path[PATH]
    assert ready.packed is not None
    assert gzip.decompress(ready.packed) == ready.plain


def test_an_order_reaches_everybody_within_ten_seconds_and_is_marked_as_a_drill(face: Face) -> None:
    before = face.get(PATH).headers["etag"]
    number = issue_order(face.house)
    took_s = wait_until(lambda: face.area()["orders"] != [], 10)
    assert took_s < 5, "five more may be spent in a cache"
    (order,) = face.area()["orders"]
    assert (order["id"], order["level"], order["name"], order["state"]) == (number, 4, "避難指示", "issued")
    assert order["texts"]["ja"]["headline"].startswith("【訓練】")
    assert "author" not in order
    assert face.get(PATH).headers["etag"] != before
    assert face.area("36368")["orders"] == []


def test_an_operational_face_never_shows_a_drill(house: House, tmp_path: Path) -> None:
    with connection_of(house) as connection:
        connection.execute("DELETE FROM role_grant")
        connection.execute("DELETE FROM account")
        connection.execute("UPDATE installation SET kind = 'operational'")
    with facing(house, tmp_path, installation="operational") as face:
        wait_until(lambda: PATH in face.public.parts.keeper.answers.by_path)
        told = face.area()
        assert (told["drill"], told["incident"], told["orders"]) == (False, None, [])
        answer = face.post("/data/safety", state="help", area=AREA)
        assert answer.json()["error"] == "no-incident"
        with connection_of(house) as connection:
            open_incident(connection, slug="real", name="台風", kind="actual", opened_at=datetime.now(UTC))
        wait_until(lambda: face.area()["incident"] == "台風", 10)


def test_a_database_of_another_kind_is_not_read(house: House, tmp_path: Path) -> None:
    with facing(house, tmp_path, installation="operational") as face:
        keeper = face.public.parts.keeper
        wait_until(lambda: "belongs to the installation" in (keeper.fault or ""))
        assert PATH not in keeper.answers.by_path
        assert face.get("/health").status_code == 503


def test_without_the_database_the_last_state_is_told_with_its_age(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.public.keeper.STALE_S", 0.5)
    monkeypatch.setattr("alerts.public.keeper.SAY_STALE_S", 0.5)
    issue_order(house)
    with facing(house, tmp_path) as face:
        wait_until(lambda: PATH in face.public.parts.keeper.answers.by_path)
        fresh = face.get(PATH)
        wait_until((tmp_path / "public/last.json").exists)
        nowhere = "postgresql://nobody@127.0.0.1:1/none"
        face.public.parts.keeper._url = nowhere
        with connection_of(house) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'sonae public'"
            )
        wait_until(lambda: face.area()["stale"], 10)
        told = face.area()
        assert told["stale_s"] >= 1
        assert told["orders"], "never blank"
        assert told["at"] == fresh.json()["at"]
        assert face.get(PATH).headers["etag"] != fresh.headers["etag"]
        face.public.parts.keeper._url = house.url
        wait_until(lambda: not face.area()["stale"], 10)


def test_a_start_without_a_database_tells_the_state_of_before(house: House, tmp_path: Path) -> None:
    issue_order(house)
    with facing(house, tmp_path):
        wait_until((tmp_path / "public/last.json").exists)
    with facing(house, tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none") as face:
        told = face.area()
        assert told["stale"]
        assert told["orders"][0]["level"] == 4
        assert face.get("/data/areas.json").status_code == 200
        assert face.post("/data/safety", state="safe", area=AREA).status_code == 503


def test_what_is_not_there_is_said(face: Face) -> None:
    answer = face.get("/data/area/99999.json")
    assert (answer.status_code, answer.json()["error"]) == (404, "not-found")
    page = face.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    kept = face.get("/files.json").json()["files"]
    assert kept
    assert face.get(f"/{kept[0]}").status_code == 200


def test_what_staff_told_is_shown_and_a_crushed_shelter_names_a_better_one(face: Face) -> None:
    summary = (
        '{"opening": "open", "people": 560, "capacity": 500, "congestion": "crowded", "pet_policy": "no",'
        ' "congestion_by": "formula"}'
    )
    empty = '{"opening": "open", "people": 0, "capacity": 300, "congestion": "free"}'
    put = (
        "INSERT INTO shelter_status (incident_id, shelter_id, version, summary, reported_at, silence)"
        " VALUES (%s, %s, 1, %s, now(), %s)"
    )
    with connection_of(face.house) as connection:
        connection.execute(
            "INSERT INTO shelter (id, name, area_code, geom, source, raw) SELECT 'h2', name, area_code, geom,"
            " source, '{}' FROM evacuation_site WHERE id = 's1'"
        )
        connection.execute(put, (face.house.incident_id, "h1", summary, "ok"))
        connection.execute(put, (face.house.incident_id, "h2", empty, "ok"))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sonae public'"
        )

    def told(name: str) -> dict[str, Any]:
        return next((one for one in face.area()["shelters"] if one["id"] == name), {})

    wait_until(lambda: told("h2").get("open") == "open", 15)
    assert told("h2")["hazards"] == ["flood", "earthquake"], "it is the site of the same name"
    assert (told("h1")["pets"], told("h1")["people"], told("h1")["congestion"]) == (False, 560, "crowded")
    wait_until(lambda: told("h1")["suggested"] == "h2", 15)
    answer = face.post("/data/reservation", shelter="h1", people=2)
    assert answer.json()["suggested"] == "h2"
    with connection_of(face.house) as connection:
        connection.execute("UPDATE shelter_status SET silence = 'lost' WHERE shelter_id = 'h1'")
    wait_until(lambda: told("h1")["congestion"] == "unknown", 10)
    assert told("h1")["people"] is None, "what is long past is not told as now"
