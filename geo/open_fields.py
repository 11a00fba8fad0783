"""Single fields of a municipal open-data table: flags, head-counts, coordinates, heights.

Each reader returns the value and, where something was not plain, a remark that goes into the report;
a remark never stops the row. What cannot be used at all raises `FieldError`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

YES: Final = frozenset({"1", "1.0", "○", "〇", "◯", "●", "◎", "有", "あり", "はい", "該当", "true", "yes"})
NO: Final = frozenset(
    {
        "",
        "0",
        "0.0",
        "×",
        "✕",
        "✖",
        "x",
        "-",
        "ー",
        "―",
        "—",
        "‐",
        "無",
        "なし",
        "いいえ",
        "非該当",
        "false",
        "no",
    }
)
#: bounds of Japan with its remotest islands (沖ノ鳥島, 与那国島, 択捉島, 南鳥島) [degrees]
LONGITUDES: Final = (122.5, 154.5)
LATITUDES: Final = (20.0, 46.0)

_PERSONS = re.compile(
    r"(?:約|およそ|最大)?\s*(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?\s*(?:人|名)?(?:程度)?(?=$|[\s(（])"
)
_METRES = re.compile(r"(?:約)?\s*(-?\d+(?:\.\d+)?)\s*(?:m|メートル)?")
#: more than any building holds: a telephone number in the wrong column
CAPACITY_MAX: Final = 1_000_000


class FieldError(ValueError):
    """Raised when a field cannot be used and the row cannot do without it."""


def plain(text: str) -> str:
    """Return `text` with full-width letters, digits and signs made half-width, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def read_flag(text: str) -> tuple[bool, str | None]:
    """Read a yes/no cell. What is neither (△: with conditions) counts as no, with a remark.

    A site that is safe only with conditions must not be offered as safe.
    """
    word = plain(text).lower()
    if word in YES:
        return True, None
    if word in NO:
        return False, None
    return False, "is neither yes (1, ○) nor no (empty, 0, ×): counted as no"


def read_capacity(text: str) -> tuple[int | None, str | None]:
    """Read a number of persons: `810人（2平方メートルあたり1人）` → 810.

    A text without a leading number gives None and a remark; the text itself stays in the row's notes.
    """
    word = plain(text)
    if not word:
        return None, None
    match = _PERSONS.match(word)
    if match is None or (persons := int(match[1].replace(",", ""))) > CAPACITY_MAX:
        return None, "is not a number of persons: kept as text"
    return persons, None


def read_elevation_m(text: str) -> tuple[float | None, str | None]:
    """Read a height [m]; its datum is not stated in these files. Unreadable: None and a remark."""
    word = plain(text).lower()
    if not word:
        return None, None
    match = _METRES.fullmatch(word)
    if match is None or not -50 <= float(match[1]) <= 4000:
        return None, "is not a height in metres: left out"
    return float(match[1]), None


def read_point(longitude: str, latitude: str) -> tuple[float, float, str | None]:
    """Read a point in Japan [degrees], with a remark when the two were swapped.

    Longitudes and latitudes of Japan do not overlap, so a swap is certain. Raises `FieldError` when a
    number is missing, unreadable or outside Japan.
    """
    lon, lat = _degrees(longitude, "longitude"), _degrees(latitude, "latitude")
    if _in_japan(lon, lat):
        return lon, lat, None
    if _in_japan(lat, lon):
        return lat, lon, "longitude and latitude were swapped: put right"
    raise FieldError("lies outside Japan")


def _degrees(text: str, name: str) -> float:
    word = plain(text)
    if not word:
        raise FieldError(f"the {name} is missing")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", word, re.ASCII):
        raise FieldError(f"the {name} is not a number in decimal degrees")
    return float(word)


def _in_japan(lon: float, lat: float) -> bool:
    return LONGITUDES[0] <= lon <= LONGITUDES[1] and LATITUDES[0] <= lat <= LATITUDES[1]
