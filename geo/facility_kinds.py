"""Kinds of facilities: their names, and which one a publisher's own category means."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from geo.schema.exposure import FACILITY_KINDS


class FacilityRulesError(ValueError):
    """Raised when `rules/facilities.toml` and the schema know different kinds; names them."""


@cache
def facility_rules() -> dict[str, Any]:
    """Return `rules/facilities.toml`: the list `kind` of `kind`, `ja`, `en`, `words`, and its source.

    Raises `FacilityRulesError`.
    """
    rules = tomllib.loads((files("geo") / "rules" / "facilities.toml").read_text(encoding="utf-8"))
    named = {entry["kind"] for entry in rules["kind"]}
    if named != set(FACILITY_KINDS):
        raise FacilityRulesError(f"facilities.toml names {sorted(named)}, the schema knows {FACILITY_KINDS}")
    return rules


def facility_names() -> Mapping[str, Mapping[str, str]]:
    """Return the names of each kind: `ja`, `en`."""
    return {entry["kind"]: {"ja": entry["ja"], "en": entry["en"]} for entry in facility_rules()["kind"]}


def kind_of(category: str) -> str | None:
    """Return the kind that a publisher's category means, None when no word of it is known."""
    text = unicodedata.normalize("NFKC", category)
    for entry in facility_rules()["kind"]:
        if any(word in text for word in entry["words"]):
            return str(entry["kind"])
    return None
