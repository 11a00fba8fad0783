"""Official warnings as typed records: what a telegram states, and what that means by the rules.

Official warnings are statements of an authority. They are kept apart from orders to evacuate (issued by
mayors) and from what this system estimates; nothing here turns one into another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from alerts.warning_rules import Hazard, Region, WarningRules, prefecture_code

#: a telegram that tells everything tells it from the lowest level on
EVERYTHING = 1
LEVELS = range(1, 6)
#: a warning in force whose level its telegram does not tell in words that we know: never taken as safe
UNKNOWN_LEVEL = 0

InfoType = Literal["issue", "correction", "cancellation"]
#: a test never becomes a telegram: see `alerts.bulletin`
Standing = Literal["actual", "exercise"]


class TelegramError(ValueError):
    """Raised when a telegram cannot be; names what is wrong, `code` in a word for counting."""

    def __init__(self, message: str, *, code: str = "bad-telegram") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Statement:
    """One line of a telegram, in its publisher's words.

    A telegram of 気象庁 or a CAP message tells besides region, hazard and level: `name`, what it calls
    the warning; `status` (発表, 継続, …); `areas`, the municipalities (None = by the region's name).
    """

    region: str
    hazard: str
    level: int
    name: str | None = None
    status: str | None = None
    areas: tuple[str, ...] | None = None
    #: codes that the rules do not know, as the telegram has them
    unknown_codes: tuple[str, ...] = ()
    river: str | None = None
    expires_at: datetime | None = None
    #: GeoJSON MultiPolygon coordinates as text, EPSG:4326; None = only areas
    geometry: str | None = None


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
    #: it replaces only what the same series of its publisher said; "" = all that has no series
    series: str = ""
    info_type: InfoType = "issue"
    #: which report of its series it is; a correction or cancellation speaks of the one with the same key
    report_key: str = ""
    #: when it was sent; of two telegrams about one report the later one holds. None = when issued
    sent_at: datetime | None = None
    #: source ids of messages that it takes the place of (CAP references)
    replaces: tuple[str, ...] = ()
    standing: Standing = "actual"
    title: str | None = None
    #: it tells of an event (記録的短時間大雨 …), puts nothing in force, and belongs into the chronology
    announces: bool = False
    #: its text by language (BCP 47)
    headlines: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no telegram can be."""
        if self.issued_at.tzinfo is None or (self.sent_at is not None and self.sent_at.tzinfo is None):
            raise TelegramError(f"{self.source_id}: issued_at {self.issued_at} has no zone")
        if self.complete_from not in LEVELS:
            raise TelegramError(f"{self.source_id}: {self.complete_from} is no warning level (1 to 5)")
        for level in (statement.level for statement in self.statements):
            if level not in LEVELS and level != UNKNOWN_LEVEL:
                raise TelegramError(f"{self.source_id}: {level} is no warning level (1 to 5)")

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """What decides which of two telegrams holds."""
        return self.issued_at, self.sent_at or self.issued_at, self.source_id


@dataclass(frozen=True, kw_only=True)
class OfficialWarning:
    """A warning in force in a region, by the scheme's names."""

    #: `{prefecture code}:{region}:{hazard}`; of municipalities `{prefecture code}:{name}`
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
    #: what its telegram said of it (発表, 継続, …), each word once
    status: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    #: False when its ground is not known to us, only its name
    resolved: bool = True
    expires_at: datetime | None = None
    geometry: str | None = None
    exercise: bool = False
    series: str = ""

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
    highest level counts. What it says of single municipalities is one warning for each name.
    """
    found: dict[str, OfficialWarning] = {}
    for warning in (_warning(telegram, statement, rules) for statement in telegram.statements):
        held = found.get(warning.id)
        if held is None or held.level < warning.level:
            found[warning.id] = warning
        elif held.level == warning.level:
            found[warning.id] = joined(held, warning, rules)
    return list(found.values())


def joined(one: OfficialWarning, other: OfficialWarning, rules: WarningRules) -> OfficialWarning:
    """Return one warning for the ground of two with the same id and level; the newer words hold."""
    new = max(one, other, key=lambda warning: (warning.issued_at, warning.source_id))
    areas = tuple(sorted({*one.areas, *other.areas}))
    regions = list(dict.fromkeys([*one.region.split("・"), *other.region.split("・")]))
    ends = [warning.expires_at for warning in (one, other)]
    return replace(
        new,
        region=_region_name(new.publisher, regions, frozenset(areas), rules),
        areas=areas,
        status=tuple(sorted({*one.status, *other.status})),
        unknown_codes=tuple(sorted({*one.unknown_codes, *other.unknown_codes})),
        resolved=one.resolved and other.resolved,
        expires_at=None if None in ends else max(end for end in ends if end is not None),
        geometry=one.geometry if one.geometry == other.geometry else None,
    )


def _region_name(publisher: str, names: Sequence[str], areas: frozenset[str], rules: WarningRules) -> str:
    for region in rules.regions_of(publisher):
        if region.areas == areas:
            return region.name
    return "・".join(names)


def _warning(telegram: Telegram, statement: Statement, rules: WarningRules) -> OfficialWarning:
    region = rules.region(telegram.publisher, statement.region)
    hazard = rules.hazard(statement.hazard)
    prefix = prefecture_code(telegram.publisher)
    name, name_en = official_name(hazard, statement.level, region)
    id_ = f"{prefix}:{region.name}:{hazard.ja}"
    river = region.river if hazard.per_river else None
    areas = region.areas
    if statement.name is not None:
        name, name_en = own_name(statement, hazard)
        river = statement.river
        areas = frozenset(statement.areas or (region.areas if region.known else ()))
        id_ = f"{prefix}:{name}" if river is None else f"{prefix}:{region.name}:{hazard.ja}"
    if telegram.standing == "exercise":
        id_, name, name_en = f"訓練:{id_}", f"【訓練】{name}", f"EXERCISE {name_en}"
    return OfficialWarning(
        id=id_,
        publisher=telegram.publisher,
        region=region.name,
        hazard=hazard.ja,
        level=statement.level,
        name=name,
        name_en=name_en,
        river=river,
        areas=tuple(sorted(areas)),
        issued_at=telegram.issued_at,
        source_id=telegram.source_id,
        status=() if statement.status is None else (statement.status,),
        unknown_codes=statement.unknown_codes,
        resolved=bool(areas),
        expires_at=statement.expires_at,
        geometry=statement.geometry,
        exercise=telegram.standing == "exercise",
        series=telegram.series,
    )


def own_name(statement: Statement, hazard: Hazard) -> tuple[str, str]:
    """Return what the telegram itself calls the warning (ja) and what that is in English."""
    known = hazard.levels.get(statement.level)
    name = f"{statement.river or ''}{statement.name}"
    if known is not None and known.ja == statement.name:
        return name, f"{statement.region}: {known.en}" if statement.river else known.en
    words = {2: "advisory", 3: "warning", 4: "danger warning", 5: "emergency warning"}
    step = words.get(statement.level, "warning of unknown level")
    return name, f"{hazard.en} {step} ({statement.name})"


def in_order(telegrams: Sequence[Telegram]) -> list[Telegram]:
    """Return telegrams in the order in which they hold, whenever they arrived."""
    return sorted(telegrams, key=lambda telegram: telegram.order)
