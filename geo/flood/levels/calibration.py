"""Conformal widening: the fan is stretched until it held what was held out from the fit.

Split conformal calibration of quantiles (Romano, Patterson and Candès 2019, arXiv:1905.03222), as a
factor about the median instead of an offset, so that calm water keeps its narrow fan.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.network import LEVELS, MEDIAN

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: limbs of a hydrograph that are calibrated and scored apart
LIMBS: Final = ("unknown", "falling", "steady", "rising")
#: a limb rises or falls when the last slope exceeds this [m/h]
LIMB_M_PER_H: Final = 0.1
#: leads that are calibrated; between them factors are interpolated [h]
LEADS_H: Final = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
#: a factor outside these says that the fit is wrong, not its width
_NARROWEST: Final = 0.6
_WIDEST: Final = 2.5
#: fewer held-out origins than this calibrate nothing
_FEWEST: Final = 200


def limb(slope_m_per_h: Floats) -> Indices:
    """Return the limb of each origin as an index into `LIMBS`, int64[n]; NaN slopes are unknown."""
    rises, falls = slope_m_per_h > LIMB_M_PER_H, slope_m_per_h < -LIMB_M_PER_H
    return np.where(np.isnan(slope_m_per_h), 0, np.where(rises, 3, np.where(falls, 1, 2)))


def widening(fan_m: Floats, truth_m: Floats) -> Floats:
    """Return the factor of each level, float64[levels], from n held-out origins of one limb and lead.

    `fan_m` float64[n, levels] the quantiles, `truth_m` float64[n] what came. The factor of level p is
    the p-quantile of how far the truth lay out, in widths of the fan on that side.
    """
    factor = np.ones(len(LEVELS))
    if len(truth_m) < _FEWEST:
        return factor
    off_m = truth_m - fan_m[:, MEDIAN]
    for column, level in enumerate(LEVELS):
        if column == MEDIAN:
            continue
        width = fan_m[:, column] - fan_m[:, MEDIAN]
        outward = level if level > 0.5 else 1 - level
        shares = off_m / np.where(np.abs(width) > 1e-6, width, np.inf)
        factor[column] = np.quantile(shares, outward, method="higher")
    return np.clip(factor, _NARROWEST, _WIDEST)


def widen(fan_m: Floats, limb: Indices, lead_h: Floats, table: Floats, table_h: Floats) -> Floats:
    """Return `fan_m` float64[n, levels] stretched about its median, still in order.

    `limb` int64[n]; `lead_h` float64[n]; `table` float64[limbs, leads, levels] at `table_h` [h];
    outside those leads the nearest holds.
    """
    place = np.interp(lead_h, table_h, np.arange(len(table_h)))
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, len(table_h) - 1)
    share = (place - low)[:, None]
    factor = (1 - share) * table[limb, low] + share * table[limb, high]
    middle = fan_m[:, MEDIAN : MEDIAN + 1]
    stretched = middle + (fan_m - middle) * factor
    above = np.maximum.accumulate(stretched[:, MEDIAN:], axis=1)
    below = np.minimum.accumulate(stretched[:, MEDIAN::-1], axis=1)[:, ::-1]
    return np.concatenate([below[:, :-1], above], axis=1)
