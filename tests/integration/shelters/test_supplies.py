"""Requests through the ledger to the hand, trucks, depots, demand; and the watch over silent shelters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shelters.silence_watch import watch_shelters

TRUCK = {
    "state": "loading",
    "class": "4t",
    "depot": "d1",
    "stops": [
        {"shelter": "h1", "lines": [{"line": "r1", "item": "water", "amount": 480, "lot": "w1"}]},
        {"shelter": "h2", "lines": [{"item": "blanket", "amount": 50}]},
    ],
}
REQUEST = {
    "line": "r1",
    "state": "request",
    "item": "water",
    "amount": 600,
    "urgent": True,
    "reason": "乳児多",
}


def fill_depot(desk: Any) -> None:
    depot = {"name": "備蓄倉庫", "lon": 134.3, "lat": 34.0, "source": "試験", "synthetic": True}
    assert desk.put("/api/depots/d1", json=depot).status_code == 200
    lot = {"item": "water", "amount": 5000, "expires_on": "2029-03-31", "allergens": []}
    assert desk.put("/api/depots/d1/lots/w1", json=lot).status_code == 200
    assert desk.put("/api/depots/d1/lots/w2", json={**lot, "item": "gold"}).status_code == 422
    assert desk.put("/api/depots/d9/lots/w2", json=lot).status_code == 422


def test_a_request_travels_to_the_truck(centre: Any) -> None:
    with centre.tablet("t-1") as tablet, centre.browser("logistician") as desk:
        tablet.act("supply", REQUEST)
        tablet.sync()
        assert centre.shelter()["requests"] == {"open": 1, "urgent": 1}
        fill_depot(desk)
        assert centre.objects("depot")["d1"]["items"] == [
            {"item": "water", "amount": 5000, "lots": 1, "earliest_expiry": "2029-03-31"}
        ]
        assert desk.get("/api/depots").json()["lots"][0]["allergens"] == []
        accept = {"kind": "supply", "value": {"line": "r1", "state": "accepted", "amount": 480}}
        written = desk.post("/api/shelters/h1/operations", json={"operations": [accept]})
        assert (written.status_code, written.json()["results"][0]["result"]) == (201, "accepted")
        assert desk.put("/api/trucks/k1", json=TRUCK).status_code == 200
        on_the_way = {**TRUCK, "state": "on-the-way", "lon": 134.33, "lat": 34.03}
        assert desk.put("/api/trucks/k1", json=on_the_way).status_code == 200
        line = centre.objects("request")["h1/r1"]
        assert (line["state"], line["amount"], line["truck"], line["flags"]) == ("on-the-way", 480, "k1", [])
        states = [step["state"] for step in line["steps"]]
        assert states == ["request", "accepted", "picked", "loaded", "on-the-way"]
        pushed = centre.objects("request")["h2/k1.1.0"]
        assert (pushed["item"], pushed["state"], pushed["shelter_name"]) == (
            "blanket",
            "on-the-way",
            "東中学校",
        )
        shown = centre.objects("truck")["k1"]
        assert (shown["depot_name"], shown["lon"], shown["class"]) == ("備蓄倉庫", 134.33, "4t")
        assert shown["position_at"] is not None
        assert desk.put("/api/trucks/k1", json={**on_the_way, "state": "cancelled"}).status_code == 200
        assert centre.objects("request")["h2/k1.1.0"]["note"] == "k1: cancelled"
        assert desk.put("/api/trucks/k2", json={**TRUCK, "depot": "none"}).status_code == 422


def test_what_arrives_is_counted_once_and_handed_out(centre: Any) -> None:
    with (
        centre.tablet("t-1") as one,
        centre.tablet("t-2") as other,
        centre.browser("logistician") as desk,
    ):
        one.act("count", {"field": "people", "total": 100})
        one.act("supply", {**REQUEST, "lot": "w1"})
        one.sync()
        for tablet in (one, other):
            tablet.act("supply", {"line": "r1", "state": "arrived", "amount": 470})
            tablet.sync()
        water = centre.shelter()["cover"]["water"]
        assert (water["amount"], water["per_day"], water["days"]) == (470, 300, 1.57)
        one.act("stock", {"item": "water", "lot": "w1", "delta": -100, "reason": "handed-out"})
        one.act("supply", {"line": "r1", "state": "handed-out"})
        one.sync()
        assert centre.objects("request")["h1/r1"]["open"] is False
        rows = desk.get("/api/shelters/h1/demand", params={"days": 3}).json()
        demand = {row["item"]: row for row in rows}
        assert (demand["water"]["stock"], demand["water"]["handed_out"]) == (370, 100)
        assert (demand["water"]["need_per_day"], demand["water"]["short"]) == (300, 530)
        assert (demand["milk-powder"]["basis"], demand["milk-powder"]["need_per_day"]) == ("assumed", 216)


def test_only_the_logisticians_write_supplies(centre: Any) -> None:
    with centre.browser("staff1") as staff:
        assert staff.put("/api/depots/d1", json={}).status_code == 403
        operations = {"operations": [{"kind": "count", "value": {"field": "people", "total": 1}}]}
        assert staff.post("/api/shelters/h2/operations", json=operations).status_code == 403
        assert staff.post("/api/shelters/h1/operations", json=operations).status_code == 201
        assert staff.get("/api/shelters/h2").status_code == 403
        assert staff.get("/api/shelters/h1").json()["shelter"]["people"] == 1


def test_silence_is_noticed_explained_and_ended(centre: Any) -> None:
    def watch(minutes: float) -> dict[str, Any]:
        with centre.connection() as connection:
            watch_shelters(connection, centre.incident_id, datetime.now(UTC) + timedelta(minutes=minutes))
        return dict(centre.shelter())

    with centre.tablet("t-1") as tablet, centre.browser("officer") as officer:
        order = {"operations": [{"kind": "set", "value": {"fields": {"ordered": "open"}}}]}
        officer.post("/api/shelters/h1/operations", json=order)
        ordered = centre.shelter()
        assert (ordered["silence"], ordered["opening"], ordered["reported_at"]) == ("ok", None, None)
        assert watch(70)["silence_reasons"][0]["code"] == "never"
        tablet.act("set", {"fields": {"opening": "open", "comms.docomo.data": "weak", "power": "mains"}})
        tablet.sync()
        assert centre.shelter()["silence"] == "ok"
        assert centre.shelter()["tablets"] == 1
        late = watch(80)
        assert (late["silence"], late["action"]["ja"]) == ("late", "電話・防災無線で確認")
        cut = {
            "kind": "road",
            "label": "県道31号",
            "source": "試験",
            "lon": 134.36,
            "lat": 34.06,
            "radius_m": 900,
        }
        assert officer.put("/api/disruptions/road31", json=cut).status_code == 200
        lost = watch(300)
        assert lost["silence"] == "isolated"
        assert [reason["code"] for reason in lost["silence_reasons"]] == ["late", "road", "comms-weak"]
        ended = {**cut, "ended_at": datetime.now(UTC).isoformat()}
        assert officer.put("/api/disruptions/road31", json=ended).status_code == 200
        assert "road31" not in centre.objects("disruption")
        assert watch(301)["silence"] == "lost"
        tablet.act("count", {"field": "people", "total": 10})
        tablet.sync()
        assert centre.shelter()["silence"] == "ok"
        entries = officer.get("/api/chronology", params={"category": "silence"}).json()["entries"]
        codes = [entry["code"] for entry in entries]
        assert codes[:4] == ["shelter.ok", "shelter.lost", "shelter.isolated", "shelter.late"]
