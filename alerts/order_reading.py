"""What the desk shows of an order beside its live value: revisions, differences, words to begin with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.order import PENDING, Content, Order, OrderError, digest_of
from alerts.order_diff import content_diff
from alerts.order_event import short_name
from alerts.order_store import Cursor, content_of, rows
from alerts.order_text import Facts, Texts, draft_texts
from alerts.terms import terms
from geo.live_value import ORDER_NAMES
from geo.moment import utc_text


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads((files("alerts") / "rules" / "orders.toml").read_text(encoding="utf-8"))


def default_life() -> timedelta:
    """Return after how long an order ends when the officer says nothing else."""
    return timedelta(hours=_rules()["expiry"]["default_h"])


def revisions(cursor: Cursor, order: Order, viewer: int) -> list[dict[str, Any]]:
    """Return all revisions of an order as the screens show them, the newest first."""
    found = rows(cursor, "history", order=order.id, number=None)
    return [revision_document(order, row, viewer) for row in reversed(found)]


def revision_document(order: Order, row: Mapping[str, Any], viewer: int) -> dict[str, Any]:
    """Return one revision; `mine` = `viewer` (an account) wrote or edited it and so cannot sign it."""
    plain = ("number", "act", "state", "level", "hazard", "districts", "geometry", "households", "persons")
    words = (
        "reason",
        "texts",
        "evidence",
        "digest",
        "return_reason",
        "recorded_source",
        "author",
        "approver",
    )
    times = ("drafted_at", "submitted_at", "effective_at", "expires_at")
    return {
        "order": order.id,
        "area": order.area,
        **{name: row[name] for name in (*plain, *words)},
        **{name: utc_text(row[name]) for name in times},
        "name": ORDER_NAMES[row["level"]],
        "edited_by": row["editor"],
        "mine": viewer in (row["author_id"], row["edited_by"]),
    }


def revision_view(cursor: Cursor, order: Order, number: int, viewer: int) -> dict[str, Any]:
    """Return a revision, and by field and word how it differs from what was in force before it.

    Raises `OrderError` `not-found`.
    """
    found = {row["number"]: row for row in rows(cursor, "history", order=order.id, number=None)}
    if number not in found:
        raise OrderError("not-found", f"order {order.id} has no revision {number}")
    row = found[number]
    before = next(
        (
            other
            for other in sorted(found.values(), key=lambda it: -it["number"])
            if other["number"] < number and other["state"] in ("in_force", "superseded")
        ),
        None,
    )
    said = content_of(row)
    told = None if before is None else content_of(before)
    document = revision_document(order, row, viewer)
    if row["state"] in PENDING and order.pending is not None:
        document["digest"] = digest_of(order, order.pending)
    return {
        **document,
        "against": None if before is None else before["number"],
        "diff": [field.document() for field in content_diff(told, said)],
    }


def first_words(
    cursor: Cursor, area: str, content: Content, *, act: str, contact: str = "", reason_en: str = ""
) -> Texts:
    """Return draft words for what an order shall say, with the places to go to of its hazard.

    Raises `OrderError` `not-found` when the municipality is not among the areas.
    """
    found = rows(cursor, "area", area=area)
    if not found:
        raise OrderError("not-found", f"there is no municipality {area!r} among the areas")
    hazard = _rules()["hazards"][content.hazard]
    refuges = [row["name"] for row in rows(cursor, "refuges", area=area, hazard=hazard)]
    return draft_texts(
        Facts(
            act=act,
            level=content.level,
            hazard=content.hazard,
            area=short_name(found[0]["name"], area),
            districts=[str(district.get("name", "")) for district in content.districts],
            reason=content.reason,
            reason_en=reason_en,
            refuges=refuges,
            contact=contact,
        )
    )


def area_names(cursor: Cursor) -> list[dict[str, str]]:
    """Return every municipality as people call it, by code."""
    return [
        {"code": row["code"], "name": short_name(row["name"], row["code"])} for row in rows(cursor, "areas")
    ]


def area_view(cursor: Cursor, area: str) -> dict[str, Any]:
    """Return a municipality as the draft editor needs it: its name and its named parts with people.

    Raises `OrderError` `not-found`.
    """
    found = rows(cursor, "area", area=area)
    if not found:
        raise OrderError("not-found", f"there is no municipality {area!r} among the areas")
    districts = [{"code": row["name"], **row} for row in rows(cursor, "districts", area=area)]
    return {
        "code": area,
        "name": short_name(found[0]["name"], area),
        "districts": districts,
        "life_h": default_life().total_seconds() / 3600,
    }


def terms_view() -> dict[str, Any]:
    """Return the fixed words for the screens: languages, terms with what each language lacks, sources."""
    table = terms()
    return {
        "languages": [{"code": code, "name": name} for code, name in table.languages.items()],
        "terms": {key: dict(term.words) for key, term in table.by_key.items()},
        "missing": {code: list(table.missing(code)) for code in table.languages},
        "sources": {
            key: {"source": term.source, "verified": term.verified} for key, term in table.by_key.items()
        },
    }
