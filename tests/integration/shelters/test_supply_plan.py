"""A supply plan from what tablets and depots really said, and the orders a person makes of it."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from psycopg.types.json import Json

from geo.forecast.simulation_screen import NEVER, TILE
from geo.roads.water import mercator

DEPOT = {
    "name": "備蓄倉庫",
    "lon": 134.30,
    "lat": 34.05,
    "source": "試験",
    "synthetic": True,
    "truck_classes": ["2t", "4t"],
}
REQUEST = {
    "line": "r1",
    "state": "request",
    "item": "blanket",
    "amount": 30,
    "urgent": True,
    "reason": "低体温",
}


def fill(centre: Any, desk: Any, *, water: float = 5000) -> None:
    """Two shelters with people, one that asks; one that nobody counted; a depot with water and blankets."""
    desk.put("/api/depots/d1", json=DEPOT).raise_for_status()
    lots = {"w1": ("water", water), "b1": ("blanket", 40)}
    for lot, (item, amount) in lots.items():
        body = {"item": item, "amount": amount, "expires_on": "2029-03-31"}
        desk.put(f"/api/depots/d1/lots/{lot}", json=body).raise_for_status()
    with centre.tablet("t-1") as one, centre.tablet("t-2", "h2") as other:
        one.act("set", {"fields": {"opening": "open", "access": "4t"}})
        one.act("count", {"field": "people", "total": 100})
        one.act("supply", REQUEST)
        one.sync()
        other.act("set", {"fields": {"opening": "open"}})
        other.sync()


def propose(desk: Any, **asked: Any) -> dict[str, Any]:
    answer = desk.post("/api/supply-plan", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def carried(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"shelter": stop["shelter"], **line}
        for run in plan["runs"]
        for stop in run["order"]["stops"]
        for line in stop["lines"]
    ]


def orders(plan: dict[str, Any]) -> dict[str, Any]:
    runs = [{"number": run["number"], "truck": run["order"]} for run in plan["runs"]]
    return {"plan": plan["plan"], "orders": runs}


def test_a_plan_is_made_of_what_was_said_and_says_what_it_assumes(centre: Any) -> None:
    with centre.browser("logistician") as desk:
        fill(centre, desk)
        plan = propose(desk)
    lines = carried(plan)
    asked = [line for line in lines if line.get("line") == "r1"]
    # Whole cases: what is asked for comes, and what a case holds beyond it.
    assert [(line["item"], line["amount"] >= 30) for line in asked] == [("blanket", True)]
    water = sum(line["amount"] for line in lines if line["item"] == "water")
    assert 900 <= water <= 912
    assert {line["shelter"] for line in lines} == {"h1"}
    assert [(out["shelter"], out["code"]) for out in plan["left_out"]] == [("h2", "unknown-people")]
    assert plan["synthetic"] is True
    assert plan["travel"]["basis"] == "straight-line"
    assert plan["summary"]["bound"] <= plan["summary"]["cost"] * (1 + 1e-9)
    meals = next(unmet for unmet in plan["unmet"] if unmet["item"] == "meal")
    assert meals["reasons"][0]["cause"] == "no-lot"
    assert all(reason["ja"] and reason["en"] for unmet in plan["unmet"] for reason in unmet["reasons"])
    assert centre.objects("truck") == {}


def test_only_a_persons_word_makes_orders_and_makes_them_once(centre: Any) -> None:
    with centre.browser("logistician") as desk:
        fill(centre, desk)
        plan = propose(desk)
        asked = orders(plan)
        first = desk.post("/api/supply-plan/orders", json=asked)
        assert (first.status_code, first.json()["trucks"]) == (201, len(plan["runs"]))
        line = centre.objects("request")["h1/r1"]
        assert (line["state"], line["depot"], line["lot"]) == ("accepted", "d1", "b1")
        assert line["truck"] in first.json()["ids"]
        trucks = centre.objects("truck")
        assert {truck["state"] for truck in trucks.values()} == {"planned"}
        # A second press, as after a lost answer, changes nothing.
        steps = len(line["steps"])
        assert desk.post("/api/supply-plan/orders", json=asked).status_code == 201
        assert len(centre.objects("request")["h1/r1"]["steps"]) == steps
        entries = desk.get("/api/chronology").json()["entries"]
        assert [entry["code"] for entry in entries].count("supply.ordered") == 1
        # What is on its way is not planned again.
        again = propose(desk)
        assert [line for line in carried(again) if line["item"] in ("water", "blanket")] == []
    with centre.connection() as connection:
        audited = connection.execute(
            "SELECT object_id, detail FROM audit WHERE action = 'supply-plan.ordered' ORDER BY id DESC"
        ).fetchone()
    assert audited is not None
    assert audited[0] == plan["plan"]
    assert audited[1]["shelters"] == 1


def test_two_plans_cannot_give_away_the_same_lot(centre: Any) -> None:
    with centre.browser("logistician") as desk, centre.browser("officer") as officer:
        fill(centre, desk, water=912)
        one, other = propose(desk), propose(officer)
        assert desk.post("/api/supply-plan/orders", json=orders(one)).status_code == 201
        refused = officer.post("/api/supply-plan/orders", json=orders(other))
        assert (refused.status_code, refused.json()["error"]) == (409, "plan-outdated")
        assert "w1" in refused.json()["detail"] or "b1" in refused.json()["detail"]
        assert len(centre.objects("truck")) == len(one["runs"])


def test_what_of_a_request_is_not_brought_stays_asked_for(centre: Any) -> None:
    with centre.browser("logistician") as desk:
        fill(centre, desk)
        with centre.tablet("t-3") as tablet:
            tablet.act("supply", {"line": "r1", "amount": 100})
            tablet.sync()
        desk.post("/api/supply-plan/orders", json=orders(propose(desk))).raise_for_status()
    found = [value for value in centre.objects("request").values() if value["item"] == "blanket"]
    brought = sum(value["amount"] for value in found if value["state"] == "accepted")
    waiting = [value for value in found if value["state"] == "request"]
    assert brought == 40
    assert [(value["amount"], value["urgent"]) for value in waiting] == [(60, True)]
    assert waiting[0]["reason"] == "低体温（要請 r1 の残り）"


def test_a_person_pins_forbids_and_says_how_many_trucks_there_are(centre: Any) -> None:
    with centre.browser("logistician") as desk:
        fill(centre, desk)
        none = [{"depot": "d1", "class": name, "count": 0} for name in ("2t", "4t")]
        stuck = propose(desk, fleet=none)
        assert stuck["runs"] == []
        assert {out["told"] for out in stuck["fleet"]} <= {True}
        pin = {"depot": "d1", "shelter": "h1", "item": "water", "amount": 120}
        forbid = {"shelter": "h1", "item": "blanket", "why": "衣類あり"}
        changed = propose(desk, pins=[pin], forbids=[forbid])
        assert "blanket" not in {line["item"] for line in carried(changed)}
        causes = {unmet["item"]: unmet["reasons"][0]["cause"] for unmet in changed["unmet"]}
        assert causes["blanket"] == "forbidden"
        assert sum(line["amount"] for line in carried(changed) if line["item"] == "water") >= 120
        wrong = desk.post("/api/supply-plan", json={"pins": [{**pin, "amount": 99_999}]})
        assert wrong.status_code == 422
        assert "pins[0]" in wrong.json()["detail"]


@pytest.mark.parametrize("login", ["staff1", "medic"])
def test_only_logisticians_plan(centre: Any, login: str) -> None:
    with centre.browser(login) as somebody:
        assert somebody.post("/api/supply-plan", json={}).status_code == 403
        assert somebody.post("/api/supply-plan/orders", json={}).status_code == 403


ROADS = """
INSERT INTO road (id, name, class, geom, source, raw)
SELECT id, name, class, ST_Multi(ST_GeomFromText('LINESTRING(' || line || ')', 4326)), '試験', '{}'
FROM (VALUES
 ('r1', '西の道', '県道', '134.30 34.05, 134.33 34.055'),
 ('r2', '大橋', '市道', '134.33 34.055, 134.335 34.056'),
 ('r3', '東の道', '県道', '134.335 34.056, 134.36 34.06')) AS road (id, name, class, line)
"""
CUT = {"kind": "road", "label": "大橋 橋脚洗掘", "source": "土木事務所", "lon": 134.3325, "lat": 34.0555}


def test_a_shelter_behind_a_closed_bridge_is_told_as_such_and_not_driven_to(centre: Any) -> None:
    with centre.connection() as connection:
        connection.execute(ROADS)
    try:
        with centre.browser("logistician") as desk:
            fill(centre, desk)
            plan = propose(desk)
            assert plan["travel"]["basis"] == "roads"
            assert plan["travel"]["estimated"] == []
            assert {line["shelter"] for line in carried(plan)} == {"h1"}
            # About 5.6 km one way over the roads, and never less than the straight line.
            assert 5.5 <= min(run["km"] for run in plan["runs"]) / 2 <= 6.5
            desk.put("/api/disruptions/bridge", json=CUT).raise_for_status()
            cut = propose(desk)
            assert carried(cut) == []
            assert cut["travel"]["roads"]["closures"] == [{"label": "大橋 橋脚洗掘", "roads": ["大橋"]}]
            reasons = [reason for unmet in cut["unmet"] for reason in unmet["reasons"]]
            told = [reason for reason in reasons if reason["cause"] == "road-cut"]
            assert told
            assert all("大橋" in reason["ja"] and "大橋" in reason["en"] for reason in told)
            ended = {**CUT, "ended_at": "2026-06-03T00:00:00Z"}
            desk.put("/api/disruptions/bridge", json=ended).raise_for_status()
            assert {line["shelter"] for line in carried(propose(desk))} == {"h1"}
    finally:
        with centre.connection() as connection:
            connection.execute("DELETE FROM road")


TERRAIN = """
INSERT INTO terrain (name, bounds, crs, cell_x_m, cell_y_m, rows, columns, datum, credit, file, sha256)
VALUES ('試験', ST_MakeEnvelope(134.2, 34.0, 134.5, 34.2, 4326), 'EPSG:3857', 8, 8, 256, 256, 'T.P.', '試験',
        'x', 'x')
RETURNING id
"""
RUN = """
INSERT INTO inundation_run (incident_id, cause, title, title_en, request, inflow, discharge, terrain_id,
                            breach, part, grid, bounds, manning, hours, frame_s, starts_at, state, notes,
                            frames, requested_at, finished_at)
SELECT max(id), 'drawn', '破堤の想定', 'a breach', '{}', '{}', '{}', %(terrain)s, '{}', '[]', %(grid)s, '[]',
       0.04, 6, 600, now(), 'done', '[]', '{"median": [0]}', now(), now()
FROM incident RETURNING id
"""
TILE_ROW = "INSERT INTO inundation_tile VALUES (%s, 'median', %s, 0, 0, 0, %s)"


def put_flood(connection: Any, depth_cm: int, after_min: int) -> None:
    """A finished run that puts the middle of the bridge under water."""
    x, y = mercator(np.array([[134.3325, 34.0555]]))[0]
    grid = {"west": x - 1280, "north": y + 1280, "cell_x": 10, "cell_y": 10, "rows": 256, "columns": 256}
    terrain = connection.execute(TERRAIN).fetchone()[0]
    run = connection.execute(RUN, {"terrain": terrain, "grid": Json(grid)}).fetchone()[0]
    for quantity, nothing, wet in (("peak", 0, depth_cm), ("arrival", NEVER, after_min)):
        codes = np.full((TILE, TILE), nothing, "<u2")
        codes[123:133, 123:133] = wet
        connection.execute(TILE_ROW, (run, quantity, zlib.compress(codes.tobytes())))


@pytest.mark.parametrize(
    ("depth_cm", "after_min", "passable"), [(120, 60, False), (20, 60, True), (120, 3000, True)]
)
def test_a_road_under_water_in_time_is_not_driven(
    centre: Any, depth_cm: int, after_min: int, *, passable: bool
) -> None:
    with centre.connection() as connection:
        connection.execute(ROADS)
        put_flood(connection, depth_cm, after_min)
    try:
        with centre.browser("logistician") as desk:
            fill(centre, desk)
            plan = propose(desk)
            assert plan["travel"]["roads"]["flood"]["title"] == "破堤の想定"
            assert bool(carried(plan)) is passable
            reasons = [reason for unmet in plan["unmet"] for reason in unmet["reasons"]]
            told = [reason for reason in reasons if reason["cause"] == "road-cut"]
            assert bool(told) is not passable
            assert all("大橋 浸水1.2m" in reason["ja"] for reason in told)
            assert carried(propose(desk, use_flood=False))
    finally:
        with centre.connection() as connection:
            connection.execute("DELETE FROM road; DELETE FROM inundation_run; DELETE FROM terrain")
