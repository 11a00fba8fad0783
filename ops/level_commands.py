"""The commands of the level forecast: fit it, and hindcast a record. The work is in their rooms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ops.here import AsJson, installation_here, project_dir, settings_here, terminal

if TYPE_CHECKING:
    from rich.table import Table

fit_app = typer.Typer(no_args_is_help=True, help="Fit forecasts to records.")
hindcast_app = typer.Typer(no_args_is_help=True, help="Forecast records in hindsight, as live, and score.")

Observations = Annotated[
    Path,
    typer.Option(exists=True, dir_okay=False, help="Readings, parquet: code, obsTime with zone, level [m]."),
]
Stations = Annotated[
    Path,
    typer.Option(exists=True, dir_okay=False, help="CSV: code, name, startLevel, warnLevel, fladLevel [m]."),
]
_FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]


@fit_app.command("levels")
def fit_levels_command(
    observations: Observations,
    stations: Stations,
    out: Annotated[Path | None, typer.Option(help="Where to write; default: the project's own file.")] = None,
    seed: Annotated[int | None, typer.Option(help="Default: that of the project's parameters.")] = None,
) -> None:
    """Fit the level forecast: all gauges together, the last 30 % and 20 % of stations left out."""
    from geo.flood.levels.fit import Recipe
    from geo.flood.levels.parameters import DEFAULT
    from ops.level_fit import fit_levels

    recipe = Recipe() if seed is None else Recipe(seed=seed)
    path = out or project_dir() / "geo" / "flood" / "levels" / "fitted" / DEFAULT
    fit_levels(observations, stations, path, recipe=recipe, console=terminal(stderr=True))


@hindcast_app.command("levels")
def hindcast_levels_command(
    observations: Observations,
    stations: Stations,
    from_time: Annotated[
        datetime | None, typer.Option("--from", formats=_FORMATS, help="First origin; UTC unless zoned.")
    ] = None,
    to_time: Annotated[
        datetime | None, typer.Option("--to", formats=_FORMATS, help="Last origin; UTC unless zoned.")
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option(exists=True, help="Fitted parameters; default: the project's.")
    ] = None,
    gauges_out: Annotated[
        Path | None, typer.Option(help="Skill of each gauge, JSON; default: in the state folder.")
    ] = None,
    record: Annotated[
        str | None, typer.Option(help="What the record is called; default: the file's name.")
    ] = None,
    only_of: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV with a column id: keep the skill of these only."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score the level forecast beside three baselines, on what it has not learned from."""
    import json

    from ops.hindcast import hindcast_files
    from ops.level_skill import write_skill

    scores = hindcast_files(
        observations, stations, parameters=parameters, from_time=from_time, to_time=to_time, name=record
    )
    path = gauges_out or settings_here().state_dir / "level-skill.json"
    skill = scores.pop("skill")
    write_skill(skill, path, only=_ids(only_of))
    if as_json:
        print(json.dumps(scores | {"gauge_skill_file": str(path)}, ensure_ascii=False))
        return
    console = terminal()
    for table in _tables(scores):
        console.print(table)
    console.print(f"skill of {len(skill['gauges'])} gauges: {path}", highlight=False, soft_wrap=True)


def skill(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="As 'hindcast levels' writes it.")
    ],
) -> None:
    """Past skill of the level forecast, shown beside every forecast from now on."""
    from geo.engine import connect
    from geo.flood.levels.parameters import load
    from geo.forecast.level_skill import SkillFileError, import_skill
    from ops.errors import OpsError

    try:
        with (
            installation_here().database() as database_url,
            connect(database_url, application="sonae import") as connection,
        ):
            count = import_skill(connection, file.read_text(encoding="utf-8"), file.name, load())
    except SkillFileError as fault:
        raise OpsError(str(fault)) from fault
    terminal().print(f"skill of {count} gauges, and of all together", highlight=False)


def _ids(path: Path | None) -> list[str] | None:
    """Return the column `id` of a CSV file, None without one."""
    import csv

    if path is None:
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def _tables(scores: dict[str, Any]) -> list[Table]:
    """Return the tables to show: levels, passing of the flood level, its reliability, the peak."""
    return [
        _table(
            "Levels: errors in metres; skill = 1 - CRPS / CRPS of conditional persistence",
            scores["scores"],
            ("split", "hour", "limb", "n", "mae_m", "persistence_mae_m", "trend_mae_m", "crps_m",
             "conditional_crps_m", "skill", "coverage80", "width80_m", "conditional_coverage80"),
        ),
        _table(
            "Passing the flood level within the lead",
            scores["crossings"],
            ("split", "hour", "source", "cut_off", "n", "events", "gauges_with_events", "hits",
             "false_alarms", "pod", "far", "csi", "brier_skill"),
        ),
        _table(
            "Reliability of that probability",
            scores["reliability"],
            ("split", "hour", "forecast", "observed", "n"),
        ),
        _table(
            "Time of the peak within 6 h, rising limbs",
            scores["peaks"],
            ("split", "n", "coverage80", "width80_h", "mae_h", "mae_if_now_h", "past_forecast",
             "past_observed", "later_forecast", "later_observed"),
        ),
    ]  # fmt: skip


def _table(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if row[name] is None else _shown(row[name]) for name in columns))
    return table


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
