"""Which part of a record was learned from: by time, and by station, never at random."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: share of the record's time, from its end, that is never learned from
LATE_SHARE: Final = 0.3
#: share of the stations that are never learned from
UNSEEN_SHARE: Final = 0.2


def unseen_stations(codes: Sequence[str]) -> Mask:
    """Return which stations are never learned from, bool[G].

    By a digest of the code, so that a station stays on its side in every record.

    >>> unseen_stations(["0100000001", "0700000503"]).dtype
    dtype('bool')
    """
    digests = (hashlib.sha256(code.encode()).digest()[:4] for code in codes)
    shares = [int.from_bytes(digest, "big") / 2**32 for digest in digests]
    return np.array(shares) < UNSEEN_SHARE


def late_from_s(observed_s: Floats) -> float:
    """Return when the part that is never learned from begins [s].

    The record begins with its 0.1 % quantile: single readings that are years old say nothing.
    """
    first_s, last_s = np.quantile(observed_s, [0.001, 1.0])
    return float(last_s - LATE_SHARE * (last_s - first_s))


def learnable(codes: Sequence[str], gauge: NDArray[np.integer], observed_s: Floats) -> Mask:
    """Return which readings of a record may be learned from, bool[m].

    `gauge` int[m] indexes `codes`; `observed_s` float64[m] [s].
    """
    seen: Mask = ~unseen_stations(codes)[gauge] & (observed_s < late_from_s(observed_s))
    return seen
