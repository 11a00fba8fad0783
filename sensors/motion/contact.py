"""Whether a vehicle is live, stale or lost, by the rhythm that it itself keeps.

A tracker that reports every two minutes by satellite is not lost after one, and one that reports every
second is after ten. The rhythm is learned from the source; what the source says about itself (`stale_at`,
a last will, standing on the ground) counts before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]

ContactState = Literal["live", "stale", "lost"]
STATES: Final[tuple[ContactState, ...]] = ("live", "stale", "lost")
LIVE, STALE, LOST = range(3)


@dataclass(frozen=True, kw_only=True)
class ContactLimits:
    """After how many of its own intervals a vehicle counts as stale, and as lost."""

    stale_intervals: float
    lost_intervals: float
    #: shorter silences are none, whatever the rhythm [s]
    least_s: float
    #: the rhythm of a source that was heard once [s]
    first_interval_s: float
    #: weight of a new interval in the learned one
    memory: float


def learned_interval(interval_s: Floats, gap_s: Floats, limits: ContactLimits) -> Floats:
    """Return the rhythm of n sources after one more gap (float64 [n] each; NaN = none yet).

    Towards longer gaps it is learned slowly and at most doubled, so that one loss of contact does not make
    the next one go unnoticed; towards shorter ones at once. Gaps of zero (repeated positions) teach nothing.
    """
    known = np.isfinite(interval_s)
    capped = np.where(known, np.minimum(gap_s, 2 * interval_s), gap_s)
    slower = interval_s + limits.memory * (capped - interval_s)
    learned = np.where(known, np.where(gap_s < interval_s, gap_s + (interval_s - gap_s) / 2, slower), gap_s)
    return np.where(gap_s > 0, learned, interval_s)


def contact_states(
    silent_s: Floats,
    interval_s: Floats,
    limits: ContactLimits,
    *,
    sender_stale_s: Floats | None = None,
    said_goodbye: NDArray[np.bool_] | None = None,
) -> Codes:
    """Return the state of n vehicles (int8: `LIVE`, `STALE`, `LOST`) after `silent_s` [s] of silence.

    `sender_stale_s`: after how long the sender itself takes its position for old (NaN = it does not say):
    lost then, if that comes before our own limit. `said_goodbye`: its last will came, or it signed off.
    """
    rhythm = np.where(np.isfinite(interval_s), interval_s, limits.first_interval_s)
    stale_after = np.maximum(limits.stale_intervals * rhythm, limits.least_s)
    lost_after = np.maximum(limits.lost_intervals * rhythm, 2 * limits.least_s)
    if sender_stale_s is not None:
        lost_after = np.fmin(lost_after, sender_stale_s)
    states = np.where(silent_s > lost_after, LOST, np.where(silent_s > stale_after, STALE, LIVE))
    if said_goodbye is not None:
        states = np.where(said_goodbye, LOST, states)
    return states.astype(np.int8)
