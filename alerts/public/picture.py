"""What stands in a municipality, of the three kinds that never mix, and its shelters. Pure.

Nothing is computed from one kind into another. Names of officers, what is being drafted and what was rejected
stay inside. What nobody said is null: unknown is never told as open, free or safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.drill_wall import marked
from alerts.warning_rules import load_warning_rules
from geo.incident import Incident, incident_value
from geo.live_value import ORDER_NAMES
from geo.moment import utc_text

Row = Mapping[str, Any]
Content = dict[str, Any]

#: how long a lifted order is still told as lifted
LIFTED_TOLD: Final = timedelta(hours=24)
#: what of a proposal's content everybody may know
_ESTIMATE: Final = (
    *("area", "binding", "latest_start", "need", "available", "people", "households", "people_synthetic"),
    *("evidence", "skill", "would_change", "unknown", "rule", "verified"),
)
_OPENINGS: Final[Mapping[str, str]] = {
    "open": "open",
    "permanent": "open",
    "preparing": "preparing",
    "closed": "closed",
    "not-open": "not-open",
}
#: a shelter that has been silent this long says nothing of its congestion any more
SILENT: Final = frozenset({"lost", "isolated"})


@dataclass(frozen=True, kw_only=True)
class Known:
    """Rows of everything that everybody may know, as of one moment of the incident (`now`)."""

    installation: str
    incident: Incident | None
    now: datetime
    areas: Sequence[Row]
    orders: Sequence[Row] = ()
    warnings: Sequence[Row] = ()
    proposals: Sequence[Row] = ()
    places: Sequence[Row] = ()
    statuses: Mapping[str, Row] = field(default_factory=dict)
    reserved: Mapping[str, int] = field(default_factory=dict)
    feeds: Sequence[Row] = ()
    #: persons that a plan for the districts sends to each shelter, and the better choice of a full one
    expected: Mapping[str, float] = field(default_factory=dict)
    suggested: Mapping[str, str] = field(default_factory=dict)


def area_contents(known: Known) -> dict[str, Content]:
    """Return what is answered for each municipality, by its five-digit code, but for `at` and `stale`."""
    drill = known.incident is not None and known.incident.kind == "drill"
    orders = _by_area((row["area_code"], order(row, known.now, drill=drill)) for row in _told(known))
    official = _by_area((code, warning(row)) for row in known.warnings for code in row["areas"])
    estimates = _by_area((row["area_code"], estimate(row)) for row in known.proposals)
    shelters = _by_area((row["area"], shelter(row, known)) for row in known.places if row["area"] is not None)
    feeds = [{"layer": row["layer"], "newest_at": utc_text(row["newest_at"])} for row in known.feeds]
    clock = None if known.incident is None else incident_value(known.incident)["clock"]
    return {
        row["code"]: {
            "installation": known.installation,
            "drill": drill,
            "incident": None if known.incident is None else known.incident.name,
            "clock": clock,
            "area": {"code": row["code"], "name": row["name"]},
            "orders": orders.get(row["code"], []),
            "official": official.get(row["code"], []),
            "estimates": estimates.get(row["code"], []),
            "shelters": shelters.get(row["code"], []),
            "feeds": feeds,
        }
        for row in known.areas
    }


def _told(known: Known) -> Iterable[Row]:
    for row in known.orders:
        lifted = row["state"] == "lifted" and row["lifted_at"] is not None
        if row["state"] == "issued" or (lifted and row["lifted_at"] > known.now - LIFTED_TOLD):
            yield row


def order(row: Row, now: datetime, *, drill: bool) -> Content:
    """Return an order as everybody is told of it, from a row of `geo/sql/order.sql`; a drill's is marked."""
    names = (
        "id",
        "level",
        "origin",
        "state",
        "revision",
        "act",
        "hazard",
        "districts",
        "households",
        "persons",
    )
    texts = {
        language: {
            part: marked(words, language) if drill and words else words for part, words in said.items()
        }
        for language, said in (row["texts"] or {}).items()
    }
    expires_at = row["expires_at"]
    return {
        **{name: row[name] for name in names},
        "name": ORDER_NAMES[row["level"]],
        "texts": texts,
        "geom": row["geometry"],
        "source": row["recorded_source"],
        "issued_at": utc_text(row["issued_at"]),
        "lifted_at": utc_text(row["lifted_at"]),
        "expires_at": utc_text(expires_at),
        # Nobody has lifted it: it stands, and that its time is over is said.
        "overdue": row["state"] == "issued" and expires_at is not None and expires_at <= now,
    }


def warning(row: Row) -> Content:
    """Return an official warning from its `warning_state` row."""
    names = ("id", "publisher", "region", "hazard", "level", "name", "river")
    hazard = load_warning_rules().hazard(row["hazard"])
    said = hazard.levels.get(row["level"])
    return {
        **{name: row[name] for name in names},
        # 暴風警報 and its kin carry no level number: none may be shown for them
        "numbered": hazard.numbered,
        "names": {"ja": row["name"]}
        if said is None or hazard.per_river
        else {"ja": row["name"], "en": said.en},
        "issued_at": utc_text(row["issued_at"]),
    }


def estimate(row: Row) -> Content:
    """Return an estimate (発令検討の参考) from its `proposal` row, without who decided what about it."""
    content = row["content"]
    return {
        "id": row["id"],
        "hazard": row["hazard"],
        "level": row["level"],
        "held": row["held"],
        **{name: content.get(name) for name in _ESTIMATE},
        "updated_at": utc_text(row["updated_at"]),
        "expires_at": utc_text(row["expires_at"]),
    }


def shelter(row: Row, known: Known) -> Content:
    """Return a place to go to, with what its staff said of it, if anybody did."""
    status = known.statuses.get(row["id"])
    summary: Mapping[str, Any] = {} if status is None else status["summary"]
    silent = status is not None and status["silence"] in SILENT
    pets = summary.get("pet_policy")
    names = ("id", "kind", "name", "kana", "address", "lon", "lat", "welfare", "accepts", "hazards")
    return {
        **{name: row[name] for name in names},
        "open": _OPENINGS.get(str(summary.get("opening")), "unknown"),
        "congestion": "unknown" if silent else summary.get("congestion") or "unknown",
        "congestion_by": None if silent else summary.get("congestion_by"),
        "people": None if silent else summary.get("people"),
        "capacity": summary.get("capacity") or row["capacity"],
        "reserved": known.reserved.get(row["id"], 0),
        "expected": _rounded(known.expected.get(row["id"])),
        "suggested": known.suggested.get(row["id"]),
        "pets": None if pets is None else pets != "no",
        "pet_policy": pets,
        # No register that is loaded tells it, so it is unknown.
        "barrier_free": summary.get("barrier_free"),
        "cut_off": summary.get("access") == "none",
        "silence": None if status is None else status["silence"],
        "observed_at": None if status is None else utc_text(status["reported_at"]),
    }


def _rounded(persons: float | None) -> int | None:
    return None if persons is None else round(persons)


def _by_area(pairs: Iterable[tuple[str, Content]]) -> dict[str, list[Content]]:
    found: dict[str, list[Content]] = {}
    for code, content in pairs:
        found.setdefault(code, []).append(content)
    return found
