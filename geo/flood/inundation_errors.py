"""What can be wrong with an inundation run, in words for whoever has to mend it.

InundationError
├── GridError       terrain, roughness, walls or cell size that no water can be run over
├── ForcingError    a source or drain outside the grid, on a wall, or with impossible values
├── StateError      a checkpoint of another grid or precision
└── CrewError       a worker process was lost
"""

from __future__ import annotations


class InundationError(ValueError):
    """Base of the solver's errors; its message names the culprit."""


class GridError(InundationError):
    """Raised for terrain, roughness, walls or a cell size that no water can be run over."""


class ForcingError(InundationError):
    """Raised for a source or drain outside the grid, on a wall, or with impossible values."""


class StateError(InundationError):
    """Raised when a checkpoint belongs to another grid or precision."""


class CrewError(RuntimeError):
    """Raised when a worker process of a run was lost; the run is void, its last checkpoint is not."""
