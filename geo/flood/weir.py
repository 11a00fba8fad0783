"""What flows over or through a levee: from river levels to the hydrograph of a breach or an overtopped crest.

Honma (1940), 低溢流堰堤の流量係数, 土木学会誌 26(9): discharge over a low broad-crested weir seen from the
front. Kuriki et al. (1996), as tabulated in 国土交通省 浸水想定区域図作成マニュアル (第4版), table 3.2-2: how
much of it leaves a river sideways, by the slope of its bed.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.flood.flux import GRAVITY_M_S2
from geo.flood.hydrograph import Hydrograph
from geo.flood.inundation_errors import ForcingError

Values = NDArray[np.float64]

#: Honma's coefficients of free and of submerged flow
_FREE: Final = 0.35
_SUBMERGED: Final = 0.91
#: downstream over upstream depth from which the weir counts as submerged; the two formulas meet there
_SUBMERGENCE: Final = 2 / 3


def weir_discharge(
    level_m: ArrayLike, *, crest_m: ArrayLike, behind_m: ArrayLike, width_m: ArrayLike
) -> Values:
    """Return the discharge [m³/s] over a crest, seen from the front; shapes broadcast.

    `level_m` the river's level, `crest_m` the crest (of a breach: its sill), `behind_m` the water level (or
    ground, when dry) behind it, all in metres above the same datum; `width_m` [m] along the crest. Zero below
    the crest, and zero, not negative, when the water behind stands higher. NaN gives NaN.

    >>> float(weir_discharge(3.0, crest_m=2.0, behind_m=0.0, width_m=10.0).round(3))
    15.501
    """
    crest = np.asarray(crest_m, np.float64)
    upstream = np.maximum(np.asarray(level_m, np.float64) - crest, 0.0)
    downstream = np.minimum(np.maximum(np.asarray(behind_m, np.float64) - crest, 0.0), upstream)
    free = _FREE * upstream * np.sqrt(2 * GRAVITY_M_S2 * upstream)
    submerged = _SUBMERGED * downstream * np.sqrt(2 * GRAVITY_M_S2 * (upstream - downstream))
    unit = np.where(downstream < _SUBMERGENCE * upstream, free, submerged)
    return np.asarray(unit * np.asarray(width_m, np.float64), np.float64)


def side_factor(bed_slope: float, kind: Literal["breach", "overtopping"]) -> float:
    """Return the share (0 to 1) of the frontal discharge that leaves a river flowing along the levee.

    `bed_slope` [m/m] of the river. Kuriki et al. (1996). Below 0 the formula for overtopping of very steep
    rivers has no meaning and 0 is returned (slopes above about 1/45).
    """
    if not (np.isfinite(bed_slope) and bed_slope > 0):
        raise ForcingError(f"the river's bed slope is {bed_slope}; it must be positive")
    steep = float(np.log10(1 / bed_slope))
    if kind == "overtopping":
        angle = 155 - 38 * steep if bed_slope > 1 / 12000 else 0.0
        return max(0.0, float(np.cos(np.radians(angle))))
    share = 0.14 + 0.19 * steep if bed_slope > 1 / 33600 else 1.0
    angle = 48 - 15 * steep if bed_slope > 1 / 1580 else 0.0
    return float(share * np.cos(np.radians(angle)))


def breach_hydrograph(
    river: Hydrograph,
    *,
    sill_m: float,
    width_m: float,
    behind_m: float,
    factor: float = 1.0,
    step_s: float = 300.0,
) -> Hydrograph:
    """Return the discharge [m³/s] through a breach for a forecast river level, every `step_s` seconds.

    `river` holds levels [m above the terrain's datum]; `behind_m` is the ground behind the levee, so the
    breach is never throttled by the water it has let in: the discharge is an upper bound once the land is
    full. `factor` is that of `side_factor`. Outside the record the ends are held.
    """
    if not (width_m > 0 and 0 <= factor <= 1 and step_s > 0):
        raise ForcingError(f"breach: width {width_m} m, factor {factor}, step {step_s} s make no breach")
    first, last = float(river.time_s[0]), float(river.time_s[-1])
    time = np.union1d(np.arange(first, last, step_s), river.time_s)
    level = np.interp(time, river.time_s, river.value)
    discharge = factor * weir_discharge(level, crest_m=sill_m, behind_m=behind_m, width_m=width_m)
    return Hydrograph(time, discharge)
