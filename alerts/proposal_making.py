"""From how things stand to what is proposed: levels of all areas at once, then the words of those concerned.

Pure: rows in, `Wanted` out. Gauges belong to areas by the table of planners, by their municipality, and
by simulated breaches that bring water there; every proposal says which of them it used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.proposal_change import Wanted
from alerts.proposal_content import Case, content
from alerts.proposal_gauge import area_levels, levels
from alerts.proposal_input import Place, Row, Standing
from alerts.proposal_rules import ProposalRules
from alerts.warning_rules import WarningRules

Mask = NDArray[np.bool_]
Indices = NDArray[np.int64]


class Bindings(NamedTuple):
    """Which gauge belongs to which area: k pairs of indices, and how each came about."""

    area: Indices
    gauge: Indices
    #: `table`, `municipality` or `inundation`
    by: list[str]
    source: list[str]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The areas and gauges in arrays' order, and what binds them."""

    places: Sequence[Place]
    gauges: Sequence[Row]
    bindings: Bindings


_LIFTED: Final = ("evacuation_m", "caution_m")


def make(
    standing: Standing,
    places: Mapping[str, Place],
    skill: Mapping[str, Any],
    rules: ProposalRules,
    warning_rules: WarningRules,
    now: datetime,
) -> list[Wanted]:
    """Return what the conditions say now, one for each area and hazard concerned."""
    ground = Ground(
        places=list(places.values()), gauges=standing.gauges, bindings=bind(standing, list(places.values()))
    )
    active = active_rules(standing.gauges, rules)
    gauge_level = levels(active, rules) * usable(standing.gauges)
    fresh = fresh_gauges(standing.gauges, rules, now)
    count = len(ground.places)
    by_gauges = area_levels(ground.bindings.area, ground.bindings.gauge, gauge_level, count)
    by_fresh = area_levels(ground.bindings.area, ground.bindings.gauge, gauge_level * fresh, count)
    official = official_levels(standing.warnings, ground.places, rules, warning_rules)
    wanted = []
    for hazard in dict.fromkeys((*rules.official.values(), *(order["hazard"] for order in standing.orders))):
        said = official.get(hazard, np.zeros(count, dtype=np.int64))
        water = by_gauges if hazard == "flood" else np.zeros(count, dtype=np.int64)
        level = np.maximum(said, water)
        held = level > np.maximum(said, by_fresh if hazard == "flood" else 0)
        for at in np.flatnonzero(level >= min(rules.needs)).tolist():
            case = Case(
                place=ground.places[at],
                hazard=hazard,
                act="issue",
                level=int(level[at]),
                held=bool(held[at]),
                **_grounds(ground, at, standing, rules, warning_rules, hazard, fresh),
            )
            wanted.append(_wanted(case, standing, skill, rules, now))
        wanted += [
            _wanted(case, standing, skill, rules, now)
            for case in _lifts(ground, standing, rules, warning_rules, hazard, level, fresh)
        ]
    return wanted


def bind(standing: Standing, places: Sequence[Place]) -> Bindings:
    """Return which gauges belong to which areas; a pair stands once, by its strongest reason."""
    area_at = {place.key: number for number, place in enumerate(places)}
    gauge_at = {gauge["id"]: number for number, gauge in enumerate(standing.gauges)}
    found: dict[tuple[int, int], tuple[str, str]] = {}

    def add(area: str, gauge: str, by: str, source: str) -> None:
        if area in area_at and gauge in gauge_at:
            found.setdefault((area_at[area], gauge_at[gauge]), (by, source))

    for row in standing.bindings:
        add(f"{row['area_kind']}:{row['area_id']}", row["gauge_id"], "table", row["source"])
    for gauge in standing.gauges:
        add(f"municipality:{gauge['area_code']}", gauge["id"], "municipality", "")
    for row in standing.flooded:
        if not row["people"]:
            continue
        district = row["kind"] == "district"
        area = f"district:{row['code']}.{row['name']}" if district else f"municipality:{row['code']}"
        add(area, row["gauge_id"], "inundation", row["title"])
    pairs = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    return Bindings(
        pairs[:, 0], pairs[:, 1], *map(list, zip(*found.values(), strict=True) if found else ((), ()))
    )


def active_rules(gauges: Sequence[Row], rules: ProposalRules) -> Mask:
    """Return which rules each gauge fulfils, bool[gauges, rules]."""
    ids = [rule.id for rule in rules.gauge_rules]
    return np.array([[one in gauge["rules"] for one in ids] for gauge in gauges], dtype=np.bool_).reshape(
        len(gauges), len(ids)
    )


def usable(gauges: Sequence[Row]) -> Mask:
    """Return which gauges count: those whose danger level is not doubted."""
    return np.array([not gauge["doubted"] for gauge in gauges], dtype=np.bool_)


def fresh_gauges(gauges: Sequence[Row], rules: ProposalRules, now: datetime) -> Mask:
    """Return which gauges have a forecast that is not too old."""
    return np.array(
        [
            gauge["status"] not in (None, "none")
            and (now - gauge["origin_at"]).total_seconds() <= rules.stale_min * 60
            for gauge in gauges
        ],
        dtype=np.bool_,
    )


def covers(warning: Row, code: str) -> bool:
    """Whether a warning covers a municipality; one whose ground nobody knows covers its whole prefecture."""
    if warning["areas"]:
        return code in warning["areas"]
    return code.startswith(str(warning["id"]).split(":", maxsplit=1)[0])


def official_levels(
    warnings: Sequence[Row], places: Sequence[Place], rules: ProposalRules, warning_rules: WarningRules
) -> dict[str, Indices]:
    """Return the highest official level in each municipality by hazard of a proposal, int64[places]."""
    at = {place.id: number for number, place in enumerate(places) if place.kind == "municipality"}
    found: dict[str, Indices] = {}
    for warning in warnings:
        hazard = rules.official.get(warning_rules.hazard(warning["hazard"]).id)
        if hazard is None:
            continue
        level = found.setdefault(hazard, np.zeros(len(places), dtype=np.int64))
        covered = np.array([number for code, number in at.items() if covers(warning, code)], dtype=np.int64)
        level[covered] = np.maximum(level[covered], warning["level"])
    return found


def _grounds(
    ground: Ground,
    at: int,
    standing: Standing,
    rules: ProposalRules,
    warning_rules: WarningRules,
    hazard: str,
    fresh: Mask,
) -> dict[str, Any]:
    """Return what concerns one area: its gauges, warnings and simulated floods."""
    place, bindings = ground.places[at], ground.bindings
    pairs = np.flatnonzero(bindings.area == at).tolist() if hazard == "flood" else []
    here = [w for w in standing.warnings if covers(w, place.municipality)]
    hazard_of = {w["id"]: warning_rules.hazard(w["hazard"]).id for w in here}
    return {
        "gauges": [ground.gauges[bindings.gauge[k]] for k in pairs],
        "fresh": [bool(fresh[bindings.gauge[k]]) for k in pairs],
        "by": [(bindings.by[k], bindings.source[k]) for k in pairs],
        "warnings": [w for w in here if rules.official.get(hazard_of[w["id"]]) == hazard and w["level"] >= 3],
        "storms": [
            w for w in here if hazard_of[w["id"]] == rules.storm_hazard and w["level"] >= rules.storm_level
        ],
        "flooded": [row for row in standing.flooded if _concerns(row, place)] if hazard == "flood" else [],
    }


def _concerns(row: Row, place: Place) -> bool:
    return row["code"] == place.municipality and (
        row["kind"] == place.kind
        and (place.kind == "municipality" or place.id == f"{row['code']}.{row['name']}")
    )


def _wanted(
    case: Case, standing: Standing, skill: Mapping[str, Any], rules: ProposalRules, now: datetime
) -> Wanted:
    id_ = f"{case.place.key}:{case.hazard}"
    orders = [str(order["id"]) for order in standing.orders if order["proposal_id"] == id_]
    return Wanted(
        id=id_,
        area_kind=case.place.kind,
        area_id=case.place.id,
        area_code=case.place.municipality,
        hazard=case.hazard,
        act=case.act,
        level=case.level,
        held=case.held,
        content={**content(case, skill, rules, now), "orders": orders},
    )


def _lifts(
    ground: Ground,
    standing: Standing,
    rules: ProposalRules,
    warning_rules: WarningRules,
    hazard: str,
    level: Indices,
    fresh: Mask,
) -> list[Case]:
    """Return where an order stands and everything that is known says that it may be lifted."""
    found = []
    for at, place in enumerate(ground.places):
        orders = [
            order
            for order in standing.orders
            if place.kind == "municipality" and order["area_code"] == place.id
            and order["hazard"] == hazard and order["state"] == "issued"
        ]  # fmt: skip
        if not orders or level[at] >= min(rules.needs):
            continue
        known = _grounds(ground, at, standing, rules, warning_rules, hazard, fresh)
        here = [w for w in standing.warnings if covers(w, place.id) and w["level"] >= 3]
        others = [w for w in here if warning_rules.hazard(w["hazard"]).id in rules.official]
        water = [
            ok and lies_low(gauge, rules) for gauge, ok in zip(known["gauges"], known["fresh"], strict=True)
        ]
        if others or not all(water) or (hazard == "flood" and not water):
            continue
        top = max(order["level"] for order in orders)
        found.append(Case(place=place, hazard=hazard, act="lift", level=top, held=False, **known))
    return found


def lies_low(gauge: Row, rules: ProposalRules) -> bool:
    """Whether a gauge's river has fallen far enough to think of lifting; what is not known is not low."""
    limit_m = next((gauge[name] for name in _LIFTED if gauge[name] is not None), None)
    if (
        limit_m is None
        or gauge["level_m"] is None
        or gauge["doubted"]
        or gauge["trend"] not in ("steady", "falling")
    ):
        return False
    chances = (gauge["passing"] or {}).get("danger")
    hour = round(rules.lift_within_h)
    ahead = gauge["danger_m"] is not None and (
        not chances or chances[min(hour, len(chances)) - 1] >= rules.lift_below
    )
    return bool(gauge["level_m"] < limit_m and not ahead)
