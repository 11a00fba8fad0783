"""Whether two cards are one person: proposals, and a human's word on them, which can be taken back."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.moment import utc_text
from geo.queries import load
from shelters.duplicates import Card, propose

_SQL: Final = load("shelters", "people.sql")


class LinkError(ValueError):
    """Raised when two cards cannot be linked; names the one that is not there."""


def proposals(connection: psycopg.Connection[Any], incident_id: int) -> list[dict[str, Any]]:
    """Return the pairs of cards that may be one person, with the word that was said on them, if any."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["comparable"], {"incident": incident_id}).fetchall()
        said = cursor.execute(_SQL["decisions"], {"incident": incident_id}).fetchall()
    by_key = {(row["shelter"], row["id"]): row for row in rows}
    words = {((row["shelter_a"], row["person_a"]), (row["shelter_b"], row["person_b"])): row for row in said}
    cards = [
        Card(
            shelter=row["shelter"],
            id=row["id"],
            name=row["search_name"],
            kana=row["search_kana"],
            birth=row["birth"],
            phone=row["phone"],
        )
        for row in rows
    ]
    told = []
    for proposal in propose(cards):
        word = words.get((proposal.a.key, proposal.b.key))
        told.append(
            {
                "a": _shown(by_key[proposal.a.key]),
                "b": _shown(by_key[proposal.b.key]),
                "score": proposal.score,
                "reasons": list(proposal.reasons),
                "decision": None if word is None else word["decision"],
                "decided_at": None if word is None else utc_text(word["at"]),
            }
        )
    return told


def decide(
    connection: psycopg.Connection[Any],
    incident_id: int,
    one: tuple[str, str],
    other: tuple[str, str],
    *,
    decision: str,
    reason: str,
    account_id: int,
) -> None:
    """Write down a human's word on two cards, each a shelter and a person's id. Raises `LinkError`."""
    if one == other:
        raise LinkError("the two cards are the same card")
    with connection.transaction():
        for shelter, person in (one, other):
            row = connection.execute(
                _SQL["has_card"], {"incident": incident_id, "shelter": shelter, "id": person}
            ).fetchone()
            if row is None or not row[0]:
                raise LinkError(f"there is no card {person!r} at {shelter!r}")
        (shelter_a, person_a), (shelter_b, person_b) = sorted((one, other))
        connection.execute(
            _SQL["decide"],
            {
                "incident": incident_id,
                "shelter_a": shelter_a,
                "person_a": person_a,
                "shelter_b": shelter_b,
                "person_b": person_b,
                "decision": decision,
                "reason": reason,
                "account": account_id,
            },
        )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "shelter": row["shelter"],
        "shelter_name": row["shelter_name"],
        "person": row["id"],
        "name": row["name"],
        "kana": row["search_kana"],
        "birth": row["birth"],
        "presence": row["presence"],
    }
