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
    bands = _covering(tuple(ages), first, last) if ages else None
    return float("nan") if ages is None or bands is None else float(sum(ages[band] for band in bands))


@lru_cache(maxsize=512)
def _covering(bands: tuple[str, ...], first: int, last: int | None) -> tuple[str, ...] | None:
    """Return the bands that make up a group, None when they leave a gap. Files have few sets of bands."""
    within = sorted(
        (age_band(text), text)
        for text in bands
        if age_band(text)[0] >= first
        and (last is None or ((end := age_band(text)[1]) is not None and end <= last))
    )
    expected: int | None = first
    for (begin, end), _text in within:
        if begin != expected:
            return None
        expected = None if end is None else end + 1
    whole = expected is None if last is None else expected == last + 1
    return tuple(text for _band, text in within) if whole else None
