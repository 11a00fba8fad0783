"""Reads the rules of shelters and supplies (`rules/*.toml`): items, norms, fields, congestion, silence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray


class ShelterRulesError(ValueError):
    """Raised when a rules file contradicts itself or another; names the entry."""


@dataclass(frozen=True)
class Norms:
    """Demand as arrays. Rows are `items`, columns are `classes` of people."""

    items: tuple[str, ...]
    classes: tuple[str, ...]
    #: the share of each class among evacuees when nobody counted it
    shares: NDArray[np.float64]
    #: the count of the tablet that tells each class, "" = none
    counted: tuple[str, ...]
    #: [item units per person and day], shape (items, classes)
    per_day: NDArray[np.float64]
    #: [item units per person, once], shape (items, classes)
    once: NDArray[np.float64]
    sources: tuple[str, ...]
    #: item → (the normed item it stands for, how many units of that one unit is)
    substitutes: Mapping[str, tuple[str, float]]


@dataclass(frozen=True)
class Rhythm:
    """By when a shelter is expected to report."""

    open: timedelta
    preparing: timedelta
    ordered: timedelta
    grace: timedelta
    #: late by so many rhythms it is lost; `lost_after_cut` where lines were cut beforehand
    lost_after: float
    lost_after_cut: float


@dataclass(frozen=True)
class Bands:
    """Shares of the capacity from which a shelter is called so."""

    some: float
    crowded: float
    near_full: float


@cache
def read_rules(name: str) -> dict[str, Any]:
    """Return `rules/{name}.toml` of this package as it stands."""
    return tomllib.loads((files("shelters") / "rules" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def items() -> dict[str, dict[str, Any]]:
    """Return the catalogue by item. Raises `ShelterRulesError` when one stands twice."""
    entries = read_rules("items")["item"]
    found = {entry["item"]: entry for entry in entries}
    if len(found) != len(entries):
        raise ShelterRulesError("items.toml: an item stands twice")
    return found


@cache
def aid_needs() -> dict[str, dict[str, Any]]:
    """Return what may be called for, by its name. Raises `ShelterRulesError` when one stands twice."""
    entries = read_rules("aid")["need"]
    found = {entry["need"]: entry for entry in entries}
    if len(found) != len(entries):
        raise ShelterRulesError("aid.toml: a need stands twice")
    return found


@cache
def norms() -> Norms:
    """Return the norms of the default profile. Raises `ShelterRulesError`."""
    rules = read_rules("norms")
    return build_norms(rules, rules["profile"]["default"], items())


def build_norms(rules: Mapping[str, Any], profile: str, known: Mapping[str, Any]) -> Norms:
    """Return the norms of `profile` from the contents of `norms.toml`. Raises `ShelterRulesError`."""
    shares = {name: value for name, value in rules["shares"].items() if isinstance(value, float)}
    classes = tuple(shares)
    entries = [entry for entry in rules["norm"] if entry["profile"] == profile]
    names = tuple(entry["item"] for entry in entries)
    if not entries or len(set(names)) != len(names):
        raise ShelterRulesError(f"norms.toml: profile {profile!r} has no norms, or two for one item")
    shape = (len(entries), len(classes))
    per_day, once = np.zeros(shape), np.zeros(shape)
    for row, entry in enumerate(entries):
        if entry["item"] not in known or entry["people"] not in shares:
            raise ShelterRulesError(f"norms.toml: {entry['item']} for {entry['people']} is not known")
        column = classes.index(entry["people"])
        per_day[row, column], once[row, column] = entry["per_day"], entry["once"]
    substitutes = {
        entry["item"]: (entry["for"], float(entry["factor"])) for entry in rules.get("substitute", [])
    }
    for item, (normed, _) in substitutes.items():
        if item not in known or normed not in names:
            raise ShelterRulesError(f"norms.toml: {item} stands for {normed}, one of which is not known")
    return Norms(
        items=names,
        classes=classes,
        shares=np.array(list(shares.values())),
        counted=tuple(rules["counted"][name] for name in classes),
        per_day=per_day,
        once=once,
        sources=tuple(entry["source"] for entry in entries),
        substitutes=substitutes,
    )


@cache
def bands() -> Bands:
    """Return the bands of congestion."""
    entry = read_rules("congestion")["bands"]
    return Bands(entry["some"], entry["crowded"], entry["near_full"])


@cache
def rhythm() -> Rhythm:
    """Return the rhythm of reports."""
    entry = read_rules("silence")["rhythm"]
    minutes = {
        name: timedelta(minutes=entry[f"{name}_min"]) for name in ("open", "preparing", "ordered", "grace")
    }
    return Rhythm(**minutes, lost_after=entry["lost_after"], lost_after_cut=entry["lost_after_cut"])


@cache
def words_of(table: str, key: str) -> dict[str, dict[str, str]]:
    """Return the `ja` and `en` of the entries of an array of `silence.toml`, by their `key`."""
    return {entry[key]: {"ja": entry["ja"], "en": entry["en"]} for entry in read_rules("silence")[table]}


@cache
def tablet_rules() -> dict[str, Any]:
    """Return what a tablet needs of the rules (docs/tablet.md, bundle)."""
    status, catalogue = read_rules("status-fields"), read_rules("items")
    known, demand = norms(), read_rules("norms")
    return {
        "groups": status["group"],
        "fields": status["field"],
        "counts": status["count"],
        "items": catalogue["item"],
        "aid": {"needs": read_rules("aid")["need"], "states": read_rules("aid")["state"]},
        "allergens": catalogue["allergens"],
        "norms": demand["norm"],
        "profile": demand["profile"]["default"],
        "shares": dict(zip(known.classes, known.shares.tolist(), strict=True)),
        "counted": dict(zip(known.classes, known.counted, strict=True)),
        "substitutes": {item: list(pair) for item, pair in known.substitutes.items()},
        "congestion": {**read_rules("congestion")["bands"], "words": read_rules("congestion")["band"]},
        "toilets": read_rules("congestion")["toilets"],
        "provenance": {
            "fields": status["status"],
            "items": catalogue["items"],
            "aid": read_rules("aid")["needs"],
        },
    }
