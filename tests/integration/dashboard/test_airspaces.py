"""Airspaces through the API: set, changed, ended; who may; told to screens, chronology and audit."""

from __future__ import annotations

from typing import Any

GEOMETRY = {
    "type": "Polygon",
    "coordinates": [[[134.4, 34.0], [134.6, 34.0], [134.6, 34.1], [134.4, 34.1], [134.4, 34.0]]],
}
SPACE = {
    "kind": "emergency", "name": "勝浦川", "geometry": GEOMETRY, "ceiling_tp_m": 300.0, "exempt": ["own:d2"],
    "source": "航空局 公示",
}  # fmt: skip


def test_an_airspace_is_set_once_changed_by_who_saw_it_and_ended(served: Any) -> None:
    with served.browser() as officer, served.browser("medic") as medic:
        assert medic.post("/api/airspaces", json=SPACE).status_code == 403
        wrong = officer.post("/api/airspaces", json={**SPACE, "geometry": {"type": "Point"}})
        assert (wrong.status_code, wrong.json()["error"]) == (422, "bad-input")
        from_at = "2026-06-02T00:00:00Z"
        made = officer.post("/api/airspaces", json={**SPACE, "from_at": from_at})
        assert made.status_code == 201
        number, seen = made.json()["id"], made.json()["revision"]
        again = officer.post("/api/airspaces", json={**SPACE, "from_at": from_at})
        assert (again.status_code, again.json()) == (200, made.json())
        assert officer.post("/api/airspaces", json=SPACE).json() == made.json()

        with served.screen(officer) as screen:
            screen.until(lambda picture: ("airspace", str(number)) in picture.picture)
            told = screen.picture["airspace", str(number)]
            assert (told["name"], told["exempt"], told["present"]) == ("勝浦川", ["own:d2"], [])
            changed = {**SPACE, "ceiling_tp_m": 150.0, "revision": seen}
            answer = officer.put(f"/api/airspaces/{number}", json=changed)
            assert answer.status_code == 200
            late = officer.put(f"/api/airspaces/{number}", json=changed)
            assert (late.status_code, late.json()["error"]) == (409, "changed-meanwhile")
            screen.until(lambda picture: picture.picture["airspace", str(number)]["ceiling_tp_m"] == 150.0)
            assert screen.picture["airspace", str(number)]["from_at"] == from_at
            revision = answer.json()["revision"]
            assert (
                officer.post(f"/api/airspaces/{number}/end", json={"revision": revision}).status_code == 200
            )
            screen.until(lambda picture: ("airspace", str(number)) not in picture.picture)

        assert officer.post(f"/api/airspaces/{number}/end", json={"revision": revision}).status_code == 409
        assert officer.put("/api/airspaces/999", json=changed).status_code == 404
        assert officer.get("/api/airspaces").json() == {"airspaces": []}
        [kept] = medic.get("/api/airspaces", params={"ended": True}).json()["airspaces"]
        assert (kept["id"], kept["author"]) == (number, "name of officer")
        assert kept["ended_at"] is not None
    with served.house.connection() as connection:
        acts = connection.execute("SELECT action FROM audit WHERE object_kind = 'airspace' ORDER BY id")
        codes = connection.execute("SELECT code FROM chronology WHERE object_kind = 'airspace' ORDER BY id")
        expected = ["airspace.set", "airspace.changed", "airspace.ended"]
        assert [row[0] for row in acts.fetchall()] == expected
        assert [row[0] for row in codes.fetchall()] == expected
