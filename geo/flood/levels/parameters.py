"""The fitted parameters: networks, scaling of their inputs, calibration; kept in one file each."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.network import LEVELS, Weights

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

#: the file that is used when none is named
DEFAULT: Final = "japan-2025-2026.npz"
_FORMAT: Final = 1


class ParametersError(Exception):
    """Raised when a file of parameters is missing or of another make; names the file."""


class Parameters(NamedTuple):
    """All that a fit found."""

    networks: tuple[Weights, ...]
    #: mean and standard deviation of the inputs, float32[f]
    centre: Singles
    spread: Singles
    #: widening of the fan about its median by limb, lead and level, float64[limbs, leads, levels]
    widening: Floats
    #: leads of `widening`, float64[leads] [h]
    widening_h: Floats
    #: where it comes from: record, digest, dates, seed, counts
    origin: dict[str, Any]


def save(parameters: Parameters, path: Path) -> None:
    """Write `parameters` to `path`; the same parameters give the same bytes."""
    arrays: dict[str, NDArray[Any]] = {
        "centre": parameters.centre,
        "spread": parameters.spread,
        "widening": parameters.widening,
        "widening_h": parameters.widening_h,
    }
    for number, weights in enumerate(parameters.networks):
        arrays |= {f"network{number}_{name}": array for name, array in weights._asdict().items()}
    about = {"format": _FORMAT, "networks": len(parameters.networks), "levels": LEVELS}
    text = json.dumps(about | {"origin": parameters.origin}, sort_keys=True, ensure_ascii=False)
    arrays["about"] = np.frombuffer(text.encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: Path | None = None) -> Parameters:
    """Return the parameters of `path`, by default those of the project.

    Raises `ParametersError` when there are none, or they are not of this form.
    """
    try:
        if path is None:
            with resources.as_file(resources.files(__package__) / "fitted" / DEFAULT) as kept:
                return _read(kept)
        return _read(path)
    except (OSError, KeyError, ValueError) as fault:
        raise ParametersError(f"{path or DEFAULT}: no parameters of the level forecast: {fault}") from fault


def _read(path: Path) -> Parameters:
    with np.load(path, allow_pickle=False) as kept:
        about = json.loads(bytes(kept["about"]).decode())
        if about["format"] != _FORMAT or tuple(about["levels"]) != LEVELS:
            raise ValueError("another format or other quantiles")
        networks = tuple(
            Weights(*(kept[f"network{number}_{name}"] for name in Weights._fields))
            for number in range(about["networks"])
        )
        return Parameters(
            networks,
            kept["centre"],
            kept["spread"],
            kept["widening"],
            kept["widening_h"],
            about["origin"],
        )
