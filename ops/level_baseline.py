"""The baselines' tables, kept beside the parameters that they belong to."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np

from geo.flood.levels.baseline import ConditionalPersistence, fit_baseline
from geo.flood.levels.features import state
from geo.flood.levels.pairs import chosen, following
from geo.flood.levels.parameters import DEFAULT, ParametersError
from ops.level_record import LevelRecord
from ops.level_split import learnable


def baseline_beside(parameters: Path) -> Path:
    """Return where the baseline of a file of parameters is kept."""
    return parameters.with_name(f"{parameters.stem}-baseline.npz")


def save_baseline(record: LevelRecord, parameters: Path) -> Path:
    """Learn the baseline from the learnable part of `record`; write it beside `parameters`."""
    readings = record.readings
    learned = learnable(record.codes, readings.gauge, readings.observed_s) & record.stands
    found = following(readings)
    pairs = chosen(found, learned[found.origin] & learned[found.later])
    now = state(readings, record.gauges, readings.gauge, readings.observed_s)
    path = baseline_beside(parameters)
    with path.open("wb") as file:
        np.savez(file, **fit_baseline(readings, record.gauges, now, pairs)._asdict())
    return path


def load_baseline(parameters: Path | None) -> ConditionalPersistence:
    """Return the baseline that belongs to a file of parameters, by default the project's.

    Raises `ParametersError` when it is not there.
    """
    fitted = resources.files("geo.flood.levels") / "fitted"
    try:
        with resources.as_file(fitted) as folder:
            path = baseline_beside(folder / DEFAULT if parameters is None else parameters)
            with np.load(path, allow_pickle=False) as arrays:
                return ConditionalPersistence(arrays["change_m"], arrays["reached"])
    except (OSError, KeyError, ValueError) as fault:
        raise ParametersError(f"{parameters or DEFAULT}: no baseline beside it: {fault}") from fault
