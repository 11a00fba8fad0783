"""The hazards for which evacuation sites are designated, with their names."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from geo.schema.place import HAZARDS


class HazardRulesError(ValueError):
    """Raised when `rules/hazards.toml` and the schema know different hazards; names them."""


@cache
def hazard_rules() -> dict[str, Any]:
    """Return `rules/hazards.toml`: `hazard`, a list of `hazard`, `ja`, `en`, and `hazards`, its provenance.

    Raises `HazardRulesError`.
    """
    rules = tomllib.loads((files("shelters") / "rules" / "hazards.toml").read_text(encoding="utf-8"))
    named = [entry["hazard"] for entry in rules["hazard"]]
    if sorted(named) != sorted(HAZARDS):
        raise HazardRulesError(f"hazards.toml names {named}, the schema knows {list(HAZARDS)}")
    return rules
