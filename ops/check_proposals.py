"""What a replayed storm must have proposed, computed anew, and how its proposals fared.

The levels are computed by plain loops over all stored forecasts and the warnings in force, without the
program's arrays, its memory of what it has looked at, or its turns.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from alerts.proposal_rules import proposal_rules
from alerts.sun import is_dark
from alerts.warning_rules import load_warning_rules
from geo.engine import connect
from geo.flood.levels.forecast import STEPS_S
from geo.live_value import THRESHOLDS
from geo.queries import load
from ops.check import Finding, Record
from ops.replay import clock_text

Row = Mapping[str, Any]

_SQL = load("ops", "proposals.sql")
#: the river whose official warning the storm is known for, and the municipalities along it
RIVER: Final = "勝浦川"
_ALONG: Final = {"36201": "徳島市", "36203": "小松島市", "36301": "勝浦町"}
_MINUTE: Final = timedelta(minutes=1)


def proposal_findings(database_url: str, record: Record) -> list[Finding]:
    """Return what is proved of proposals after `record`, and what is counted of them."""
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        rows = {name: _rows(connection, name) for name in _SQL}
    return [
        check_anew(rows),
        lead_finding(rows["revisions"], record),
        false_finding(rows["revisions"], rows["bound"], record),
    ]


def _rows(connection: psycopg.Connection[Any], name: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL[name]).fetchall()


def check_anew(rows: Mapping[str, Sequence[Row]]) -> Finding:
    """Compare the proposals that stand with those computed anew: areas, hazards, levels."""
    tables = tomllib.loads((files("alerts") / "rules" / "proposals.toml").read_text(encoding="utf-8"))
    expected = _official(
        rows["warnings"], tables["official"], {row["code"] for row in rows["municipalities"]}
    )
    levels = _gauge_levels(rows["forecasts"], tables)
    for gauge in rows["bound"]:
        for area in {gauge["area_code"], *gauge["areas"]} if not gauge["doubted"] else ():
            key = (area, "flood")
            expected[key] = max(expected.get(key, 0), levels.get(gauge["id"], 0))
    expected = {key: level for key, level in expected.items() if level >= 3}
    standing = {
        (row["area_id"], row["hazard"]): row["level"]
        for row in rows["proposals"]
        if row["area_kind"] == "municipality" and row["state"] != "expired"
    }
    wrong = [
        f"{area} {hazard}: proposed {standing.get((area, hazard), 'nothing')}, anew"
        f" {expected.get((area, hazard), 'nothing')}"
        for area, hazard in sorted(standing.keys() | expected.keys())
        if standing.get((area, hazard)) != expected.get((area, hazard))
    ]
    held = sum(row["held"] and row["state"] != "expired" for row in rows["proposals"])
    return Finding(
        "proposals that stand = computed anew",
        f"{len(standing)} stand, {held} held for want of data, from {len(rows['forecasts'])} forecasts",
        wrong,
    )


def _official(warnings: Sequence[Row], mapped: Row, known: set[str]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    hazards = load_warning_rules()
    for warning in warnings:
        hazard = mapped.get(hazards.hazard(warning["hazard"]).id)
        if hazard is None:
            continue
        for area in known & set(warning["areas"]):
            found[area, hazard] = max(found.get((area, hazard), 0), warning["level"])
    return found


def _gauge_levels(forecasts: Sequence[Row], tables: Row) -> dict[str, int]:
    """Return the level of each gauge after all its forecasts, one after another."""
    active: dict[str, dict[str, int]] = {}
    for row in forecasts:
        held = active.setdefault(row["gauge_id"], {})
        for rule in tables["rule"] if row["status"] != "none" else ():
            value = _value(row, rule)
            if value is None:
                continue
            factor = tables["night"]["factor"] if rule.get("night") and _dark(row, rule) else 1.0
            if value < rule["ease"] * factor:
                held.pop(rule["id"], None)
            if value >= rule["reach"] * factor and (
                not rule.get("rising") or (row["slope_m_per_h"] or 0) > 0
            ):
                held[rule["id"]] = rule["level"]
    return {gauge: max(levels.values(), default=0) for gauge, levels in active.items()}


def _value(row: Row, rule: Row) -> float | None:
    at = THRESHOLDS.index(rule["threshold"])
    if rule["signal"] == "observed":
        value = row["newest_m"] - row["thresholds_m"][at]
    else:
        value = row["passing"][at * len(STEPS_S) + round(rule["within_h"] * 6) - 1]
    return None if value != value else float(value)


def _dark(row: Row, rule: Row) -> bool:
    moment = row["origin_at"].timestamp() + rule["within_h"] * 3600
    return bool(is_dark(moment, row["lon"], row["lat"]))


def lead_finding(revisions: Sequence[Row], record: Record) -> Finding:
    """Say when proposals came along the river, against the official level 4; a miss is a difference."""
    official = next(
        (
            datetime.fromisoformat(told["issued_at"])
            for told in sorted(record.telegrams, key=lambda one: str(one["issued_at"]))
            for one in told["statements"]
            if RIVER in one["region"] and one["level"] >= 4
        ),
        None,
    )
    lines = []
    for area, name in _ALONG.items():
        for level, hazard in ((3, "flood"), (4, "flood"), (4, "landslide")):
            came = next(
                (
                    row
                    for row in revisions
                    if row["area_code"] == area and row["hazard"] == hazard and row["level"] >= level
                ),
                None,
            )
            lines.append(f"{name} {hazard} level {level}: {_came(came, official)}")
    seen = any(
        row["area_code"] in _ALONG and row["level"] >= 4 and row["hazard"] == "flood" for row in revisions
    )
    wrong = [f"no proposal of level 4 along the {RIVER}"] if official is not None and not seen else []
    told = "not announced yet" if official is None else clock_text(official)
    return Finding(f"proposals along the {RIVER}", "\n".join([f"official level 4: {told}", *lines]), wrong)


def _came(row: Row | None, official: datetime | None) -> str:
    if row is None:
        return "none"
    evidence = row["content"]["evidence"][0]
    ground = "official" if evidence["kind"] == "official" else evidence["kind"]
    since = evidence["at"] and datetime.fromisoformat(evidence["at"])
    told = f"{clock_text(row['at'])}, ground {ground}"
    if since:
        told += f" of {clock_text(since)}"
    if official is None or not since:
        return told
    lead = round((official - since) / _MINUTE)
    return f"{told}: {lead} min before the official level 4" if lead > 0 else f"{told}: not before it"


def false_finding(revisions: Sequence[Row], bound: Sequence[Row], record: Record) -> Finding:
    """Count proposals of level 4 for which the record so far holds no cause, at whatever time of it.

    A cause is a river of the area that reached danger, or an official level 4 of the same hazard.
    """
    rules, mapped = load_warning_rules(), proposal_rules().official
    official = {
        (area, mapped.get(rules.hazard(one["hazard"]).id))
        for told in record.telegrams
        for one in told["statements"]
        if one["level"] >= 4
        for area in rules.region(told["publisher"], one["region"]).areas
    }
    over = {
        level.gauge_id
        for key, level in record.levels.items()
        if level.above_danger and key not in record.faults
    }
    danger = {
        (area, "flood")
        for gauge in bound
        if gauge["id"] in over
        for area in {gauge["area_code"], *gauge["areas"]}
    }
    proposed = {
        row["proposal_id"]: (row["area_code"], row["hazard"]) for row in revisions if row["level"] >= 4
    }
    wrong = sorted(id_ for id_, key in proposed.items() if key not in official | danger)
    told = f" ({', '.join(wrong[:5])})" if wrong else ""
    return Finding(
        "proposals of level 4 and above",
        f"{len(proposed)}, false (neither danger nor an official level 4 so far): {len(wrong)}{told}",
    )
