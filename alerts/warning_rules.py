"""What official warnings are called, and which ground their regions cover (`rules/*.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from geo.municipality import PREFECTURES


class WarningRulesError(ValueError):
    """Raised when a rules file contradicts itself; names the entry."""


@dataclass(frozen=True)
class LevelName:
    """The official name of one hazard's warning at one level, and its codes in 気象庁's XML."""

    ja: str
    en: str
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """A kind of warning, e.g. 大雨 or 土砂災害."""

    id: str
    ja: str
    en: str
    #: whether its official names carry a level number
    numbered: bool
    per_river: bool
    words: tuple[str, ...]
    levels: Mapping[int, LevelName]


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region for which a publisher announces, and the municipalities in it."""

    publisher: str
    name: str
    en: str
    areas: frozenset[str]
    river: str | None
    #: False when the name is not in the rules, and its publisher's whole ground stands for it
    known: bool = True


@dataclass(frozen=True)
class WarningRules:
    """All hazards and regions; find them by the words of a telegram."""

    hazards: tuple[Hazard, ...]
    regions: tuple[Region, ...]
    _by_word: dict[str, Hazard] = field(repr=False)
    _by_name: dict[tuple[str, str], Region] = field(repr=False)

    def hazard(self, word: str) -> Hazard:
        """Return the hazard that `word` means; a word nobody foresaw is a hazard of its own name."""
        known = self._by_word.get(word)
        if known is not None:
            return known
        return Hazard(id=word, ja=word, en=word, numbered=False, per_river=False, words=(word,), levels={})

    def region(self, publisher: str, name: str) -> Region:
        """Return the region `name` of `publisher`.

        One that is not in the rules is taken as the publisher's whole ground: rather too much than
        nowhere.
        """
        known = self._by_name.get((publisher, name))
        if known is not None:
            return known
        whole = self._by_name.get((publisher, publisher))
        areas = frozenset() if whole is None else whole.areas
        return Region(publisher=publisher, name=name, en=name, areas=areas, river=None, known=False)

    def regions_of(self, publisher: str) -> list[Region]:
        """Return the land regions (no rivers) of `publisher`, the largest first."""
        land = [region for region in self.regions if region.publisher == publisher and region.river is None]
        return sorted(land, key=lambda region: -len(region.areas))


def prefecture_code(publisher: str) -> str:
    """Return the two digits of the prefecture a publisher speaks for, or its name when it is none."""
    return next((code for code, name in PREFECTURES.items() if name == publisher), publisher)


@cache
def load_warning_rules() -> WarningRules:
    """Return the rules shipped with the program. Raises `WarningRulesError`."""
    return build_rules(read_rules("warnings.toml"), read_rules("regions.toml"))


def read_rules(name: str) -> dict[str, Any]:
    """Return a rules file of this package as it stands (for screens that show names and colours)."""
    return tomllib.loads((files("alerts") / "rules" / name).read_text(encoding="utf-8"))


def build_rules(warnings: Mapping[str, Any], regions: Mapping[str, Any]) -> WarningRules:
    """Build the rules from the two files' contents. Raises `WarningRulesError`."""
    hazards = tuple(_hazard(entry) for entry in warnings["hazard"])
    by_word: dict[str, Hazard] = {}
    for hazard in hazards:
        for word in hazard.words:
            if word in by_word:
                raise WarningRulesError(f"the word {word} means {by_word[word].ja} and {hazard.ja}")
            by_word[word] = hazard
    known = tuple(_region(entry) for entry in regions["region"])
    by_name = {(region.publisher, region.name): region for region in known}
    if len(by_name) != len(known):
        raise WarningRulesError("a region of one publisher stands twice")
    return WarningRules(hazards, known, by_word, by_name)


def _hazard(entry: Mapping[str, Any]) -> Hazard:
    levels = {
        int(level): LevelName(name["ja"], name["en"], tuple(name["codes"]))
        for level, name in entry["levels"].items()
    }
    return Hazard(
        id=entry["id"],
        ja=entry["ja"],
        en=entry["en"],
        numbered=entry["numbered"],
        per_river=entry.get("per_river", False),
        words=tuple(entry["words"]),
        levels=levels,
    )


def _region(entry: Mapping[str, Any]) -> Region:
    return Region(
        publisher=entry["publisher"],
        name=entry["name"],
        en=entry["en"],
        areas=frozenset(entry["areas"]),
        river=entry.get("river"),
    )
