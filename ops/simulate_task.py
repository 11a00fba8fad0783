"""What `./sonae simulate` is asked to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError


class SimulateError(OpsError):
    """Raised when a simulation cannot be run; names the file or option at fault."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the command line asked for. Texts are a number or the name of a file."""

    terrain: Path
    hours: float
    out: Path
    #: where water comes in, and how much [m³/s]
    inflow: Path | None = None
    discharge: str | None = None
    #: rain less what seeps away [mm/h]
    rain: str | None = None
    #: where a water level is kept, and which [m above the terrain's datum]
    stage: Path | None = None
    stage_level: str | None = None
    pumps: Path | None = None
    #: lines with a crest [m above the terrain's datum], and lines with a height [m above the ground]
    levees: Path | None = None
    embankments: Path | None = None
    manning: str = "0.035"
    datum: str | None = None
    open_edges: Sequence[str] = ()
    processes: int = 1
    precision: str = "float32"
    theta: float = 0.9
    #: write the state here every so many simulated hours, and resume from it when it is there
    checkpoint_hours: float | None = None
    #: population, and lists of sites, shelters or facilities, to count in the water
    people: Path | None = None
    places: Sequence[Path] = ()

    def fingerprint(self) -> str:
        """Return what a checkpoint must have in common with the run that resumes from it: inputs and options.

        Files count by what is in them. Raises `OSError` for one that cannot be read.
        """
        files = (self.terrain, self.inflow, self.stage, self.pumps, self.levees, self.embankments)
        texts = (self.discharge, self.rain, self.stage_level, self.manning)
        return json.dumps(
            [
                *(None if path is None else _digest(path) for path in files),
                *(_digest(Path(text)) if text and Path(text).is_file() else text for text in texts),
                *(list(self.open_edges), self.precision, self.theta),
            ]
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
