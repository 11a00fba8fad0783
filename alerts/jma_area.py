"""Area codes of 気象庁: which municipalities a code means."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from geo.municipality import PREFECTURES


@cache
def telegram_rules() -> dict[str, Any]:
    """Return `rules/telegrams.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "telegrams.toml").read_text(encoding="utf-8"))


def with_wards(code: str) -> tuple[str, ...]:
    """Return a municipality's five digits, and those of its wards where it is a designated city."""
    last = telegram_rules()["wards"]["last"].get(code, 0)
    return (code, *(f"{int(code) + number:05d}" for number in range(1, last + 1)))


def municipalities_of(code: str) -> tuple[str, ...] | None:
    """Return the municipalities of a seven-digit area (class20: five digits and a part), None = unknown."""
    if len(code) == 7 and code.isascii() and code.isdigit() and code[:2] in PREFECTURES:
        return with_wards(code[:5])
    return None
