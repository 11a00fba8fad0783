"""What the chronology says of vehicles: emergencies, their end, and what else they told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from geo.chronology import Event
from sensors.field_event import Wording

#: every entry of what flies and drives
CATEGORY: Final = "air"


@dataclass(frozen=True, slots=True)
class Craft:
    """A vehicle as the chronology calls it."""

    vehicle_id: str
    callsign: str | None
    synthetic: bool

    @property
    def words(self) -> str:
        """Return its callsign, or its id; what is made up for a drill says so."""
        name = self.callsign or self.vehicle_id
        return f"【模擬】{name}" if self.synthetic else name


def emergency_raised(craft: Craft, at: datetime, word: str, told: Wording, text: str = "") -> Event:
    """Return the entry for a vehicle that declares an emergency; `text` is what it said besides."""
    more = f"：{text}" if text else ""
    return _event(
        craft, at, "air.emergency", told.severity, f"{told.ja}{more}", f"{told.en}{more}", {"word": word}
    )


def emergency_ended(craft: Craft, at: datetime, word: str, told: Wording) -> Event:
    """Return the entry for an emergency that its vehicle no longer tells, or took back."""
    texts = (f"{told.ja} 解除・終了", f"{told.en} no longer told")
    return _event(craft, at, "air.emergency-ended", 0, *texts, {"word": word})


def told_once(craft: Craft, at: datetime, code: str, told: Wording, text: str) -> Event:
    """Return the entry for anything else that a vehicle told."""
    more = f"：{text}" if text else ""
    return _event(
        craft, at, f"air.{code}", told.severity, f"{told.ja}{more}", f"{told.en}{more}", {"code": code}
    )


def _event(
    craft: Craft, at: datetime, code: str, severity: int, ja: str, en: str, params: Mapping[str, Any]
) -> Event:
    return Event(
        event_at=at,
        category=CATEGORY,
        object_kind="vehicle",
        object_id=craft.vehicle_id,
        severity=severity,
        code=code,
        text=f"{craft.words} {ja}",
        text_en=f"{craft.words}: {en}",
        params=params,
    )
