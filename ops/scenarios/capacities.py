"""Capacities that 高松市 publishes of its evacuation spaces (CC BY 4.0), for shelters of the national list.

A space belongs to a shelter when their names are the same but for the owner's prefix and blanks, and they
stand within `NEAR_M` of each other. What fits none goes to a table of its own, with its name and the reason.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

FILE: Final = "evacuation_space.geojson"
COLUMN: Final = "想定収容人数"
UNMATCHED_COLUMNS: Final = ("name", "address", "capacity", "reason")
NEAR_M: Final = 500.0
_M_PER_DEGREE: Final = 111_320.0
_PREFIXES: Final = ("高松市立", "高松市", "香川県立", "市立", "県立")


def with_capacities(
    shelters: Sequence[Mapping[str, Any]], city: Path
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shelters with their capacity [persons] ("" = unknown), and the spaces that fit none."""
    spaces = [
        feature["properties"] for feature in json.loads((city / FILE).read_text(encoding="utf-8"))["features"]
    ]
    return match(shelters, spaces)


def match(
    shelters: Sequence[Mapping[str, Any]], spaces: Iterable[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the same for spaces as read."""
    rows = [{**shelter, COLUMN: ""} for shelter in shelters]
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(plain_name(row["施設・場所名"]), []).append(row)
    unmatched = []
    for space in spaces:
        reason = _give(space, by_name.get(plain_name(space["name"]), []))
        if reason is not None:
            kept = {name: space[name] for name in ("name", "address", "capacity")}
            unmatched.append({**kept, "reason": reason})
    return rows, unmatched


def _give(space: Mapping[str, Any], named: Sequence[dict[str, Any]]) -> str | None:
    """Write a space's capacity to the one shelter it fits; return why it fits none."""
    if not str(space["capacity"]).isdigit():
        return "no capacity is given"
    if not named:
        return "no shelter of this name"
    near = [row for row in named if _distance_m(row, space) <= NEAR_M]
    if len(near) != 1:
        return f"{len(near)} shelters of this name within {NEAR_M:.0f} m"
    if near[0][COLUMN] != "":
        return "another space of this name gave its capacity already"
    near[0][COLUMN] = space["capacity"]
    return None


def plain_name(name: str) -> str:
    """Return a name as it is compared: one width, no blanks, without the owner's prefix."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return next((plain.removeprefix(one) for one in _PREFIXES if plain.startswith(one)), plain)


def _distance_m(row: Mapping[str, Any], space: Mapping[str, Any]) -> float:
    lat = float(space["latitude"])
    east = (float(row["経度"]) - float(space["longitude"])) * math.cos(math.radians(lat))
    return math.hypot(east, float(row["緯度"]) - lat) * _M_PER_DEGREE
