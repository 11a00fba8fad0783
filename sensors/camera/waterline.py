"""Which edge is the water line: by its mirror image, and by where the water was before.

The reflection of a structure ends where its top is mirrored in the water: an edge with its mirror edge at
2 z − z_top is proved to be the water line, even where the other one is stronger. Over the last nine
frames the likeliest course is sought (A. Viterbi, 1967) with a state for "not seen", looking back only:
what a later frame would have told is not known when it matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from sensors.camera.edges import Candidate

#: frames that are looked at together
FRAMES: Final = 9
#: how near an edge must lie to its mirrored place [m], and how far below the water line it begins [m]
_MIRROR_NEAR_M: Final = 0.02
_MIRROR_BELOW_M: Final = 0.04
#: least score of a candidate relative to its mirror edge, and to the strongest one to be the topmost
_MIRROR_FLOOR: Final = 0.03
_TOPMOST: Final = 0.25
#: logarithmic costs: the edge the single frame would choose is free, another one pays this besides
_OTHER: Final = 2.0
_MISSING: Final = 4.0
#: a jump costs no more than this: a true step is believed after three frames
_JUMP_MOST: Final = 8.0
#: repeatability of one reading [m]
_NOISE_M: Final = 0.005


class Sight(msgspec.Struct, frozen=True, array_like=True):
    """The candidates of one frame, as later frames remember them."""

    #: observed time [s since 1970 UTC]
    at_s: float
    levels_m: list[float]
    #: cost of each, 0 = what the single frame would choose
    costs: list[float]


def sight(found: Sequence[Candidate], at_s: float, top_m: float | None) -> Sight:
    """Return what a frame shows, with the single frame's own preference."""
    chosen = choose(found, top_m)
    strongest = max((candidate.score for candidate in found), default=1.0)
    costs = [
        0.0 if index == chosen else _OTHER - 0.5 * math.log(max(candidate.score / strongest, 1e-6))
        for index, candidate in enumerate(found)
    ]
    return Sight(at_s, [candidate.level_m for candidate in found], costs)


def choose(found: Sequence[Candidate], top_m: float | None) -> int | None:
    """Return the index of the edge that one frame alone says is the water line; None = no edge.

    `top_m` is the level of the structure's top edge, None = unknown: then the topmost strong edge.
    """
    if not found:
        return None
    strongest = max(candidate.score for candidate in found)
    proved = None if top_m is None else _mirrored(found, top_m)
    if proved is not None and proved[0] >= strongest:
        return proved[1]
    strong = [index for index, candidate in enumerate(found) if candidate.score >= _TOPMOST * strongest]
    return max(strong, key=lambda index: found[index].level_m)


def _mirrored(found: Sequence[Candidate], top_m: float) -> tuple[float, int] | None:
    """Return the score and index of the edge best proved by its mirror edge."""
    best: tuple[float, int] | None = None
    for index, line in enumerate(found):
        for other in found:
            if other.level_m >= line.level_m - _MIRROR_BELOW_M:
                continue
            if abs(other.level_m - (2 * line.level_m - top_m)) > _MIRROR_NEAR_M:
                continue
            if line.score <= _MIRROR_FLOOR * other.score:
                continue
            total = line.score + other.score
            if best is None or total > best[0]:
                best = (total, index)
    return best


def track(sights: Sequence[Sight], rate_m_per_min: float) -> int | None:
    """Return which candidate of the newest frame lies on the likeliest course; None = it is not seen.

    `sights` in order of time, the newest last.
    """
    # a path's cost, the level it was last seen at, and when
    paths: list[tuple[float, float | None, float]] = [(0.0, None, 0.0)]
    choice: int | None = None
    for now in sights[-FRAMES:]:
        likeliest = min(paths, key=lambda path: path[0])
        fresh = [(likeliest[0] + _MISSING, likeliest[1], likeliest[2])]
        for level, own in zip(now.levels_m, now.costs, strict=True):
            cost = min(
                cost + own + _jump(level, now.at_s, before, since, rate_m_per_min)
                for cost, before, since in paths
            )
            fresh.append((cost, level, now.at_s))
        best = min(range(len(fresh)), key=lambda index: fresh[index][0])
        choice = best - 1 if best else None
        paths = fresh
    return choice


def _jump(level_m: float, at_s: float, before_m: float | None, since_s: float, rate: float) -> float:
    if before_m is None:
        return 0.0
    scale = _NOISE_M + rate * max(0.0, at_s - since_s) / 60
    return min(_JUMP_MOST, 0.5 * ((level_m - before_m) / scale) ** 2)
