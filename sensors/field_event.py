"""What vehicles tell once, in words and weight: emergencies, warnings, going offline.

Words and severities are in `rules/field-events.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sensors.rulebook import RulesError, number, read_rules
from sensors.track import Track

#: codes of events that raise an emergency of their vehicle; `ENDED` ends it
RAISING: Final = frozenset({"sos", "emergency", "mayday"})
ENDED: Final = "emergency.ended"
#: codes that are kept and not written into the chronology: they are told by the vehicle's state
QUIET: Final = frozenset({"online", "mark"})
#: transponder codes that are an emergency (ICAO Annex 10)
SQUAWKS: Final = frozenset({"7500", "7600", "7700"})
_OTHER: Final = "other"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What is said, and how much it weighs."""

    ja: str
    en: str
    severity: int
    #: of one vehicle it is said at most so often [s]
    every_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FieldEventRules:
    """Words of emergencies and of other events; each has an entry `other`."""

    emergencies: Mapping[str, Wording]
    events: Mapping[str, Wording]
    #: how long an emergency lasts that is not told again [s]
    quiet_s: float

    def emergency(self, word: str) -> Wording:
        """Return how an emergency is told; a word that is not known is told as it is."""
        return _told(self.emergencies, word)

    def event(self, code: str) -> Wording:
        """Return how an event is told; a code that is not known is told as it is."""
        return _told(self.events, code)


def _told(words: Mapping[str, Wording], word: str) -> Wording:
    found = words.get(word)
    if found is not None:
        return found
    other = words[_OTHER]
    return Wording(
        ja=f"{other.ja}「{word}」", en=f"{other.en} '{word}'", severity=other.severity, every_s=other.every_s
    )


def emergency_of(track: Track) -> str | None:
    """Return the emergency that a track tells: its sender's word, else its transponder code; None = none."""
    if track.emergency is not None:
        return track.emergency
    squawk = None if track.extra is None else track.extra.get("squawk")
    return squawk if isinstance(squawk, str) and squawk in SQUAWKS else None


@cache
def field_event_rules() -> FieldEventRules:
    """Return the committed rules. Raises `RulesError` naming table and key."""
    tables = read_rules("field-events")
    return FieldEventRules(
        emergencies=_wordings(tables, "emergencies", "words"),
        events=_wordings(tables, "events", "codes"),
        quiet_s=number(tables["emergencies"], "field-events.toml: emergencies", "quiet_s"),
    )


def _wordings(tables: Mapping[str, Mapping[str, Any]], table: str, key: str) -> Mapping[str, Wording]:
    entries = tables[table].get(key)
    if not isinstance(entries, dict) or _OTHER not in entries:
        raise RulesError(f"field-events.toml: {table}.{key}: must hold an entry {_OTHER!r}")
    return {
        word: _wording(entry, f"field-events.toml: {table}.{key}.{word}") for word, entry in entries.items()
    }


def _wording(entry: Mapping[str, Any], where: str) -> Wording:
    for name in ("ja", "en"):
        if not isinstance(entry.get(name), str):
            raise RulesError(f"{where}: {name}: must be text")
    every_s = number(entry, where, "every_s") if "every_s" in entry else 0.0
    return Wording(
        ja=entry["ja"], en=entry["en"], severity=int(number(entry, where, "severity")), every_s=every_s
    )
