"""Simulated floods over the wire: asked for, followed, drawn, stopped; and by whom."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from geo.clock import wall_now
from geo.forecast.simulation_duty import SimulationDuty
from tests.integration import flood_stand as stand


@pytest.fixture
def folder(tmp_path: Path, house: Any) -> Path:
    """The state folder of the served dashboard, with a terrain in it."""
    stand.put_terrain(house.url, tmp_path)
    return tmp_path


@pytest.fixture
def duty(house: Any, folder: Path) -> Iterator[SimulationDuty]:
    duty = SimulationDuty(stand.settings(house.url, folder), wall_now)
    yield duty
    duty.close()


def ask(browser: httpx.Client, **changed: Any) -> httpx.Response:
    return browser.post("/api/inundations", json=stand.request(**changed))


def asked(browser: httpx.Client, **changed: Any) -> int:
    answer = ask(browser, **changed)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def test_a_run_from_the_question_to_the_picture(served: Any, folder: Path, duty: SimulationDuty) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        run = asked(browser, title="堤防がここで切れたら")
        screen.until(lambda it: ("inundation", str(run)) in it.picture)
        first = screen.picture["inundation", str(run)]
        assert (first["state"], first["title"]) == ("waiting", "堤防がここで切れたら")
        assert first["requested_by"] == "name of officer"
        stand.work_until(duty, served.house.url, stand.ended(served.house.url, run))
        screen.until(lambda it: it.picture["inundation", str(run)]["state"] == "done")
        followed = screen.held["inundation", str(run)]
        fresh = browser.get("/api/snapshot").json()["objects"]["inundation"]
        assert fresh == [{"id": str(run), "v": followed[0], "value": followed[1]}]
        assert browser.get("/api/inundations").json()["inundations"] == [followed[1]]
        codes = [value["code"] for (kind, _), value in screen.picture.items() if kind == "chronology"]
        assert sorted(codes) == ["inundation.done", "inundation.requested"]


def test_fields_are_tiles_of_the_grid(served: Any, folder: Path, duty: SimulationDuty) -> None:
    with served.browser() as browser:
        run = asked(browser)
        assert browser.get(f"/api/inundations/{run}/median/depth/0/0/0").status_code == 404, "not there yet"
        stand.work_until(duty, served.house.url, stand.ended(served.house.url, run))
        whole = browser.get(f"/api/inundations/{run}").json()
        grid, frames = whole["grid"], whole["frames_s"]["median"]
        assert grid["crs"] == "EPSG:3857"
        assert whole["terrain_unknown"] is True
        assert whole["reached_s"] == {"median": 3600}
        assert frames == [0, 600, 1200, 1800, 2400, 3000, 3600]
        answer = browser.get(f"/api/inundations/{run}/median/depth/3600/0/0")
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "deflate"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["vary"] == "Cookie"
        with browser.stream("GET", f"/api/inundations/{run}/median/peak/0/0/0") as packed:
            assert len(zlib.decompress(b"".join(packed.iter_raw()))) == 256 * 256 * 2, "plain zlib"
        codes = np.frombuffer(answer.content, "<u2").reshape(256, 256)
        inside = codes[: grid["rows"], : grid["columns"]]
        assert (codes[grid["rows"] :] == 65535).all()
        assert (inside == 65535).any(), "the river's ground"
        wet = (inside > 4) & (inside < 65534)
        assert wet.sum() > 1000
        arrival = browser.get(f"/api/inundations/{run}/median/arrival/0/0/0").content
        times = np.frombuffer(arrival, "<u2").reshape(256, 256)[: grid["rows"], : grid["columns"]]
        assert set(np.unique(times[inside == 65535])) == {65535}
        assert times[times < 65534].max() <= 60
        lines = browser.get(f"/api/inundations/{run}/median/lines").json()
        assert {feature["properties"]["kind"] for feature in lines["features"]} == {"peak", "arrival"}
        impact = browser.get(f"/api/inundations/{run}/median/impact").json()
        assert impact["totals"]["people"] is None
        assert impact["times_s"] == frames


def test_what_is_not_there_is_not_found(served: Any, folder: Path) -> None:
    with served.house.connection() as connection:
        connection.execute(stand.DONE_RUN, {"incident": served.house.incident_id})
    with served.browser() as browser:
        (run,) = browser.get("/api/inundations").json()["inundations"]
        address = f"/api/inundations/{run['id']}"
        assert browser.get(f"{address}/median/depth/3600/0/0").status_code == 204, "known, and dry"
        for path in (
            "median/depth/3600/0/1",
            "median/depth/3600/1/0",
            "median/depth/3601/0/0",
            "low/depth/3600/0/0",
            "median/peak/600/0/0",
            "high/lines",
        ):
            assert browser.get(f"{address}/{path}").status_code == 404, path
        assert browser.get(f"/api/inundations/{run['id'] + 1}").status_code == 404
        assert browser.get(f"{address}/mean/depth/0/0/0").status_code == 422


def test_a_run_of_another_incident_is_not_shown(served: Any, folder: Path) -> None:
    with served.house.connection() as connection:
        connection.execute(stand.DONE_RUN, {"incident": served.house.incident_id})
        connection.execute("UPDATE incident SET closed_at = now()")
        connection.execute("INSERT INTO incident (slug, name, kind) VALUES ('next', '次', 'drill')")
    with served.browser() as browser:
        assert browser.get("/api/inundations").json() == {"inundations": []}
        assert browser.get("/api/inundations/1").status_code == 404
        assert browser.get("/api/inundations/1/median/depth/0/0/0").status_code == 404


BAD = [
    ({"discharge": {"kind": "constant", "m3_s": -5}}, "discharge.m3_s: -5 m³/s is negative"),
    ({"breach": {"type": "LineString", "coordinates": [[15e6, 4e6], [1, 2]]}}, "breach.coordinates: "),
    ({"breach": {"type": "LineString", "coordinates": [[140, 36], [140.001, 36]]}}, "breach: no terrain"),
    ({"hours": "long"}, "hours: Expected"),
    ({"breach": stand.line(10, 12, column=1.5)}, "breach: the ground under the line is unknown"),
    ({"discharge": {"kind": "hydrograph", "time_s": [0, 1], "m3_s": [1, None]}}, "discharge.m3_s"),
]


def test_bad_input_names_its_field(served: Any, folder: Path) -> None:
    with served.browser() as browser:
        for changed, detail in BAD:
            answer = ask(browser, **changed)
            assert (answer.status_code, answer.json()["error"]) == (422, "bad-input"), detail
            assert answer.json()["detail"].startswith(detail)
        assert browser.get("/api/inundations").json() == {"inundations": []}


def test_only_officers_ask_and_stop_and_both_are_audited(served: Any, folder: Path) -> None:
    with served.browser("medic") as medic:
        assert ask(medic).status_code == 403
    with served.browser() as browser:
        run = asked(browser)
        with served.browser("medic") as medic:
            assert medic.post(f"/api/inundations/{run}/stop").status_code == 403
            assert len(medic.get("/api/inundations").json()["inundations"]) == 1, "everybody may look"
        assert browser.post(f"/api/inundations/{run}/stop").status_code == 202
        assert browser.get(f"/api/inundations/{run}").json()["state"] == "stopped"
        assert browser.post(f"/api/inundations/{run}/stop").status_code == 404
        forged = browser.post(f"/api/inundations/{run}/stop", headers={"X-CSRF-Token": "x"})
        assert forged.status_code == 403
    with served.house.connection() as connection:
        audited = connection.execute(
            "SELECT a.action, a.object_id, p.login FROM audit a JOIN account p ON p.id = a.account_id"
            " WHERE a.action LIKE 'inundation.%' ORDER BY a.id"
        ).fetchall()
    assert audited == [
        ("inundation.ask", str(run), "officer"),
        ("inundation.stop", str(run), "officer"),
    ]


def test_without_an_incident_nothing_is_asked(served: Any, folder: Path) -> None:
    with served.house.connection() as connection:
        connection.execute("UPDATE incident SET closed_at = now()")
    with served.browser() as browser:
        assert (ask(browser).status_code, ask(browser).json()["error"]) == (409, "no-incident")
        assert browser.get("/api/inundations").json() == {"inundations": []}
