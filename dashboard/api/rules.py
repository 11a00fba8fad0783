"""Names, level numbers, colours and shapes, from the rules of the packages that own them."""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from alerts.warning_rules import read_rules as read_warning_rules
from dashboard.answer import json_answer
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.depth_rules import DepthRules, depth_rules
from geo.facility_kinds import facility_names, facility_rules
from geo.forecast.forecast_rules import forecast_rules
from sensors.field_event import field_event_rules
from sensors.motion.air_rules import air_rules
from sensors.motion.limits import motion_limits
from sensors.river_levels import LevelClass, river_rules
from sensors.rulebook import read_rules as read_sensor_rules
from shelters.hazard import hazard_rules
from shelters.rulebook import tablet_rules

router = APIRouter(prefix="/api/rules")
SignedIn = Annotated[Session, Depends(require())]


@router.get("/river-levels")
async def river_levels(_session: SignedIn) -> Response:
    """Return every class of a river's level, lowest first."""
    return json_answer(river_level_rules())


@router.get("/warnings")
async def warnings(_session: SignedIn) -> Response:
    """Return the levels and hazards of official warnings."""
    return json_answer(warning_level_rules())


@router.get("/hazards")
async def hazards(_session: SignedIn) -> Response:
    """Return the hazards of evacuation sites."""
    rules = hazard_rules()
    return json_answer({"hazards": rules["hazard"], **rules["hazards"]})


@router.get("/shelters")
async def shelters(_session: SignedIn) -> Response:
    """Return the names of fields, counts and items of shelters, and the norms of demand."""
    return json_answer(tablet_rules())


@router.get("/depth-classes")
async def depth_classes(_session: SignedIn) -> Response:
    """Return the classes of depth of water, and the limits of walking and driving."""
    return json_answer(depth_class_rules(depth_rules()))


@router.get("/forecast")
async def forecast(_session: SignedIn) -> Response:
    """Return when a level forecast is pointed out, and from which age on it is stale."""
    return json_answer(asdict(forecast_rules()))


def depth_class_rules(rules: DepthRules) -> dict[str, Any]:
    """Return what a screen needs to draw and explain depths; a hazard class without a limit has null."""
    hazards = [asdict(entry) for entry in rules.hazards]
    return {
        "classes": [asdict(entry) for entry in rules.classes],
        "limits": asdict(rules.limits),
        "hazards": [
            {key: None if value == math.inf else value for key, value in entry.items()} for entry in hazards
        ],
        **rules.provenance["depths"],
        "provenance": rules.provenance,
    }


@router.get("/motion")
async def motion(_session: SignedIn) -> Response:
    """Return when a vehicle is stale or lost, and how each kind is carried on between its positions."""
    return json_answer(motion_rules())


def motion_rules() -> dict[str, Any]:
    """Return the limits of contact, reckoning and hearing, the words of emergencies, and their source."""
    loss = air_rules().loss
    hearing = {"replay_least_s": loss.replay_least_s, "deaf_s": loss.deaf_s}
    emergencies = {
        word: {"ja": told.ja, "en": told.en, "severity": told.severity}
        for word, told in field_event_rules().emergencies.items()
    }
    return {
        **asdict(motion_limits()),
        "hearing": hearing,
        "emergencies": emergencies,
        "provenance": {**_provenance("motion"), "emergencies": _provenance("field-events")["emergencies"]},
    }


def _provenance(rules: str) -> dict[str, dict[str, object]]:
    names = ("source", "as_of", "verified")
    return {key: {name: table[name] for name in names} for key, table in read_sensor_rules(rules).items()}


@router.get("/facility-kinds")
async def facility_kinds(_session: SignedIn) -> Response:
    """Return the kinds of facilities with their names."""
    kinds = [{"kind": kind, **names} for kind, names in facility_names().items()]
    return json_answer({"kinds": kinds, **facility_rules()["kinds"]})


@cache
def river_level_rules() -> dict[str, Any]:
    """Return the classes with their names by scheme, and where they come from."""
    schemes = river_rules().classes
    provenance = read_sensor_rules("river-levels")["standard"]
    return {
        "classes": [
            _class(dict(zip(schemes, same, strict=True))) for same in zip(*schemes.values(), strict=True)
        ],
        "source": provenance["source"],
        "as_of": provenance["as_of"],
        "verified": all(entry.verified for classes in schemes.values() for entry in classes),
    }


def _class(by_scheme: dict[Any, LevelClass]) -> dict[str, Any]:
    first = by_scheme["standard"]
    return {
        "class": first.name,
        "level": first.level,
        "colour": first.colour,
        "text_colour": first.text_colour,
        "shape": first.shape,
        "names": {scheme: {"ja": entry.ja, "en": entry.en} for scheme, entry in by_scheme.items()},
    }


@cache
def warning_level_rules() -> dict[str, Any]:
    """Return the levels of official warnings, their hazards, and where they come from."""
    rules = read_warning_rules("warnings.toml")
    hazards = [{key: entry[key] for key in ("id", "ja", "en", "numbered")} for entry in rules["hazard"]]
    return {"levels": rules["level"], "hazards": hazards, **rules["levels"]}
