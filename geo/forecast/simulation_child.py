"""The process of one run: reads it, floods the ground member by member, writes what comes of it.

Started by the simulation duty, so that a run that fails, or is killed, takes nothing else with it.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

import psycopg
from psycopg.rows import DictRow
from shapely.geometry import shape

from geo.clock import Wall, wall_now
from geo.depth_rules import depth_rules
from geo.engine import connect
from geo.flood.exposure import Exposure
from geo.flood.inundation_errors import CrewError, InundationError
from geo.forecast.exposure import read_exposure
from geo.forecast.simulation_dask import DaskAwayError, flood_on_dask
from geo.forecast.simulation_lines import flood_lines
from geo.forecast.simulation_member import MemberFlood, MemberTask, flood_member
from geo.forecast.simulation_note import Note, note
from geo.forecast.simulation_place import breach_cells, breach_wall
from geo.forecast.simulation_screen import ScreenGrid, screen_grid
from geo.forecast.simulation_store import End, RunLostError, finish, put_document, read_run, release
from geo.forecast.simulation_writer import RunWriter
from geo.forecast.terrain_register import FOLDER
from geo.settings import Settings
from geo.terrain import Raster, TerrainError, open_sheet, read_part

log = logging.getLogger(__name__)


class InterruptedRunError(Exception):
    """Raised by SIGTERM: the run goes back to be taken up again."""


def main(settings: Settings, run_id: int, attempt: int) -> None:
    """Work on a run that was claimed as `attempt`; the entry point of its process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    database_url = settings.require_database_url()
    with connect(database_url, application=f"sonae-simulation-{run_id}", autocommit=True) as connection:
        work(connection, settings, run_id, attempt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise InterruptedRunError


def work(
    connection: psycopg.Connection[Any], settings: Settings, run_id: int, attempt: int, wall: Wall = wall_now
) -> None:
    """Work on a run and end it: done, stopped, or failed with words."""
    try:
        end = _flood(connection, settings, run_id, attempt)
    except RunLostError as fault:
        log.warning("%s", fault)
        return
    except InterruptedRunError:
        release(connection, run_id, attempt, "the computing process was told to end", wall)
        return
    except (InundationError, CrewError, TerrainError, OSError) as fault:
        log.exception("run %d failed", run_id)
        end = End(state="failed", fault=str(fault))
    except Exception as fault:
        log.exception("run %d failed by a fault of ours", run_id)
        end = End(state="failed", fault=f"a fault of ours: {type(fault).__name__}: {fault}")
    try:
        finish(connection, run_id, attempt, end, wall)
    except RunLostError as fault:
        log.warning("%s", fault)


def _flood(connection: psycopg.Connection[Any], settings: Settings, run_id: int, attempt: int) -> End:
    row = read_run(connection, run_id)
    ground = _ground(settings, row)
    tasks = make_tasks(row, ground, read_exposure(connection, ground), settings.simulation_processes)
    writer = RunWriter(
        lambda: connect(settings.require_database_url(), application=f"sonae-writer-{run_id}"),
        run_id,
        attempt,
        members=[task.name for task in tasks],
        until_s=row["hours"] * 3600,
        notes=row["notes"],
    )
    floods = 0
    with writer:
        for flood in _members(tasks, writer, settings):
            lines = flood_lines(flood.peak_m, flood.arrival_s, ground, depth_rules().class_limits_m)
            put_document(connection, run_id, flood.name, "lines", lines)
            if flood.impact is not None:
                put_document(connection, run_id, flood.name, "impact", flood.impact)
            writer.sum_up(flood.name, flood.summary, _notes(flood))
            floods += flood.whole
    return End(state="done" if floods == len(tasks) else "stopped")


def _ground(settings: Settings, row: DictRow) -> Raster:
    path = settings.state_dir / FOLDER / row["terrain_file"]
    first_row, end_row, first_column, end_column = row["part"]
    sheet = open_sheet(path, datum=row["terrain_datum"])
    return read_part(sheet, slice(first_row, end_row), slice(first_column, end_column))


def make_tasks(row: DictRow, ground: Raster, exposure: Exposure | None, processes: int) -> list[MemberTask]:
    """Return the members of a run in the order they are computed."""
    line, land_side = shape(row["breach"]), row["request"].get("land_side")
    rows, columns = breach_cells(ground, line, land_side)
    screen: ScreenGrid = screen_grid(ground)
    return [
        MemberTask(
            name=name,
            ground_m=ground.values,
            dx_m=ground.dx_m,
            dy_m=ground.dy_m,
            manning=row["manning"],
            rows=rows,
            columns=columns,
            time_s=flow["time_s"],
            m3_s=flow["m3_s"],
            until_s=row["hours"] * 3600,
            frame_s=row["frame_s"],
            screen=screen,
            crests=None if land_side is None else breach_wall(ground, line),
            exposure=exposure,
            processes=processes,
        )
        for name, flow in row["inflow"].items()
    ]


def _members(tasks: list[MemberTask], writer: RunWriter, settings: Settings) -> Iterator[MemberFlood]:
    """Compute the members: on Dask where one is named and answers, else here, one after the other."""
    if settings.dask_scheduler is not None:
        try:
            yield from flood_on_dask(settings.dask_scheduler, tasks, writer)
        except DaskAwayError as fault:
            log.warning("%s; computing here", fault)
            writer.remark([note("not-on-dask")])
        else:
            return
    for task in tasks:
        if writer.stopping:
            return
        yield flood_member(
            task,
            show=writer.show,
            tell=lambda t_s, name=task.name: writer.tell(name, t_s),  # type: ignore[misc]
            cancel=writer.stop.is_set,
        )


def _notes(flood: MemberFlood) -> list[Note]:
    notes = [note("reached-edge")] if flood.reached_edge else []
    return [*notes, note("reached-unknown")] if flood.reached_unknown else notes
