"""Family search: answers only what the person allowed; protected people are like people nobody knows.

Whoever asks gets one of two kinds of answer: something, or nothing. "Nothing" never tells whether the
person is unknown, did not consent, or is protected (DV, 支援措置): the same query runs, the same answer
comes, and the route waits until the same time has passed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.queries import load
from shelters.roll import AWAY, HERE, OUTSIDE, digits, search_text

_SQL: Final = load("shelters", "people.sql")
#: shortest part of an address that tells somebody apart [characters]
SHORTEST_ADDRESS: Final = 5
_BIRTH: Final = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
#: persons that one search may tell of
MOST_FOUND: Final = 20
_NONE, _SAFE, _PLACE, _CONTACT = range(4)


class SearchError(ValueError):
    """Raised when a search asks for too little, which would be fishing; names what is missing."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Who is looked for: a whole name, and one thing that only those who know the person know."""

    name: str | None = None
    kana: str | None = None
    birth: str | None = None
    phone: str | None = None
    address: str | None = None

    def parameters(self) -> dict[str, str | None]:
        """Return the terms as they are compared. Raises `SearchError`."""
        name, kana = search_text(self.name), search_text(self.kana)
        if not any(len(text) >= 2 for text in (name, kana) if text):
            raise SearchError("the whole name is needed, in characters or kana")
        if self.birth is not None and not _BIRTH.fullmatch(self.birth):
            raise SearchError(f"birth {self.birth[:20]!r} is not YYYY-MM-DD")
        phone, address = digits(self.phone), search_text(self.address)
        phone = phone if phone and len(phone) >= 9 else None
        address = address if address and len(address) >= SHORTEST_ADDRESS else None
        if self.birth is None and phone is None and address is None:
            raise SearchError("besides the name the date of birth, telephone number or address is needed")
        escaped = None if address is None else re.sub(r"([\\%_])", r"\\\1", address)
        return {
            "name": name,
            "kana": kana,
            "birth": self.birth,
            "phone": phone,
            "address": None if escaped is None else f"%{escaped}%",
        }


def search_family(
    connection: psycopg.Connection[Any], incident_id: int, wanted: Wanted
) -> list[dict[str, Any]]:
    """Return what may be told of those who match: `safe`, with consent also `place` and `contact`.

    Raises `SearchError`.
    """
    parameters = {"incident": incident_id, **wanted.parameters()}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["search"], parameters).fetchall()
    # Of two cards that fit one question, the other may be the same person's: a protected one hides both.
    if any(row["protected"] for row in rows):
        return []
    return [told for row in rows[:MOST_FOUND] if (told := _told(row)) is not None]


def _told(row: dict[str, Any]) -> dict[str, Any] | None:
    consent = row["consent"]
    if consent is None or consent < _SAFE:
        return None
    told: dict[str, Any] = {"safe": True}
    if consent >= _PLACE:
        told["place"] = row["place"] if row["presence"] in (HERE, AWAY, OUTSIDE) else None
        told["presence"] = row["presence"]
    if consent >= _CONTACT:
        told["contact"] = row["contact"]
    return told
