"""The alerts process: official warnings in, what the rules propose, and what was signed going out.

`main` is the entry point; how it runs its duties is `geo.duty_process`.
"""

from __future__ import annotations

from typing import Final

from geo.clock import Wall, wall_now
from geo.duty_process import Charge, DutyProcess, run_until_signal
from geo.settings import Settings

SERVICE: Final = "alerts"


def charges(settings: Settings, wall: Wall = wall_now) -> list[Charge]:  # noqa: ARG001 - for every duty
    """Return the duties of an alerts process; each stands in a module of its own."""
    return []


def main(settings: Settings) -> None:
    """Run the alerts process until SIGINT or SIGTERM."""
    run_until_signal(DutyProcess(SERVICE, charges(settings), settings))
