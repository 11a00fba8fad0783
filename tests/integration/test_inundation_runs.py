"""Runs of inundation on a real database: asked for, computed in their own process, stopped, killed, lost."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo.clock import wall_now
from geo.engine import connect
from geo.flood.forcing import Inflow, Place
from geo.flood.grid import Grid
from geo.flood.hydrograph import constant
from geo.flood.inundation import Inundation, Settings
from geo.forecast.simulation_duty import SimulationDuty
from geo.forecast.simulation_place import breach_cells
from geo.forecast.simulation_request import RequestError, read_request
from geo.forecast.simulation_screen import UNKNOWN, depth_codes, screen_grid, untile
from geo.forecast.simulation_store import LEASE_S, MOST_ATTEMPTS, ask_stop, claim, release_lost
from geo.forecast.terrain_register import NewTerrain, TerrainRegisterError, register_terrain
from geo.incident import find_incident, open_incident
from geo.live_value import inundation_value
from geo.terrain import read_raster
from tests.integration import flood_stand as stand


@pytest.fixture
def url(database_url: str) -> str:
    with connect(database_url) as connection:
        open_incident(connection, slug="test", name="試験", kind="drill", opened_at=stand.OPENED)
    return database_url


@pytest.fixture
def make_duty(url: str, tmp_path: Path) -> Iterator[Callable[..., SimulationDuty]]:
    made: list[SimulationDuty] = []

    def make(**changed: Any) -> SimulationDuty:
        made.append(SimulationDuty(stand.settings(url, tmp_path, **changed), wall_now))
        return made[-1]

    yield make
    for duty in made:
        duty.close()


def field(url: str, run_id: int, quantity: str, t_s: int, shape: tuple[int, int]) -> np.ndarray:
    """Return a stored field of the median; tiles that are missing are dry."""
    with connect(url) as connection:
        rows = connection.execute(
            "SELECT tile_row, tile_column, data FROM inundation_tile"
            " WHERE run_id = %s AND member = 'median' AND quantity = %s AND t_s = %s",
            (run_id, quantity, t_s),
        ).fetchall()
    whole = np.zeros((-(-shape[0] // 256) * 256, -(-shape[1] // 256) * 256), np.uint16)
    for row, column, data in rows:
        whole[row * 256 : (row + 1) * 256, column * 256 : (column + 1) * 256] = untile(data)
    return whole[: shape[0], : shape[1]]


def test_what_is_stored_is_what_the_solver_gives(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty]
) -> None:
    terrain = stand.put_terrain(url, tmp_path)
    row = stand.order(url, tmp_path)
    assert (row["state"], row["cause"], row["terrain_name"]) == ("waiting", "drawn", "valley")
    stand.work_until(make_duty(), url, stand.ended(url, row["id"]))
    done = stand.run_row(url, row["id"])
    assert (done["state"], done["progress"], done["fault"]) == ("done", 1.0, None)
    assert done["frames"] == {"median": [0, 600, 1200, 1800, 2400, 3000, 3600]}
    assert done["summary"]["median"]["brought_m3"] == 144_000
    assert done["summary"]["median"]["people"] is None, "nobody was imported: not known, not none"
    ground = read_raster(terrain.path)
    rows, columns = breach_cells(ground, read_request(stand.request()).line)
    assert len(rows) == 4
    grid = Grid(ground.values, ground.dx_m, ground.dy_m, 0.04)
    inflow = Inflow(place=Place(rows, columns), discharge=constant(40.0))
    screen = screen_grid(ground)
    shape = (screen.rows, screen.columns)
    with Inundation(grid, [inflow], settings=Settings()) as solver:
        for t_s in done["frames"]["median"][1:]:
            expected = solver.advance(t_s)
            stored = field(url, row["id"], "depth", t_s, shape)
            assert (stored == screen.shown(depth_codes(expected.depth_m, grid.open))).all(), t_s
    peak = field(url, row["id"], "peak", 0, shape)
    assert (peak == screen.shown(depth_codes(expected.peak_m, grid.open))).all()
    assert (peak == UNKNOWN).any(), "the river's ground is unknown"
    with connect(url) as connection:
        told = stand.changes(connection, row["id"])
        said = connection.execute("SELECT code, category, text FROM chronology ORDER BY id").fetchall()
        kinds = connection.execute("SELECT kind FROM inundation_document ORDER BY kind").fetchall()
    versions = [version for version, _ in told]
    assert versions == sorted(set(versions))
    assert told[-1] == (done["version"], inundation_value(done)), "the last word is what a snapshot shows"
    assert [code for code, _, _ in said] == ["inundation.requested", "inundation.done"]
    assert {category for _, category, _ in said} == {"forecast"}
    assert all("シミュレーション" in text for _, _, text in said)
    assert kinds == [("impact",), ("lines",)]


def slow(url: str, folder: Path) -> int:
    """Ask for a run that takes long."""
    stand.put_terrain(url, folder, stand.valley(400, 500))
    return int(stand.order(url, folder, breach=stand.line(190, 195), hours=24.0)["id"])


def running(url: str, run_id: int, *, progress: float = 0.0) -> Callable[[], bool]:
    def seen() -> bool:
        row = stand.run_row(url, run_id)
        return row["state"] == "running" and bool(row["frames"]) and row["progress"] > progress

    return seen


def test_a_run_is_seen_while_it_goes_on_and_stops_when_asked(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty]
) -> None:
    run_id = slow(url, tmp_path)
    duty = make_duty()
    stand.work_until(duty, url, running(url, run_id))
    with connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM inundation_tile").fetchone() > (0,)
        asked = ask_stop(connection, find_incident(connection), run_id, wall_now)
    assert asked is not None
    assert (asked["state"], asked["stop_asked"]) == ("running", True)
    stand.work_until(duty, url, stand.ended(url, run_id), timeout=5)
    row = stand.run_row(url, run_id)
    assert (row["state"], row["fault"]) == ("stopped", None)
    until_s = row["summary"]["median"]["until_s"]
    assert row["frames"]["median"][-1] == until_s < 24 * 3600
    with connect(url) as connection:
        kept = connection.execute("SELECT DISTINCT quantity FROM inundation_tile ORDER BY 1").fetchall()
    assert kept == [("arrival",), ("depth",), ("duration",), ("peak",)], "what was computed is kept"


def test_a_run_that_waits_is_stopped_at_once(url: str, tmp_path: Path) -> None:
    stand.put_terrain(url, tmp_path)
    run_id = stand.order(url, tmp_path)["id"]
    with connect(url) as connection:
        incident = find_incident(connection)
        stopped = ask_stop(connection, incident, run_id, wall_now)
        assert stopped is not None
        assert stopped["state"] == "stopped"
        assert ask_stop(connection, incident, run_id, wall_now) is None
        assert claim(connection, incident, wall_now) is None


def test_a_killed_process_is_followed_by_another_and_then_the_run_fails(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty]
) -> None:
    run_id = slow(url, tmp_path)
    duty = make_duty()
    stand.work_until(duty, url, lambda: duty.pid is not None)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert stand.run_row(url, run_id)["attempt"] == attempt
        before = duty.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        stand.work_until(duty, url, lambda before=before: duty.pid != before)
        if attempt < MOST_ATTEMPTS:
            notes = [note["code"] for note in stand.run_row(url, run_id)["notes"]]
            assert "restarted" in notes
    row = stand.run_row(url, run_id)
    assert row["state"] == "failed"
    assert "signal 9" in row["fault"]
    assert duty.run_id is None


def test_a_restarted_forecast_process_gives_the_run_to_the_next(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty]
) -> None:
    run_id = slow(url, tmp_path)
    first = make_duty()
    stand.work_until(first, url, running(url, run_id))
    first.close()
    row = stand.run_row(url, run_id)
    assert (row["state"], row["progress"]) == ("waiting", 0.0)
    second = make_duty()
    stand.work_until(second, url, running(url, run_id))
    assert stand.run_row(url, run_id)["attempt"] == 2


def test_a_run_without_a_sign_of_life_is_given_back_and_its_ghost_cannot_write(
    url: str, tmp_path: Path
) -> None:
    stand.put_terrain(url, tmp_path)
    run_id = stand.order(url, tmp_path)["id"]
    with connect(url, autocommit=True) as connection:
        incident = find_incident(connection)
        claimed = claim(connection, incident, wall_now)
        assert claimed is not None
        assert release_lost(connection, wall_now) == []
        connection.execute(
            "UPDATE inundation_run SET heartbeat_at = heartbeat_at - make_interval(secs => %s)", (LEASE_S,)
        )
        assert release_lost(connection, wall_now, ours=frozenset({run_id})) == []
        assert release_lost(connection, wall_now) == [run_id]
        assert stand.run_row(url, run_id)["state"] == "waiting"
        again = claim(connection, incident, wall_now)
        assert again is not None
        assert again["attempt"] == 2
    from geo.forecast.simulation_store import RunLostError, tick

    with connect(url) as connection:
        with pytest.raises(RunLostError):
            tick(connection, run_id, claimed["attempt"])
        assert not tick(connection, run_id, 2)


def test_two_processes_never_take_the_same_run(url: str, tmp_path: Path) -> None:
    stand.put_terrain(url, tmp_path)
    ids = [stand.order(url, tmp_path)["id"] for _ in range(2)]
    with connect(url) as one, connect(url) as other:
        incident = find_incident(one)
        with one.transaction():
            first = claim(one, incident, wall_now)
            second = claim(other, incident, wall_now)
        assert first is not None
        assert second is not None
        assert [first["id"], second["id"]] == ids
        assert claim(other, incident, wall_now) is None


def test_a_terrain_that_is_gone_fails_the_run_with_words(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty]
) -> None:
    terrain = stand.put_terrain(url, tmp_path)
    run_id = stand.order(url, tmp_path)["id"]
    terrain.path.unlink()
    stand.work_until(make_duty(), url, stand.ended(url, run_id))
    row = stand.run_row(url, run_id)
    assert row["state"] == "failed"
    assert terrain.path.name in row["fault"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"breach": {"type": "LineString", "coordinates": [[140.0, 36.0], [140.001, 36.0]]}}, "no terrain"),
    ({"terrain": 99}, "terrain 99 does not exist"),
    ({"land_side": "right"}, "land_side: the ground on the right"),
    ({"breach": stand.line(10, 12, column=1.5)}, "unknown in this terrain"),
    ({"discharge": {"kind": "gauge", "gauge": "nobody"}}, r"discharge\.gauge: there is no gauge"),
]


def test_what_cannot_be_run_is_refused_and_leaves_nothing(url: str, tmp_path: Path) -> None:
    stand.put_terrain(url, tmp_path)
    for changed, words in BAD:
        with pytest.raises(RequestError, match=words):
            stand.order(url, tmp_path, **changed)
    with connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM inundation_run").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM chronology").fetchone() == (0,)


def test_of_two_terrains_the_one_of_higher_priority_is_taken_and_then_the_finer(
    url: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    stand.put_terrain(url, tmp_path)
    ground = stand.valley() + 1
    coarse = stand.terrain_file(tmp_path / "other", ground)
    with connect(url) as connection:
        put = {"name": "surveyed", "credit": "x", "source": coarse}
        register_terrain(connection, NewTerrain(**put), tmp_path)
    assert stand.order(url, tmp_path)["terrain_name"] == "surveyed", "as fine, and newer"
    with connect(url) as connection:
        old = NewTerrain(source=tmp_path / "valley.tif", name="valley", credit="x", priority=1)
        register_terrain(connection, old, tmp_path)
    assert stand.order(url, tmp_path)["terrain_name"] == "valley"
    assert len(list((tmp_path / "terrain").iterdir())) == 2


def test_terrain_without_datum_or_under_another_s_name_is_refused(url: str, tmp_path: Path) -> None:
    nameless = stand.terrain_file(tmp_path, datum=None)
    with connect(url) as connection:
        with pytest.raises(TerrainRegisterError, match="what its heights are above"):
            register_terrain(connection, NewTerrain(source=nameless, name="x", credit="x"), tmp_path)
        given = NewTerrain(source=nameless, name="x", credit="x", datum="T.P.")
        assert register_terrain(connection, given, tmp_path).datum == "T.P."
        (tmp_path / "other").mkdir()
        other = stand.terrain_file(tmp_path / "other", stand.valley() + 1)
        with pytest.raises(TerrainRegisterError, match="another terrain called 'x'"):
            register_terrain(connection, NewTerrain(source=other, name="x", credit="x"), tmp_path)
        wrong = NewTerrain(source=other, name="y", credit="x", datum="ellipsoid")
        with pytest.raises(TerrainRegisterError, match="not above ellipsoid"):
            register_terrain(connection, wrong, tmp_path)
        with pytest.raises(TerrainRegisterError, match="a name and whom to credit"):
            register_terrain(connection, NewTerrain(source=other, name="y", credit=" "), tmp_path)


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask distributed is not installed"
)
def test_members_are_computed_on_dask_and_come_back_while_they_run(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty]
) -> None:
    from distributed import LocalCluster

    stand.put_terrain(url, tmp_path)
    run_id = stand.order(url, tmp_path)["id"]
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster:
        duty = make_duty(dask_scheduler=cluster.scheduler_address)
        stand.work_until(duty, url, stand.ended(url, run_id))
    row = stand.run_row(url, run_id)
    assert (row["state"], row["fault"]) == ("done", None)
    assert row["frames"] == {"median": [0, 600, 1200, 1800, 2400, 3000, 3600]}
    assert "not-on-dask" not in [note["code"] for note in row["notes"]]


def test_a_scheduler_that_does_not_answer_is_said_and_the_run_is_computed_here(
    url: str, tmp_path: Path, make_duty: Callable[..., SimulationDuty], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.put_terrain(url, tmp_path)
    run_id = stand.order(url, tmp_path, hours=0.2, land_side="left")["id"]
    duty = make_duty(dask_scheduler="tcp://127.0.0.1:9")
    stand.work_until(duty, url, stand.ended(url, run_id))
    row = stand.run_row(url, run_id)
    assert row["state"] == "done"
    assert "not-on-dask" in [note["code"] for note in row["notes"]]
