"""Official warnings as typed records: what a telegram states, and what that means by the rules.

Official warnings are statements of an authority. They are kept apart from orders to evacuate (issued by
mayors) and from what this system estimates; nothing here turns one into another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.warning_rules import Hazard, Region, WarningRules, prefecture_code

#: a telegram that tells everything tells it from the lowest level on
EVERYTHING = 1
LEVELS = range(1, 6)


class TelegramError(ValueError):
    """Raised when a telegram cannot be; names what is wrong."""


@dataclass(frozen=True)
class Statement:
    """One line of a telegram, in its publisher's words."""

    region: str
    hazard: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Telegram:
    """One official telegram as structured facts.

    It replaces what its publisher said before at `complete_from` and above. A record that keeps only
    the highest levels of a telegram sets `complete_from` to those: what it said below is not known, and
    must not be taken as lifted.
    """

    source_id: str
    publisher: str
    issued_at: datetime
    statements: tuple[Statement, ...]
    complete_from: int = EVERYTHING

    def __post_init__(self) -> None:
        """Refuse what no telegram can be."""
        if self.issued_at.tzinfo is None:
            raise TelegramError(f"{self.source_id}: issued_at {self.issued_at} has no zone")
        for level in (self.complete_from, *(statement.level for statement in self.statements)):
            if level not in LEVELS:
                raise TelegramError(f"{self.source_id}: {level} is no warning level (1 to 5)")


@dataclass(frozen=True, kw_only=True)
class OfficialWarning:
    """A warning in force in a region, by the scheme's names."""

    #: `{prefecture code}:{region}:{hazard}`
    id: str
    publisher: str
    region: str
    #: name of the hazard (大雨, 土砂災害, …), the same for all its levels
    hazard: str
    level: int
    #: official name, e.g. レベル4土砂災害危険警報
    name: str
    name_en: str
    river: str | None
    #: five-digit codes of the municipalities it covers, sorted
    areas: tuple[str, ...]
    issued_at: datetime
    source_id: str

    @property
    def subject(self) -> tuple[str, str | None]:
        """What it warns of, where: two warnings of one subject can replace each other."""
        return self.hazard, self.river

    @property
    def ground(self) -> frozenset[str]:
        """What it covers, to compare with others: its municipalities, or its region's name if unknown."""
        return frozenset(self.areas or (self.region,))


def official_name(hazard: Hazard, level: int, region: Region) -> tuple[str, str]:
    """Return the official name (ja, en); a level the scheme does not have is said plainly."""
    known = hazard.levels.get(level)
    if known is None:
        return f"{hazard.ja}（レベル{level}相当）", f"{hazard.en} (level {level})"
    if hazard.per_river and region.river is not None:
        return f"{region.river}{known.ja}", f"{region.en}: {known.en}"
    return known.ja, known.en


def interpret(telegram: Telegram, rules: WarningRules) -> list[OfficialWarning]:
    """Return what a telegram puts in force, one warning for each region and hazard.

    Several words of a telegram may belong to one warning (低い土地の浸水 and 河川の増水 to 大雨): the
    highest level counts.
    """
    found: dict[str, OfficialWarning] = {}
    for statement in telegram.statements:
        warning = _warning(
            telegram,
            statement.level,
            rules.region(telegram.publisher, statement.region),
            rules.hazard(statement.hazard),
        )
        if warning.id not in found or found[warning.id].level < warning.level:
            found[warning.id] = warning
    return list(found.values())


def _warning(telegram: Telegram, level: int, region: Region, hazard: Hazard) -> OfficialWarning:
    name, name_en = official_name(hazard, level, region)
    return OfficialWarning(
        id=f"{prefecture_code(telegram.publisher)}:{region.name}:{hazard.ja}",
        publisher=telegram.publisher,
        region=region.name,
        hazard=hazard.ja,
        level=level,
        name=name,
        name_en=name_en,
        river=region.river if hazard.per_river else None,
        areas=tuple(sorted(region.areas)),
        issued_at=telegram.issued_at,
        source_id=telegram.source_id,
    )


def in_order(telegrams: Sequence[Telegram]) -> list[Telegram]:
    """Return telegrams in the order in which they hold, whenever they arrived."""
    return sorted(telegrams, key=lambda telegram: (telegram.issued_at, telegram.source_id))
