"""The command `./sonae simulate`: its options, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.here import AsJson, terminal

Terrain = Annotated[Path, typer.Option(help="GeoTIFF of elevations, in metres.")]
Inflow = Annotated[Path | None, typer.Option(help="GeoJSON: points or lines where water comes in.")]
Discharge = Annotated[str | None, typer.Option(help="m³/s, or a CSV file: time_s, discharge_m3_s.")]
Rain = Annotated[str | None, typer.Option(help="mm/h, or a CSV file: time_s, rain_mm_h.")]
Stage = Annotated[Path | None, typer.Option(help="GeoJSON: points or lines where a water level is kept.")]
Level = Annotated[
    str | None,
    typer.Option(help="That level in metres above the terrain's datum, or a CSV: time_s, level_m."),
]
Pump = Annotated[
    Path | None, typer.Option(help="GeoJSON with capacity_m3_s, and stop_depth_m where it has one.")
]
Levee = Annotated[
    Path | None, typer.Option(help="GeoJSON lines with crest_m, in metres above the terrain's datum.")
]
Embankments = Annotated[
    Path | None, typer.Option(help="GeoJSON lines with height_m, in metres above the ground.")
]
OpenEdges = Annotated[
    list[str] | None, typer.Option("--open", help="Edge where water leaves: top, bottom, left, right.")
]
Pause = Annotated[
    float | None, typer.Option(help="Keep the state this often (simulated), and resume from it.")
]
People = Annotated[Path | None, typer.Option(help="Population (as for import people): who stands in it.")]
Places = Annotated[list[Path] | None, typer.Option(help="Lists of sites, shelters, facilities; repeatable.")]


def simulate(
    terrain: Terrain,
    hours: Annotated[float, typer.Option(help="How long.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    inflow: Inflow = None,
    discharge: Discharge = None,
    rain: Rain = None,
    stage: Stage = None,
    stage_level: Level = None,
    pump: Pump = None,
    levee: Levee = None,
    embankments: Embankments = None,
    manning: Annotated[str, typer.Option(help="Manning's n, or a GeoTIFF of it.")] = "0.035",
    datum: Annotated[str | None, typer.Option(help="What heights are above, as in T.P.")] = None,
    open_edge: OpenEdges = None,
    processes: Annotated[int, typer.Option(help="Processes that share the work.")] = 1,
    precision: Annotated[str, typer.Option(help="float32 or float64")] = "float32",
    theta: Annotated[float, typer.Option(help="Weight of a face's own discharge.")] = 0.9,
    checkpoint_hours: Pause = None,
    people: People = None,
    places: Places = None,
    as_json: AsJson = False,
) -> None:
    """Flood a terrain: depth, peak, arrival, duration, speed and a summary."""
    import signal
    import threading

    from ops.simulate import simulate as run
    from ops.simulate_output import show_summary
    from ops.simulate_task import Task

    stopped = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    task = Task(
        terrain=terrain, inflow=inflow, discharge=discharge, rain=rain, stage=stage, stage_level=stage_level,
        pumps=pump, levees=levee, embankments=embankments, manning=manning, hours=hours, out=out,
        datum=datum, open_edges=open_edge or (), processes=processes, precision=precision, theta=theta,
        checkpoint_hours=checkpoint_hours, people=people, places=places or (),
    )  # fmt: skip
    summary = run(task, console=terminal(stderr=True), cancel=stopped.is_set)
    if as_json:
        terminal().print_json(data=summary)
    else:
        show_summary(summary, out, console=terminal())
    if not summary["complete"]:
        raise typer.Exit(130)
