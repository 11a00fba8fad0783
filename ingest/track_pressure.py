"""The pressure at sea level that somebody wrote down, by which barometric heights are corrected.

`sea-level-pressure.toml` in the state folder:

    sea_level_hpa = 989.5
    observed_at = 2026-06-02T23:00:00+09:00
    source = "徳島地方気象台"

It counts for a few hours around its moment (`sensors/rules/altitude.toml`); after that heights on the
standard pressure are unknown again.
"""

from __future__ import annotations

import logging
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sensors.altitude import AltitudeRules

log = logging.getLogger(__name__)
FILE: Final = "sea-level-pressure.toml"


class PressureNote:
    """The newest note, as it was last read."""

    def __init__(self, state_dir: Path, rules: AltitudeRules) -> None:
        self._path = state_dir / FILE
        self._rules = rules
        self._note: tuple[float, datetime] | None = None
        self._text: str | None = None

    def read(self) -> None:
        """Read the file again; one that cannot be used is told in the log once and corrects nothing."""
        text = self._path.read_text(encoding="utf-8") if self._path.is_file() else None
        if text == self._text:
            return
        self._text, self._note = text, None
        if text is None:
            return
        try:
            self._note = self._parsed(text)
        except (tomllib.TOMLDecodeError, ValueError) as fault:
            log.error("%s corrects no heights: %s", self._path, fault)  # noqa: TRY400

    def at(self, moment: datetime) -> float | None:
        """Return the pressure at sea level [hPa] at a moment, None when none is known for it."""
        if self._note is None:
            return None
        pressure_hpa, observed_at = self._note
        near = abs(moment - observed_at) <= timedelta(hours=self._rules.longest_h)
        return pressure_hpa if near else None

    def _parsed(self, text: str) -> tuple[float, datetime]:
        document = tomllib.loads(text)
        told, observed_at = document.get("sea_level_hpa"), document.get("observed_at")
        rules = self._rules
        if isinstance(told, bool) or not isinstance(told, int | float):
            raise ValueError(f"sea_level_hpa must be a number, is {told!r}")  # noqa: TRY004 - one kind of fault
        if not rules.lowest_hpa <= told <= rules.highest_hpa:
            raise ValueError(
                f"sea_level_hpa must be {rules.lowest_hpa:g} to {rules.highest_hpa:g}, is {told}"
            )
        if not isinstance(observed_at, datetime) or observed_at.tzinfo is None:
            raise ValueError(f"observed_at must be a time with zone, is {observed_at!r}")
        return float(told), observed_at
