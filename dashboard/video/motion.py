"""Whether something begins to move in a picture that was calm: pure, from small grey pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: a cell counts as changed from so many of 255 grey levels on
CHANGED_LEVELS: Final = 14
#: how much of the picture must change beyond what is usual in it
NEW_SHARE: Final = 0.15
#: how fast the usual follows, per picture
FOLLOWS: Final = 0.1


@dataclass(frozen=True)
class Motion:
    """How much of the picture changed (0 to 1), what is usual in this stream, whether the motion is new."""

    share: float = 0.0
    usual: float = 0.0
    new: bool = False


def motion(before: NDArray[np.uint8] | None, grey: NDArray[np.uint8], known: Motion | None) -> Motion | None:
    """Return the motion between two pictures of equal shape, None while there is nothing to compare with.

    A camera on a helicopter moves all the time: only what exceeds the usual of the stream is new.
    """
    if before is None or before.shape != grey.shape:
        return None
    share = float((np.abs(before.astype(np.int16) - grey) >= CHANGED_LEVELS).mean())
    if known is None:
        return Motion(share, share)
    new = share - known.usual >= NEW_SHARE
    return Motion(share, known.usual + FOLLOWS * (share - known.usual), new)
