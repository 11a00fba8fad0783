"""Landing sites: which there are, who stands there, and what was said of each (docs/missions.md)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from dashboard.air_desk import Desk, Words, tell, within
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.errors import BadInputError, ChangedMeanwhileError, NotFoundError
from dashboard.mission_desk import standing_at
from dashboard.mission_form import SiteWord
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.landing_site import landing_site_changes, landing_site_value
from geo.moment import utc_text
from geo.queries import load

router = APIRouter(prefix="/api/landing-sites")
_SQL = load("geo", "mission.sql")

Anybody = Annotated[Session, Depends(require())]
Teller = Annotated[Session, Depends(require("duty_officer", "field", "administrator"))]

_STATES: Final = {
    "usable": ("使用可", "usable"),
    "unusable": ("使用不可", "unusable"),
    "unknown": ("不明", "unknown"),
}


@router.get("")
async def sites(request: Request, session: Anybody) -> Response:
    """Return every landing site as the screens hold it, with who stands on it."""

    def read(desk: Desk) -> list[dict[str, Any]]:
        rows = desk.cursor.execute(_SQL["sites"], {"incident": desk.incident_id, "ids": None}).fetchall()
        return [
            {
                **landing_site_value(row),
                "version": row["version"],
                "occupied_by": standing_at(desk, row["id"]),
            }
            for row in rows
        ]

    return json_answer({"landing_sites": await within(request, session, read)})


@router.get("/{site}/words")
async def words(request: Request, site: str, session: Anybody) -> Response:
    """Return what was said of a landing site in this incident, newest first."""

    def read(desk: Desk) -> list[dict[str, Any]]:
        rows = desk.cursor.execute(_SQL["words"], {"incident": desk.incident_id, "id": site}).fetchall()
        return [{**row, "at": utc_text(row["at"])} for row in rows]

    return json_answer({"words": await within(request, session, read)})


@router.post("/{site}/words")
async def say(request: Request, site: str, session: Teller) -> Response:
    """Say whether a landing site is usable, as seen at `version`; 409 when somebody else said meanwhile."""
    form = await read_json(request, SiteWord)
    if form.state == "unusable" and not form.reason.strip():
        raise BadInputError("reason: an unusable site needs one")

    def write(desk: Desk) -> None:
        row = desk.cursor.execute(_SQL["hold_site"], {"id": site}).fetchone()
        if row is None:
            raise NotFoundError(f"there is no landing site {site!r}")
        parameters = {
            "incident": desk.incident_id,
            "id": site,
            "key": form.key,
            "state": form.state,
            "reason": form.reason.strip(),
            "now": desk.now,
            "author": desk.session.account_id,
        }
        if desk.cursor.execute(_SQL["word_known"], parameters).fetchone() is not None:
            return
        if row["version"] != form.version:
            raise ChangedMeanwhileError(f"somebody else said something of {row['name']} meanwhile")
        desk.cursor.execute(_SQL["say"], parameters)
        desk.cursor.execute(_SQL["said"], parameters)
        state_ja, state_en = _STATES[form.state]
        because = f"（{form.reason.strip()}）" if form.reason.strip() else ""
        told = Words(
            code=f"landing-site.{form.state}",
            object_kind="landing_site",
            object_id=site,
            text=f"場外離着陸場「{row['name']}」{state_ja}{because}",
            text_en=f"landing site “{row['name']}” {state_en} {because}".strip(),
            params={"state": form.state, "reason": form.reason.strip()},
        )
        tell(desk, told, landing_site_changes(desk.cursor, desk.incident_id, [site]))

    await within(request, session, write)
    return json_answer({"id": site, "state": form.state})
