"""`fit levels`: fit the level forecast to a record, and keep the parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from geo.flood.levels import parameters as kept
from geo.flood.levels.fit import Recipe, fit
from ops.errors import OpsError
from ops.level_baseline import save_baseline
from ops.level_record import LevelRecord, read_record
from ops.level_split import late_from_s, learnable, unseen_stations


class FitError(OpsError):
    """Raised when a record cannot be fitted to; names the reason."""


def fit_levels(
    observations: Path, stations: Path, out: Path, *, recipe: Recipe, console: Console
) -> kept.Parameters:
    """Fit to the learnable part of a record and write `out`; see `ops.level_split` for that part."""
    record = read_record(observations, stations)
    if not len(record.readings):
        raise FitError(f"{observations}: no usable reading")
    parameters = fit_record(record, recipe, console)
    kept.save(parameters, out)
    save_baseline(record, out)
    console.print(
        f"{out}: {len(parameters.networks)} networks, {out.stat().st_size:,} bytes", highlight=False
    )
    return parameters


def fit_record(record: LevelRecord, recipe: Recipe, console: Console) -> kept.Parameters:
    """Return parameters fitted to the learnable part of `record`."""
    readings = record.readings
    late_s = late_from_s(readings.observed_s)
    learned = record.stands & learnable(record.codes, readings.gauge, readings.observed_s)
    origin = record.origin | {
        "learned_before": datetime.fromtimestamp(late_s, UTC).isoformat(timespec="seconds"),
        "learned_readings": int(learned.sum()),
        "unseen_stations": int(unseen_stations(record.codes).sum()),
        "credit": "「川の水位情報」(危機管理型水位計運用協議会)",
    }
    try:
        return fit(
            readings,
            record.gauges,
            learned,
            origin,
            recipe,
            lambda text: console.print(text, highlight=False),
        )
    except ValueError as fault:
        raise FitError(str(fault)) from fault
