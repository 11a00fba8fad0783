"""Reads what the matching weighs and assumes (`rules/matching.toml`)."""

from __future__ import annotations

from typing import Any

from shelters.rulebook import read_rules

_PROVENANCE = {"source", "as_of", "verified"}


def matching_defaults() -> dict[str, Any]:
    """Return the default settings of a supply problem, as `settings.read_settings` takes them."""
    rules = read_rules("matching")
    chosen = {**rules["weights"], **rules["driving"]}
    return {
        "truck_classes": rules["trucks"]["class"],
        **{name: value for name, value in chosen.items() if name not in _PROVENANCE},
    }
