"""The forecast process: level forecasts as readings come, and simulated floods in processes of their own.

`main` is the entry point; how it runs its duties is `geo.duty_process`.
"""

from __future__ import annotations

from typing import Final

from geo.clock import Wall, wall_now
from geo.duty_process import Charge, DutyProcess, run_until_signal
from geo.forecast import level_duty, simulation_duty
from geo.forecast.level_duty import LevelDuty
from geo.forecast.simulation_duty import SimulationDuty
from geo.settings import Settings

SERVICE: Final = "forecast"


def charges(settings: Settings, wall: Wall = wall_now) -> list[Charge]:
    """Return the duties of a forecast process."""
    levels, simulations = LevelDuty(wall), SimulationDuty(settings, wall)
    return [
        Charge("levels", level_duty.EVERY_S, levels.work, detail=lambda: levels.detail),
        Charge(
            "simulations",
            simulation_duty.EVERY_S,
            simulations.work,
            detail=lambda: {"simulation": simulations.run_id},
            close=simulations.close,
        ),
    ]


def main(settings: Settings) -> None:
    """Run the forecast process until SIGINT or SIGTERM."""
    run_until_signal(DutyProcess(SERVICE, charges(settings), settings))
