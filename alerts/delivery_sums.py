"""Who was reached: the funnel of an order, and in the chronology what does not get through.

`count` works inside the caller's transaction, on a cursor whose rows are dicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Json

from alerts.delivery_event import failing_event, given_up_event
from alerts.delivery_policy import rules
from alerts.delivery_store import read_order_bulletin
from alerts.order_store import Cursor, order_change
from geo.change import Change, record
from geo.chronology import write_events
from geo.incident import Incident
from geo.queries import load

_SQL = load("alerts", "delivery.sql")


def count(cursor: Cursor, incident: Incident, *, wall: datetime) -> int:
    """Sum up what changed into the orders, and tell in the chronology what was given up; return how many."""
    taken = cursor.execute(_SQL["take_uncounted"], {"kind": incident.kind}).fetchall()
    if not taken:
        return 0
    rows = cursor.execute(
        _SQL["counts"],
        {"publications": [row["id"] for row in taken], "told_after": rules()["retry"]["told_after"]},
    ).fetchall()
    for row in taken:
        found = [it for it in rows if it["publication_id"] == row["id"]]
        changes = _sums_told(cursor, row, found) + _losses_told(cursor, row, found, incident.now(wall))
        record(cursor, row["incident_id"], changes)
    return len(taken)


def sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the funnel of a publication: each step counts all who came that far, retried ones as waiting."""

    def total(found: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        made = {
            name: sum(row[name] for row in found) for name in ("sent", "accepted", "opened", "acknowledged")
        }
        made["waiting"] = sum(row["n"] for row in found if row["state"] in ("waiting", "failed"))
        made["failed"] = sum(row["n"] - row["superseded"] for row in found if row["state"] == "given_up")
        made["retried"] = sum(row["retried"] for row in found)
        return made

    names = sorted({row["channel"] for row in rows})
    by_channel = {name: total([row for row in rows if row["channel"] == name]) for name in names}
    return {**total(rows), "channels": by_channel}


def _sums_told(cursor: Cursor, row: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Put the sums into the order when this is its newest publication."""
    newest = cursor.execute(
        _SQL["is_newest"], {"order": row["order_id"], "revision": row["revision_number"]}
    ).fetchone()
    if newest is None or not newest["newest"]:
        return []
    value = {"revision": row["revision_number"], "identifier": row["identifier"], **sums(found)}
    put = cursor.execute(_SQL["put_sums"], {"order": row["order_id"], "sums": Json(value)}).fetchone()
    return [] if put is None else [order_change(cursor, row["order_id"])]


def _losses_told(
    cursor: Cursor,
    row: Mapping[str, Any],
    found: Sequence[Mapping[str, Any]],
    moment: datetime,
) -> list[Change]:
    """Tell what does not get through, and what was given up: the first at once, all at the end."""
    told, losses = dict(row["told"]), []
    for channel in sorted({it["channel"] for it in found}):
        mine = [it for it in found if it["channel"] == channel]
        lost = sum(it["n"] - it["superseded"] - it["gone"] for it in mine if it["state"] == "given_up")
        failing = sum(it["failing"] for it in mine)
        if failing and f"{channel}:failing" not in told:
            told[f"{channel}:failing"] = failing
            losses.append((failing_event, channel, failing, _first(mine, "failing_fault")))
        over = not any(it["state"] in ("waiting", "failed") for it in mine)
        if lost > told.get(channel, 0) and (over or channel not in told):
            told[channel] = lost
            losses.append((given_up_event, channel, lost, _first(mine, "fault")))
    if not losses:
        return []
    cursor.execute(_SQL["put_told"], {"publication": row["id"], "told": Json(told)})
    bulletin, _ = read_order_bulletin(cursor, row["order_id"], row["revision_number"])
    events = [event(bulletin, channel, n, fault, at=moment) for event, channel, n, fault in losses]
    return write_events(cursor, row["incident_id"], events)


def _first(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    return next((str(row[name]) for row in rows if row[name]), "")
