"""What is fixed of a gauge: its thresholds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Gauges(NamedTuple):
    """G gauges. Levels are metres above the datum of the gauge, NaN = unknown."""

    #: from which level the gauge sends every ten minutes, float64[G]
    start_m: Floats
    #: flood level, float64[G]
    danger_m: Floats
