"""Past skill of the level forecast, as a hindcast measured it: its file, and its place in the database.

Skill belongs to fitted parameters. The project's own stands beside them
(`geo/flood/levels/fitted/…skill.json`) and is loaded by the process that forecasts, so that no forecast is
shown without it, and none beside the skill of other parameters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

import psycopg
from psycopg.types.json import Json

from geo.flood.levels.parameters import Parameters
from geo.queries import load

_SQL = load("geo", "level_skill.sql")
#: skill of the project's own parameters, beside them
SHIPPED: Final = "japan-2025-2026.skill.json"
FORMAT: Final = 1
#: the subject of figures over all gauges
ALL: Final = "*"


class SkillFileError(ValueError):
    """Raised when a file is no skill of level forecasts; names what is wrong."""


def parse_skill(text: str, name: str) -> dict[str, Any]:
    """Return the contents of a skill file, checked. Raises `SkillFileError` naming `name` and the fault."""
    try:
        skill = json.loads(text)
    except ValueError as fault:
        raise SkillFileError(f"{name} is not JSON: {fault}") from fault
    if not isinstance(skill, dict) or skill.get("format") != FORMAT:
        raise SkillFileError(
            f"{name} is no skill file of format {FORMAT}: './sonae hindcast levels' writes one"
        )
    for key in ("fitted_to", "all", "gauges"):
        if not isinstance(skill.get(key), dict):
            raise SkillFileError(f"{name}: {key} is missing")
    for subject, document in {ALL: skill["all"], **skill["gauges"]}.items():
        if not isinstance(document, dict) or not isinstance(document.get("hours"), dict):
            raise SkillFileError(f"{name}: {subject}: hours is missing")
    return skill


def shipped_skill() -> dict[str, Any]:
    """Return the skill of the project's own parameters."""
    text = (resources.files("geo.flood.levels") / "fitted" / SHIPPED).read_text(encoding="utf-8")
    return parse_skill(text, SHIPPED)


def store_skill(connection: psycopg.Connection[Any], skill: Mapping[str, Any]) -> int:
    """Put the contents of a skill file in place of what is there; return of how many gauges."""
    told = {ALL: {**skill["all"], "fitted_to": skill["fitted_to"]}, **skill["gauges"]}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_SQL["clear"])
        cursor.executemany(
            _SQL["add"], [{"subject": key, "document": Json(value)} for key, value in told.items()]
        )
    return len(skill["gauges"])


def import_skill(connection: psycopg.Connection[Any], text: str, name: str, parameters: Parameters) -> int:
    """Put the skill file `text`, called `name`, in place of what is there; return of how many gauges.

    Raises `SkillFileError` when it is none, or is the skill of other parameters than those in use.
    """
    skill = parse_skill(text, name)
    if skill["fitted_to"] != _as_json(parameters.origin):
        raise SkillFileError(f"{name} is the skill of other parameters than those that forecast here")
    return store_skill(connection, skill)


def ensure_skill(connection: psycopg.Connection[Any], parameters: Parameters) -> None:
    """See that the skill in the database, if any, is that of `parameters`.

    Where it is not, the project's own takes its place if it is; else none is left: no skill is better
    than a wrong one.
    """
    fitted_to = _as_json(parameters.origin)
    with connection.transaction():
        row = connection.execute(_SQL["fitted_to"]).fetchone()
        if row is not None and row[0] == fitted_to:
            return
        shipped = shipped_skill()
        if shipped["fitted_to"] == fitted_to:
            store_skill(connection, shipped)
        elif row is not None:
            connection.execute(_SQL["clear"])


def _as_json(origin: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(json.dumps(origin))
