"""The values of live objects, as they go over the wire (`docs/live.md`), each built in this one place.

The writers of the change feed and the snapshot use the same functions, so that a screen which followed
every change holds exactly what a fresh snapshot shows. A row is a mapping of its table's column names;
a gauge's row has besides them `lon`, `lat` [degrees, EPSG:4326] and `area_name`.

Versions: a gauge's is its `river_state.version` (0 without a state), an incident's, warning's and
service's is the row's own, a chronology entry never changes and has 1, the quarantine's is its total.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from geo.moment import utc_text

Row = Mapping[str, Any]

#: thresholds as the wire orders them, lowest first
THRESHOLDS: Final = ("start", "standby", "caution", "evacuation", "danger", "overflow")

#: version of a chronology entry: it is never changed, a correction is another entry
CHRONOLOGY_VERSION: Final = 1

#: id of the one quarantine object
QUARANTINE_ID: Final = "total"

#: what is said of a river while no reading of it has come
_NO_STATE: Final[Row] = {
    "level_m": None,
    "observed_at": None,
    "received_at": None,
    "source": None,
    "flag": 9,
    "reasons": [],
    "river_class": "unknown",
    "provisional": False,
    "threshold_doubt": False,
    "alarm": False,
    "trend_m_per_h": None,
    "trend_sd_m_per_h": None,
    "trend": "unknown",
    "due_at": None,
    "silent": False,
}


def gauge_identity(gauge: Row) -> dict[str, Any]:
    """Return what a gauge is, from its row: the part of its value that no reading changes."""
    names = ("id", "name", "river", "kana", "area_name", "lon", "lat", "datum", "scheme")
    return {
        **{name: gauge[name] for name in names},
        "area": gauge["area_code"],
        "thresholds": {name: gauge[f"{name}_m"] for name in THRESHOLDS if gauge[f"{name}_m"] is not None},
    }


def gauge_value(identity: Row, state: Row | None) -> dict[str, Any]:
    """Return a `gauge` from its identity and its `river_state` row, None when it has none: then unknown."""
    known = _NO_STATE if state is None else state
    return {
        **identity,
        "level_m": known["level_m"],
        "observed_at": utc_text(known["observed_at"]),
        "received_at": utc_text(known["received_at"]),
        "source": known["source"],
        "flag": known["flag"],
        "reasons": list(known["reasons"]),
        "class": known["river_class"],
        "provisional": known["provisional"],
        "threshold_doubt": known["threshold_doubt"],
        "alarm": known["alarm"],
        "trend_m_per_h": _rounded(known["trend_m_per_h"]),
        "trend_sd_m_per_h": _rounded(known["trend_sd_m_per_h"]),
        "trend": known["trend"],
        "due_at": utc_text(known["due_at"]),
        "silent": known["silent"],
    }


def warning_value(row: Row) -> dict[str, Any] | None:
    """Return a `warning` from its `warning_state` row; None when it was lifted."""
    if row["level"] is None:
        return None
    names = (
        *("id", "publisher", "region", "hazard", "name", "name_en", "river", "source_id"),
        *("resolved", "geometry", "exercise"),
    )
    lists = ("areas", "status", "unknown_codes")
    return {
        **{name: row[name] for name in names},
        **{name: list(row[name]) for name in lists},
        # kept as 0: in force, at a level that its telegram does not tell in words that we know
        "level": row["level"] or None,
        "issued_at": utc_text(row["issued_at"]),
        "expires_at": utc_text(row["expires_at"]),
    }


def chronology_value(row: Row) -> dict[str, Any]:
    """Return a `chronology` entry from its row; `author` is the name of the officer who wrote it, if any."""
    names = ("id", "category", "object_kind", "object_id", "severity", "code", "params", "text", "text_en")
    return {
        **{name: row[name] for name in names},
        "event_at": utc_text(row["event_at"]),
        "recorded_at": utc_text(row["recorded_at"]),
        "author": row.get("author"),
        "automatic": row["author_id"] is None,
        "corrects_id": row.get("corrects_id"),
    }


def service_value(row: Row) -> dict[str, Any]:
    """Return a `service` from its heartbeat row."""
    return {
        "id": row["id"],
        "seen_at": utc_text(row["seen_at"]),
        "started_at": utc_text(row["started_at"]),
        "state": row["state"],
        "detail": row["detail"],
    }


def quarantine_value(total: int, latest_at: datetime | None, reasons: Mapping[str, int]) -> dict[str, Any]:
    """Return the `quarantine` object: how many messages could not be read, the newest, how many by reason."""
    return {"total": total, "latest_at": utc_text(latest_at), "reasons": dict(reasons)}


def forecast_value(row: Row) -> dict[str, Any]:
    """Return a `forecast` from its `forecast_state` row, which holds it as it was told."""
    return dict(row["value"])


def shelter_value(row: Row) -> dict[str, Any]:
    """Return a `shelter` (docs/tablet.md) from its place, with `area_name`, `lon`, `lat`, and its status."""
    names = ("id", "name", "kana", "address", "area_name", "lon", "lat", "welfare")
    return {
        **{name: row[name] for name in names},
        "area": row["area_code"],
        "capacity": row["capacity"],
        **row["summary"],
        "reported_at": utc_text(row["reported_at"]),
        "received_at": utc_text(row["received_at"]),
        "due_at": utc_text(row["due_at"]),
        "silence": row["silence"],
        "silence_reasons": row["silence_reasons"],
        "action": row["action"],
        "tablets": row["tablets"],
        "tablet_seen_at": utc_text(row["tablet_seen_at"]),
        "waiting": row["waiting"],
    }


def request_value(row: Row) -> dict[str, Any]:
    """Return a `request`, a supply line, from its row with `shelter_name`."""
    return {
        "id": request_id(row["shelter_id"], row["line"]),
        "line": row["line"],
        "shelter": row["shelter_id"],
        "shelter_name": row["shelter_name"],
        **row["summary"],
    }


def request_id(shelter_id: str, line: str) -> str:
    """Return the id of a supply line on the live wire."""
    return f"{shelter_id}/{line}"


def truck_value(row: Row) -> dict[str, Any]:
    """Return a `truck` from its row with `depot_name`; its stops carry the names of their shelters."""
    return {
        "id": row["id"],
        "depot": row["depot_id"],
        "depot_name": row["depot_name"],
        "state": row["state"],
        **row["summary"],
    }


def depot_value(row: Row) -> dict[str, Any]:
    """Return a `depot` from its row with `lon`, `lat` and `items`, what it holds by item."""
    names = ("id", "name", "address", "kind", "lon", "lat", "opening", "synthetic", "source")
    return {
        **{name: row[name] for name in names},
        "truck_classes": list(row["truck_classes"]),
        "items": row["items"] or [],
    }


def disruption_value(row: Row) -> dict[str, Any] | None:
    """Return a `disruption` from its row; None when it has ended."""
    if row["ended_at"] is not None:
        return None
    names = ("id", "kind", "label", "lon", "lat", "radius_m", "source")
    return {
        **{name: row[name] for name in names},
        "areas": list(row["areas"]),
        "started_at": utc_text(row["started_at"]),
        "ended_at": None,
    }


def _rounded(trend_m_per_h: float | None) -> float | None:
    """Round to the millimetre per hour; more digits would be noise on the wire."""
    return None if trend_m_per_h is None else round(trend_m_per_h, 3)


def inundation_value(row: Row) -> dict[str, Any]:
    """Return an `inundation` from its `inundation_run` row with `terrain_name`, `_datum` and `_credit`."""
    names = (
        *("id", "title", "title_en", "cause", "state", "progress", "member", "fault", "requested_by"),
        *("stop_asked", "breach", "hours", "frame_s", "manning", "bounds", "discharge", "notes", "summary"),
    )
    times = ("requested_at", "started_at", "finished_at", "starts_at")
    return {
        **{name: row[name] for name in names},
        **{name: utc_text(row[name]) for name in times},
        "gauge": row["gauge_id"],
        "site": row["site_id"],
        "members": list(row["frames"]),
        "reached_s": {member: times_s[-1] for member, times_s in row["frames"].items()},
        "terrain": {
            "id": row["terrain_id"],
            **{name: row[f"terrain_{name}"] for name in ("name", "datum", "credit")},
        },
    }


#: what an evacuation order is called by its level (避難情報に関するガイドライン, 2021)
ORDER_NAMES: Final = {3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"}


def order_value(row: Row) -> dict[str, Any]:
    """Return an `order` (docs/orders.md) from a row of `geo/sql/order.sql`.

    What it says is of the revision in force, before the first one of the draft; `pending` tells of the
    revision that is being worked on, if any.
    """
    plain = ("id", "area_name", "origin", "level", "state", "revision", "districts", "households", "persons")
    return {
        **{name: row[name] for name in plain},
        "area": row["area_code"],
        "name": ORDER_NAMES[row["level"]],
        "hazard": row["hazard"],
        "reason": row["reason"],
        "act": row["act"],
        "issued_at": utc_text(row["issued_at"]),
        "lifted_at": utc_text(row["lifted_at"]),
        "expires_at": utc_text(row["expires_at"]),
        "headline": (row["texts"].get("ja") or {}).get("headline"),
        "proposal_id": row["proposal_id"],
        "recorded_source": row["recorded_source"],
        "author": row["author"],
        "approver": row["approver"],
        "geometry": row["geometry"],
        "pending": None
        if row["pending_number"] is None
        else {
            "number": row["pending_number"],
            "act": row["pending_act"],
            "state": row["pending_state"],
            "level": row["pending_level"],
            "author": row["pending_author"],
            "edited_by": row["pending_edited_by"],
            "submitted_at": utc_text(row["pending_submitted_at"]),
        },
        "delivery": row["delivery"],
    }


def advice_value(row: Row) -> dict[str, Any]:
    """Return an `advice` (docs/orders.md) from a row of `geo/sql/order.sql`, people by their names."""
    names = ("id", "area_name", "proposal_id", "text", "state", "author", "approver", "answer")
    return {
        **{name: row[name] for name in names},
        "area": row["area_code"],
        "sent_at": utc_text(row["sent_at"]),
        "acknowledged_at": utc_text(row["acknowledged_at"]),
        "acknowledged_by": row["acknowledged_by_name"],
    }


def proposal_value(row: Row) -> dict[str, Any]:
    """Return a `proposal` (docs/orders.md) from its row; its `content` holds what was computed."""
    names = ("id", "hazard", "act", "level", "held", "state", "decision")
    times = ("opened_at", "updated_at", "expires_at")
    return {
        **row["content"],
        **{name: row[name] for name in names},
        **{name: utc_text(row[name]) for name in times},
    }


def camera_value(row: Row) -> dict[str, Any]:
    """Return a `camera` (docs/camera.md) from a row of `geo/sql/camera.sql: standings`."""
    names = ("id", "name", "river", "area_name", "lon", "lat", "interval_s", "synthetic", "source")
    frame = None
    if row["frame_id"] is not None:
        address = f"/api/cameras/{row['id']}/frames/{row['frame_id']}"
        frame = {
            "id": row["frame_id"],
            "observed_at": utc_text(row["observed_at"]),
            "received_at": utc_text(row["received_at"]),
            "time_source": row["time_source"],
            "thumbnail": f"{address}/thumbnail",
            "picture": f"{address}/picture",
            "width_px": row["width_px"],
            "height_px": row["height_px"],
            "waterline": row["waterline"],
        }
    return {
        **{name: row[name] for name in names},
        "area": row["area_code"],
        "gauge": row["gauge_id"],
        "compare_gauge": row["compare_gauge_id"],
        "frame": frame,
        "calibration": row["newest_calibration"],
        "datum": row["datum"],
        "health": row["health"],
        "level_m": row["level_m"],
        "flag": row["flag"],
        "quality": row["quality"],
        "reason": row["reason"],
        "accepted_at": utc_text(row["accepted_at"]),
        "accepted_m": row["accepted_m"],
        "comparison": row["comparison"],
    }


#: id of the one `safety` object that counts all reports
SAFETY_TOTAL_ID: Final = "total"


def safety_value(row: Row) -> dict[str, Any]:
    """Return a `safety` report (docs/public.md) from a row of `geo/sql/safety.sql`.

    Every signed-in screen hears it; what was written and from where is asked for (`safety_detail`).
    """
    names = ("id", "area_name", "state", "persons", "desk")
    return {
        **{name: row[name] for name in names},
        "area": row["area_code"],
        "sent_at": utc_text(row["sent_at"]),
        "desk_by": row["desk_by_name"],
        "desk_at": utc_text(row["desk_at"]),
    }


def safety_detail(row: Row) -> dict[str, Any]:
    """Return what only the desk may read of a `safety` report, from a row of `geo/sql/safety.sql`."""
    return {name: row[name] for name in ("id", "words", "lon", "lat", "note")}


def safety_total_value(row: Row) -> dict[str, Any]:
    """Return the `safety` object that counts: reports and persons, safe and in need, and who still waits."""
    names = ("safe_reports", "safe_persons", "help_reports", "help_persons", "waiting")
    return {"id": SAFETY_TOTAL_ID, **{name: row[name] for name in names}}
