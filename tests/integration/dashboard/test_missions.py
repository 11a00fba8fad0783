"""Missions and landing sites through the API: two officers at once, illegal steps, who may read what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from ops.landing_sites import import_landing_sites
from tests.browser.map.stage_air import Sky

PLACE = {"type": "Point", "coordinates": [134.36, 34.085]}
MISSION = {
    "kind": "rescue",
    "urgency": 1,
    "place": "西条大橋 中州",
    "geometry": PLACE,
    "requested_by": "徳島市消防局",
    "note": "三人、屋根の上",
    "key": "mission-0001",
}
TRACK = """
INSERT INTO track_point (vehicle_id, observed_at, key, incident_id, received_at, geom, altitudes, flag)
SELECT 'うずしお', %(now)s + n * interval '10 s', n::text, %(incident)s, %(now)s,
       ST_SetSRID(ST_Point(134.36, 34.085), 4326), '[]', 1
FROM generate_series(0, 6) n
"""


def at(browser: Any, mission: int, version: int, status: str, **more: Any) -> Any:
    key = f"{status}-{version}-{more.get('vehicle', '')}-{id(browser)}"
    body = {"key": key, "version": version, "status": status, **more}
    return browser.post(f"/api/missions/{mission}/steps", json=body)


def test_a_mission_from_request_to_done(served: Any) -> None:
    sky = Sky(served.house.url, served.house.incident_id)
    sky.fly("うずしお", endurance_min=14, lon=134.36, lat=34.085)
    sky.fly("さぬき", contact="lost", endurance_min=90, lon=134.2)
    with served.browser() as officer, served.browser("admin") as other, served.browser("medic") as medic:
        assert medic.post("/api/missions", json=MISSION).status_code == 403
        for wrong in (
            {"geometry": {"type": "Point", "coordinates": [34.0, 134.0]}},
            {"place": "  "},
            {"safety_id": 99},
            {"landing_site": "nowhere"},
            {"vehicle": "nobody"},
        ):
            answer = officer.post("/api/missions", json={**MISSION, **wrong})
            assert (answer.status_code, answer.json()["error"]) == (422, "bad-input"), wrong
        made = officer.post("/api/missions", json=MISSION)
        assert made.status_code == 201
        again = officer.post("/api/missions", json=MISSION)
        assert (again.status_code, again.json()) == (200, made.json())
        number = made.json()["id"]

        against = officer.post("/api/missions/check", json={"vehicle": "さぬき", "mission": number}).json()
        assert [one["code"] for one in against["conflicts"]] == ["vehicle-lost"]
        assert at(officer, number, 1, "done").json()["error"] == "wrong-state"
        with served.screen(medic) as screen:
            screen.until(lambda picture: ("mission", str(number)) in picture.picture)
            assert "三人" not in str(screen.picture["mission", str(number)])
            first = at(officer, number, 1, "tasked", vehicle="うずしお")
            assert first.json()["status"] == "tasked"
            late = at(other, number, 1, "tasked", vehicle="さぬき")
            assert (late.status_code, late.json()["error"]) == (409, "changed-meanwhile")
            assert at(officer, number, 1, "tasked", vehicle="うずしお").json() == first.json()
            screen.until(lambda picture: picture.picture["vehicle", "うずしお"]["mission_id"] == number)
            told = screen.picture["mission", str(number)]
            assert (told["vehicle"], told["by"]) == ("うずしお", "name of officer")
            assert [one["code"] for one in told["conflicts"]] == ["endurance-short"]
        _follow(served, officer, other, medic, number)


def _follow(served: Any, officer: Any, other: Any, medic: Any, number: int) -> None:
    now = datetime.now(UTC)
    with served.house.connection() as connection:
        connection.execute(TRACK, {"now": now, "incident": served.house.incident_id})
        connection.execute("UPDATE mission SET assigned_at = %s", [now - timedelta(minutes=5)])
        connection.execute("UPDATE track_point SET observed_at = observed_at - interval '2 min'")
        connection.commit()
    assert at(officer, number, 2, "on-station").json()["version"] == 3
    assert medic.get(f"/api/missions/{number}").status_code == 403
    seen = officer.get(f"/api/missions/{number}").json()
    assert (seen["note"], seen["station"]["inside_s"]) == ("三人、屋根の上", 60)
    body = {**MISSION, "version": 3, "key": "changed-1", "place": "西条大橋 上流"}
    assert other.put(f"/api/missions/{number}", json=body).json()["version"] == 4
    assert other.put(f"/api/missions/{number}", json=body).json()["version"] == 4
    assert officer.put(f"/api/missions/{number}", json={**body, "key": "changed-2"}).status_code == 409
    assert at(officer, number, 4, "done").json()["status"] == "done"
    assert at(officer, number, 5, "tasked", vehicle="さぬき").json()["error"] == "wrong-state"
    seen = officer.get(f"/api/missions/{number}").json()
    assert [step["status"] for step in seen["steps"]] == [
        "requested",
        "tasked",
        "on-station",
        "on-station",
        "done",
    ]
    assert seen["steps"][3]["detail"]["before"] == {"place": "西条大橋 中州"}
    assert (seen["station_s"], seen["steps"][4]["detail"]["station"]["inside_s"]) == (60, 60)
    with served.house.connection() as connection:
        codes = connection.execute("SELECT code FROM chronology WHERE object_kind = 'mission' ORDER BY id")
        words = ["requested", "tasked", "on-station", "changed", "done"]
        assert [row[0] for row in codes.fetchall()] == [f"mission.{word}" for word in words]
        state = connection.execute("SELECT mission_id FROM vehicle_state WHERE vehicle_id = 'うずしお'")
        assert state.fetchone() == (None,)


def test_a_landing_site_is_unknown_until_somebody_says(served: Any, tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text("ID,名称,緯度,経度,capacity\n1,河川敷,34.085,134.36,1\n", encoding="utf-8")
    sky = Sky(served.house.url, served.house.incident_id)
    sky.fly("うずしお", on_ground=True, lon=134.3601, lat=34.085)
    with served.browser() as officer, served.browser("medic") as medic, served.screen(officer) as screen:
        screen.next()
        assert import_landing_sites(served.house.url, [file], source="試験", console=Console(quiet=True)) == 1
        site = ("landing_site", "--heliport-1")
        screen.until(lambda picture: site in picture.picture)
        assert screen.picture[site]["state"] == "unknown"
        [told] = medic.get("/api/landing-sites").json()["landing_sites"]
        assert told["occupied_by"] == ["うずしお"]
        address = f"/api/landing-sites/{site[1]}/words"
        word = {"key": "word-0001", "version": told["version"], "state": "unusable", "reason": "冠水"}
        assert medic.post(address, json=word).status_code == 403
        assert officer.post(address, json={**word, "reason": ""}).status_code == 422
        assert officer.post("/api/landing-sites/none/words", json=word).status_code == 404
        assert officer.post(address, json=word).status_code == 200
        assert officer.post(address, json=word).status_code == 200
        late = officer.post(address, json={**word, "key": "word-0002", "state": "usable"})
        assert (late.status_code, late.json()["error"]) == (409, "changed-meanwhile")
        screen.until(lambda picture: picture.picture[site]["state"] == "unusable")
        assert [one["reason"] for one in medic.get(address).json()["words"]] == ["冠水"]
        wanted = {"vehicle": "うずしお", "geometry": PLACE, "landing_site": site[1]}
        against = officer.post("/api/missions/check", json=wanted).json()["conflicts"]
        assert [one["code"] for one in against] == ["endurance-unknown", "site-unusable"]
