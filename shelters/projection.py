"""Projections: what the database and the screens are told of a shelter after operations were added.

Everything here runs in the transaction that adds the operations, with the shelter's status row locked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import DictRow

from geo.change import Change
from geo.chronology import Event, write_events
from geo.live_value import request_id, request_value, shelter_value
from geo.moment import utc_text
from geo.queries import load
from shelters.ledger import OPEN
from shelters.operation import PRESENCES, Operation, SetValue
from shelters.people_store import write_cards
from shelters.roll import read_roll
from shelters.rulebook import aid_needs, bands, items, norms
from shelters.silence_watch import apply_verdict, read_cuts
from shelters.status import summarise

_SQL: Final = load("shelters", "status.sql")

#: the device of what the centre writes
CENTRE: Final = "centre"
#: fields the centre writes about a shelter without having heard of it
_ORDERS: Final = frozenset({"ordered"})
#: kinds with which the centre answers what a shelter asked for
_ANSWERS: Final = frozenset({"supply", "aid"})
#: kinds of operations that change cards, and that change stock and lines
_CARDS: Final = frozenset({"household", "person", *PRESENCES})
_SUPPLIES: Final = frozenset({"stock", "supply"})
#: parts of the state that go into the status row; cards stay out of it
_SHOWN: Final = ("aids", "counts", "fields", "lines", "operations", "other", "photos", "sets", "stock")


@dataclass(frozen=True, kw_only=True)
class Added:
    """What was added to a shelter in one transaction."""

    incident_id: int
    shelter_id: str
    #: number of its newest operation
    newest: int
    operations: Collection[Operation]
    #: when the newest of those that are reports was made, by the incident's clock; None = none is
    reported_at: datetime | None
    #: incident's clock
    now: datetime


def is_report(operation: Operation) -> bool:
    """Whether an operation shows that the shelter was heard of: not what the centre orders or sends."""
    if operation.device != CENTRE:
        return True
    if operation.kind in _ANSWERS:
        return False
    return not (isinstance(operation.value, SetValue) and operation.value.fields.keys() <= _ORDERS)


def project(cursor: psycopg.Cursor[DictRow], added: Added, state: Mapping[str, Any]) -> list[Change]:
    """Write every projection of a shelter's state; return the changes that tell the screens."""
    key = {"incident": added.incident_id, "shelter": added.shelter_id}
    place = cursor.execute(_SQL["place"], key).fetchone()
    assert place is not None  # noqa: S101 - operations refer to a shelter that exists
    before = cursor.execute(_SQL["row"], key).fetchone()
    assert before is not None  # noqa: S101 - the row is locked
    roll = read_roll(dict(state))
    units = {name: entry["unit"] for name, entry in items().items()}
    summary = summarise(state, roll.count(), place["capacity"], norms(), bands(), units)
    parameters = key | {
        "newest": added.newest,
        "state": msgspec.json.encode({name: state[name] for name in _SHOWN}).decode(),
        "summary": msgspec.json.encode(summary).decode(),
        "reported_at": added.reported_at,
        "received_at": None if added.reported_at is None else added.now,
    }
    cursor.execute(_SQL["put"], parameters)
    kinds = {operation.kind for operation in added.operations}
    if kinds & _CARDS:
        write_cards(cursor, added.incident_id, added.shelter_id, roll)
    changes = _write_supplies(cursor, key, state) if kinds & _SUPPLIES else []
    changes += _opening_entry(cursor, added, place, before["summary"], summary)
    changes += _aid_entries(cursor, added, place["name"], before["summary"], summary)
    return changes + publish(cursor, added.incident_id, added.shelter_id, added.now)


def publish(
    cursor: psycopg.Cursor[DictRow], incident_id: int, shelter_id: str, now: datetime
) -> list[Change]:
    """Judge the silence of a shelter anew and return the change that tells its present value."""
    key = {"incident": incident_id, "shelter": shelter_id}
    row = cursor.execute(_SQL["row"], key).fetchone()
    assert row is not None  # noqa: S101 - the caller holds the row
    entries = apply_verdict(cursor, incident_id, row, read_cuts(cursor, incident_id), now)
    row = cursor.execute(_SQL["row"], key).fetchone()
    assert row is not None  # noqa: S101 - see above
    return [*entries, Change("shelter", shelter_id, row["version"], shelter_value(row))]


def note_contact(
    cursor: psycopg.Cursor[DictRow], incident_id: int, shelter_id: str, seen_at: datetime
) -> None:
    """Write down that a tablet of the shelter was heard at `seen_at` (incident's clock)."""
    cursor.execute(_SQL["contact"], {"incident": incident_id, "shelter": shelter_id, "seen_at": seen_at})


def moment_of(at_ms: int) -> datetime:
    """Return the moment of [ms since 1970-01-01 UTC]."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def line_summary(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of the live value `request` that follows from a line of the state."""
    entry = items().get(line["item"] or "")
    fields = {name: register["value"] for name, register in line["fields"].items()}
    steps = [
        {
            "state": step["state"],
            "at": utc_text(moment_of(step["seen_ms"])),
            "actor": step["actor"],
            "amount": step["amount"],
            "flags": step["flags"],
        }
        for step in line["steps"]
    ]
    asked = next((step["at"] for step in steps if step["state"] == "request"), None)
    allergens = fields.get("allergens_free")
    return {
        "item": line["item"],
        "item_name": line["item"] if entry is None else entry["ja"],
        "item_name_en": line["item"] if entry is None else entry["en"],
        "unit": None if entry is None else entry["unit"],
        "amount": line["amount"],
        "lot": line["lot"],
        "state": line["state"],
        "open": line["state"] in OPEN,
        "urgent": fields.get("urgent") is True,
        "allergens_free": allergens if isinstance(allergens, list) else [],
        **{name: fields.get(name) for name in ("needed_by", "reason", "truck", "depot", "note")},
        "asked_at": asked,
        "changed_at": max((step["at"] for step in steps), default=None),
        "steps": steps,
        "flags": line["flags"],
    }


def _write_supplies(
    cursor: psycopg.Cursor[DictRow], key: Mapping[str, Any], state: Mapping[str, Any]
) -> list[Change]:
    stock = [
        (item, lot, counter["value"])
        for item, lots in state["stock"].items()
        for lot, counter in lots.items()
    ]
    cursor.execute(
        _SQL["stock"],
        {
            **key,
            "items": [item for item, _, _ in stock],
            "lots": [lot for _, lot, _ in stock],
            "amounts": [_float(amount) for _, _, amount in stock],
        },
    )
    lines = sorted(state["lines"].items())
    cursor.execute(
        _SQL["line"],
        {
            **key,
            "lines": [line for line, _ in lines],
            "items": [value["item"] for _, value in lines],
            "amounts": [_float(value["amount"]) for _, value in lines],
            "states": [value["state"] for _, value in lines],
            "summaries": [msgspec.json.encode(line_summary(value)).decode() for _, value in lines],
        },
    )
    return [
        Change("request", request_id(row["shelter_id"], row["line"]), row["version"], request_value(row))
        for row in cursor.fetchall()
    ]


def _float(amount: float | None) -> float | None:
    # A whole amount is an int; the database's arrays hold one type.
    return None if amount is None else float(amount)


_OPENINGS: Final = {
    "open": ("開設", "opened"),
    "permanent": ("開設（常設）", "open"),
    "closed": ("閉鎖", "closed"),
    "preparing": ("開設準備中", "is being prepared"),
}


def _opening_entry(
    cursor: psycopg.Cursor[DictRow],
    added: Added,
    place: DictRow,
    before: Mapping[str, Any],
    summary: Mapping[str, Any],
) -> list[Change]:
    """Enter into the chronology that a shelter opened or closed."""
    opening = summary["opening"]
    if opening == before.get("opening") or opening not in _OPENINGS:
        return []
    text, text_en = _OPENINGS[opening]
    reason = summary["opening_reason"]
    why = f"（{reason}）" if isinstance(reason, str) and reason else ""
    event = Event(
        event_at=added.reported_at or added.now,
        category="shelter",
        object_kind="shelter",
        object_id=added.shelter_id,
        severity=0,
        code=f"shelter.{opening}",
        params={"reason": reason},
        text=f"避難所 {place['name']} {text}{why}",
        text_en=f"Shelter {place['name']} {text_en}",
    )
    return write_events(cursor, added.incident_id, [event])


_AID_STATES: Final = {
    "asked": ("を要請", "asks for"),
    "on-the-way": ("が向かっています", "is sent help"),
    "done": ("の要請に対応済", "was helped"),
    "declined": ("の要請に対応できません", "cannot be helped"),
}


def _aid_entries(
    cursor: psycopg.Cursor[DictRow],
    added: Added,
    name: str,
    before: Mapping[str, Any],
    summary: Mapping[str, Any],
) -> list[Change]:
    """Enter into the chronology that help was called for, sent, given or refused."""
    known = {aid["id"]: aid["state"] for aid in before.get("aids", ())}
    events = []
    for aid in summary["aids"]:
        if aid["state"] == known.get(aid["id"]) or aid["state"] not in _AID_STATES:
            continue
        need = aid_needs().get(aid["need"] or "", aid_needs()["other"])
        text, text_en = _AID_STATES[aid["state"]]
        told = aid["note"] if aid["state"] == "asked" else aid["answer"]
        words = told if isinstance(told, str) else ""
        events.append(
            Event(
                event_at=datetime.fromisoformat(aid["changed_at"]),
                category="shelter",
                object_kind="shelter",
                object_id=added.shelter_id,
                severity=1 if aid["state"] in ("asked", "declined") else 0,
                code=f"aid.{aid['state']}",
                params={"need": aid["need"], "note": words},
                text=f"避難所 {name} {need['ja']}{text}" + (f"（{words}）" if words else ""),
                text_en=f"Shelter {name} {text_en}: {need['en']}",
            )
        )
    return write_events(cursor, added.incident_id, events)
