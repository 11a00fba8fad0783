"""The register of evacuees in the database: cards in, who is on the roll out."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import DictRow

from geo.queries import load
from shelters.roll import Roll, digits, search_text

_SQL: Final = load("shelters", "people.sql")


def write_cards(cursor: psycopg.Cursor[DictRow], incident_id: int, shelter_id: str, roll: Roll) -> None:
    """Write the cards of a shelter's roll; a card never disappears, at most it says that somebody left."""
    key = {"incident": incident_id, "shelter": shelter_id}
    cursor.executemany(
        _SQL["household"],
        [
            {
                **key,
                "id": card.id,
                "people": card.people,
                "needs": card.needs,
                "presence": card.presence,
                "presence_ms": card.presence_ms,
                "destination": card.destination,
                "identity": msgspec.json.encode(card.identity).decode(),
            }
            for card in roll.households
        ],
    )
    shared = {card.id: card.identity for card in roll.households}
    cursor.executemany(
        _SQL["person"],
        [
            {
                **key,
                "id": card.id,
                "household": card.household,
                "presence": card.presence,
                "presence_ms": card.presence_ms,
                "destination": card.destination,
                "consent": card.consent,
                "protected": card.protected,
                **search_keys(card.identity, shared.get(card.household or "", {})),
                "identity": msgspec.json.encode(card.identity).decode(),
                "health": msgspec.json.encode(card.health).decode(),
            }
            for card in roll.persons
        ],
    )


def search_keys(identity: dict[str, Any], household: dict[str, Any]) -> dict[str, str | None]:
    """Return what a card is found by; address and telephone of the household stand in for a person's own."""
    birth = identity.get("birth")
    return {
        "search_name": search_text(identity.get("name")),
        "search_kana": search_text(identity.get("kana")),
        "birth": birth if isinstance(birth, str) else None,
        "phone": digits(identity.get("phone")) or digits(household.get("phone")),
        "search_address": search_text(identity.get("address")) or search_text(household.get("address")),
    }


def read_register(
    cursor: psycopg.Cursor[DictRow], incident_id: int, shelter_id: str, *, health: bool, protected: bool
) -> dict[str, Any]:
    """Return the cards of a shelter; `health` and `protected` people only for those who may see them."""
    key = {"incident": incident_id, "shelter": shelter_id}
    persons = cursor.execute(_SQL["register"], key).fetchall()
    shown = [person for person in persons if protected or not person["protected"]]
    if not health:
        for person in shown:
            del person["health"]
    hidden = {person["household"] for person in persons if person["protected"]}
    households = cursor.execute(_SQL["households"], key).fetchall()
    return {
        "persons": shown,
        "households": [card for card in households if protected or card["id"] not in hidden],
    }


def expected_people(
    cursor: psycopg.Cursor[DictRow], incident_id: int, shelter_id: str
) -> list[dict[str, Any]]:
    """Return who left another shelter for this one and is not registered here: households, then persons."""
    key = {"incident": incident_id, "shelter": shelter_id}
    households = cursor.execute(_SQL["expected_households"], key).fetchall()
    return [*households, *cursor.execute(_SQL["expected"], key).fetchall()]
