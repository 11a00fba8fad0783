"""How fast the inundation solver is, beside landlab and a naive numpy in the same run.

Two tasks on the same flood plain of 1000 × 1000 cells of 10 m: everything 2 m under water (cell updates per
second), and a breach onto dry land, 500 m³/s for 3 h (wall time to the result). landlab is a stranger to this
project's environment: it is installed into a temporary folder, or taken from the Python that
`SONAE_BENCH_LANDLAB_PYTHON` names; where neither works the table says so. Every rate is the best of several
rounds taken in turn, because a shared machine only ever slows things down.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from geo.flood.flux import GRAVITY_M_S2
from geo.flood.forcing import Inflow, Place
from geo.flood.grid import Grid
from geo.flood.hydrograph import constant
from geo.flood.inundation import Inundation, Settings

sys.path.insert(0, str(Path(__file__).parent))
from floodplain import BREACH_COLUMN, BREACH_M3_S, BREACH_ROWS, DX_M, MANNING, SIZE, floodplain

#: the newest requireit, which landlab asks for, is written for Python 3.12
LANDLAB = ("landlab==2.11.0", "requireit<0.6")
HERE = Path(__file__).parent
#: the breach is judged at the default theta of 0.9
TARGETS = {
    "wet_2_processes_mcells_s": 300.0, "landlab_ratio": 10.0, "breach_1_s": 10.0, "breach_2_s": 6.0
}  # fmt: skip


class WetPlain:
    """Sonae on the wet plain; `rate` may be called again and again."""

    def __init__(self, ground: np.ndarray, **options: Any) -> None:
        settings = Settings(**options)
        grid = Grid(ground, DX_M, DX_M, MANNING)
        self._run = Inundation(grid, settings=settings, depth_m=np.full(ground.shape, 2.0))
        self._run.advance(5.0)

    def rate(self) -> float:
        """Return cell updates per second over two minutes of flood, samples included."""
        before, start = self._run.progress(0.0).steps, time.perf_counter()
        steps = self._run.advance(self._run.t_s + 120.0).steps - before
        return SIZE * SIZE * steps / (time.perf_counter() - start)

    def close(self) -> None:
        """Free it."""
        self._run.close()


def naive_rate(ground: np.ndarray, steps: int = 4) -> float:
    """Return the rate of the same equations written down plainly: float64, new arrays, powers, masks."""
    z, h = ground, np.full(ground.shape, 2.0)
    qx, qy = np.zeros((SIZE, SIZE + 1)), np.zeros((SIZE + 1, SIZE))
    start = time.perf_counter()
    for _ in range(steps):
        dt = 0.7 * DX_M / np.sqrt(GRAVITY_M_S2 * h.max())
        level = z + h
        for q, up, down, zu, zd in (
            (qx[:, 1:-1], level[:, :-1], level[:, 1:], z[:, :-1], z[:, 1:]),
            (qy[1:-1], level[:-1], level[1:], z[:-1], z[1:]),
        ):
            hf = np.maximum(up, down) - np.maximum(zu, zd)
            wet = hf > 1e-4
            hf = np.where(wet, hf, 1.0)
            pulled = q - GRAVITY_M_S2 * hf * dt * (down - up) / DX_M
            drag = 1 + GRAVITY_M_S2 * dt * MANNING**2 * np.abs(q) / hf ** (7 / 3)
            q[...] = np.where(wet, pulled / drag, 0.0)
        h = h + dt / DX_M * (qx[:, :-1] - qx[:, 1:] + qy[:-1] - qy[1:])
    return SIZE * SIZE * steps / (time.perf_counter() - start)


def landlab_python(folder: Path, say: Callable[[str], None]) -> tuple[list[str], dict[str, str]] | None:
    """Return command and environment of a Python with landlab, None when it cannot be had."""
    if given := os.environ.get("SONAE_BENCH_LANDLAB_PYTHON"):
        return [given], dict(os.environ)
    say(f"installing {LANDLAB[0]} into a temporary folder")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *LANDLAB]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    return [sys.executable], {**os.environ, "PYTHONPATH": str(folder)}


def landlab_rate(python: tuple[list[str], dict[str, str]] | None) -> tuple[float, str] | None:
    """Return landlab's cell rate and version, None when it cannot be had."""
    if python is None:
        return None
    command, environment = python
    done = subprocess.run(
        [*command, str(HERE / "landlab_rate.py"), "6"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return None
    told = json.loads(done.stdout)
    return float(told["cells_per_s"]), str(told["version"])


def breach(ground: np.ndarray, processes: int, theta: float) -> dict[str, float]:
    """Return wall time (set-up and results included) and figures of the breach."""
    place = Place(list(BREACH_ROWS), [BREACH_COLUMN] * len(BREACH_ROWS))
    start = time.perf_counter()
    with Inundation(
        Grid(ground, DX_M, DX_M, MANNING),
        [Inflow(place=place, discharge=constant(BREACH_M3_S))],
        settings=Settings(processes=processes, theta=theta),
    ) as run:
        flood = run.advance(3 * 3600.0)
    return {
        "wall_s": round(time.perf_counter() - start, 2),
        "steps": flood.steps,
        "area_km2": round(float((flood.depth_m >= 0.05).sum()) * DX_M**2 / 1e6, 2),
        "mass_error": flood.balance.error,
    }


def measure(rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Run everything and return the table."""
    ground = floodplain()
    kinds = {
        "float32, 1 process": {}, "float32, 2 processes": {"processes": 2},
        "float32, theta 0.9, 1 process": {"theta": 0.9},
        "float32, theta 0.9, 2 processes": {"theta": 0.9, "processes": 2},
        "float64, 1 process": {"precision": "float64"},
        "float64, 2 processes": {"precision": "float64", "processes": 2},
    }  # fmt: skip
    rates: dict[str, float] = {}
    version = "not to be had"
    with tempfile.TemporaryDirectory() as folder:
        python = landlab_python(Path(folder), say)
        for turn in range(rounds):
            say(f"wet plain, round {turn + 1} of {rounds}")
            for name, options in kinds.items():
                plain = WetPlain(ground, **({"theta": 1.0} | options))
                _best(rates, name, max(plain.rate() for _ in range(2)))
                plain.close()
            _best(rates, "naive numpy, float64", naive_rate(ground))
            if told := landlab_rate(python):
                version = told[1]
                _best(rates, "landlab", told[0])
    say("breach")
    breaches = {
        f"theta {theta}, {processes} process{'es' * (processes > 1)}": min(
            (breach(ground, processes, theta) for _ in range(rounds)), key=lambda told: told["wall_s"]
        )
        for theta in (1.0, 0.9)
        for processes in (1, 2)
    }
    return _table(rates, version, breaches)


def _best(rates: dict[str, float], name: str, rate: float) -> None:
    rates[name] = max(rates.get(name, 0.0), rate / 1e6)


def _table(rates: dict[str, float], version: str, breaches: dict[str, dict[str, float]]) -> dict[str, Any]:
    one, landlab = rates["float32, 1 process"], rates.get("landlab")
    breach_1, breach_2 = (breaches[f"theta 0.9, {name}"]["wall_s"] for name in ("1 process", "2 processes"))
    return {
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                    "load_1_min": round(os.getloadavg()[0], 2), "numpy": np.__version__},
        "landlab_version": version,
        "wet_mcells_s": {name: round(rate, 1) for name, rate in rates.items()},
        "ratio_to_landlab": round(one / landlab, 1) if landlab else None,
        "ratio_to_naive": round(one / rates["naive numpy, float64"], 1),
        "breach": breaches,
        "targets": TARGETS,
        "met": {
            "wet_2_processes": rates["float32, 2 processes"] >= TARGETS["wet_2_processes_mcells_s"],
            "landlab_ratio": one / landlab >= TARGETS["landlab_ratio"] if landlab else None,
            "breach_1": breach_1 <= TARGETS["breach_1_s"],
            "breach_2": breach_2 <= TARGETS["breach_2_s"],
        },
    }  # fmt: skip


def main(*, as_json: bool = False, rounds: int = 3) -> None:
    """Measure and print, as JSON or in words."""
    result = measure(rounds, lambda line: None if as_json else print(line, flush=True))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(as_json="--json" in sys.argv)
