"""Persons by age: bands in whole years (`0-4`, `85+`) summed to the groups that a flood's impact counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_BAND = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3})|(\+))")


class AgeBandError(ValueError):
    """Raised when a text is no band of ages; names it."""


@lru_cache(maxsize=512)
def age_band(text: str) -> tuple[int, int | None]:
    """Return the first and last age of a band, None = no end: `65-69` → 65, 69; `85+` → 85, None.

    Raises `AgeBandError`.
    """
    match = _BAND.fullmatch(text)
    if match is None or (match[2] is not None and int(match[2]) < int(match[1])):
        raise AgeBandError(f"{text!r} is no band of ages like 0-4 or 85+")
    return int(match[1]), None if match[3] else int(match[2])


def group_sum(ages: Mapping[str, float] | None, first: int, last: int | None) -> float:
    """Return the persons from age `first` to `last` (None = no end), NaN where the bands cannot tell.

    They can when bands that lie wholly within the group cover it without a gap.
    """
    if not ages:
        return float("nan")
    within = sorted(
        (band, number)
        for band, number in ((age_band(text), number) for text, number in ages.items())
        if band[0] >= first and (last is None or (band[1] is not None and band[1] <= last))
    )
    expected, total = first, 0.0
    for (begin, end), number in within:
        if begin != expected:
            return float("nan")
        total += number
        if end is None:
            return total
        expected = end + 1
    return total if last is not None and expected == last + 1 else float("nan")
