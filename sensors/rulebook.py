"""Reads the rules of this package: the one place in it that opens a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Final

#: what every table of a rules file must carry
PROVENANCE: Final = ("source", "as_of", "verified")


class RulesError(ValueError):
    """Raised when a rules file is wrong; names the file and the key."""


def rules_text(name: str) -> str:
    """Return the text of `sensors/rules/{name}.toml`."""
    return resources.files("sensors").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8")


def parse_rules(text: str, name: str) -> dict[str, dict[str, object]]:
    """Return the tables of a rules file, each checked to say where it comes from.

    Raises `RulesError` when the text is no TOML, or a table lacks `source`, `as_of` or `verified`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{name}: not TOML: {error}") from error
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise RulesError(f"{name}: {key}: must be a table")
        _check_provenance(table, f"{name}: {key}")
    return tables


def read_rules(name: str) -> dict[str, dict[str, object]]:
    """Return the checked tables of `sensors/rules/{name}.toml`."""
    return parse_rules(rules_text(name), f"{name}.toml")


def number(table: Mapping[str, object], where: str, key: str) -> float:
    """Return the number at `key` of `table`, or raise `RulesError` naming it."""
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RulesError(f"{where}: {key}: must be a number, is {value!r}")
    return float(value)


def _check_provenance(table: Mapping[str, object], where: str) -> None:
    for key in PROVENANCE:
        if key not in table:
            raise RulesError(f"{where}: {key} is missing")
    if not isinstance(table["verified"], bool):
        raise RulesError(f"{where}: verified must be true or false")
    try:
        date.fromisoformat(str(table["as_of"]))
    except ValueError as error:
        raise RulesError(f"{where}: as_of must be a date, is {table['as_of']!r}") from error
