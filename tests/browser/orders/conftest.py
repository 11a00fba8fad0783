"""The order desk on a real dashboard and database: people of a town and its prefecture at their screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from alerts.proposal_store import put
from dashboard.account import Role, grant_roles
from geo.change import record
from geo.engine import connect
from geo.incident import find_incident
from geo.moment import utc_text
from tests.integration.dashboard.conftest import House, Served, serving

TOWN = "36368"
PROPOSAL = f"municipality:{TOWN}:flood"
PEOPLE = {
    "clerk": ("防災係", Role(name="municipal_officer", area_code=TOWN)),
    "mayor": ("町長", Role(name="municipal_approver", area_code=TOWN)),
    "chief": ("県の承認者", Role(name="approver")),
}


def content(now: datetime, start_min: float) -> dict[str, Any]:
    """What a proposal of the town says; its latest start lies `start_min` ahead."""
    start = utc_text(now + timedelta(minutes=start_min))
    return {
        "area": {
            "kind": "municipality",
            "id": TOWN,
            "name": "那賀町",
            "municipality": TOWN,
            "municipality_name": "徳島県那賀町",
        },
        "latest_start": {"p10": start, "p50": start, "p90": None},
        "need": {
            "decide_s": 900,
            "announce_s": 600,
            "prepare_s": 1800,
            "travel_s": 2400,
            "margin_s": 1800,
            "total_s": 7500,
        },
        "available": {"p10_s": 5400, "p50_s": 9000, "p90_s": None, "until": "氾濫危険水位 和食橋"},
        "people": 1234,
        "households": 480,
        "elderly": 410,
        "people_synthetic": True,
        "facilities": [{"kind": "care_home", "count": 2}],
        "evidence": [
            {
                "kind": "forecast",
                "text": "那賀川 和食橋が3時間以内に氾濫危険水位に達する確率 41%",
                "text_en": "41% to reach danger at Wajiki within 3 h",
                "value": 0.41,
                "at": utc_text(now - timedelta(minutes=4)),
                "source": "水位予測",
            }
        ],
        "skill": {"gauge": "g1", "lead_h": 3, "pod": 0.7, "far": 0.4, "n": 12, "of": "all"},
        "would_change": [{"text": "水位が下がり始める", "text_en": "the river begins to fall"}],
        "unknown": [{"text": "浸水の計算なし", "text_en": "no flood was computed"}],
        "rule": "danger-3h",
        "verified": False,
    }


@dataclass
class Town:
    """The house, its dashboard, and a page for each person."""

    served: Served
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def people(self) -> None:
        with connect(self.served.house.url) as connection:
            for login, (name, role) in PEOPLE.items():
                # The officer's hash serves them all: making one takes a tenth of a second each.
                connection.execute(
                    "INSERT INTO account (login, display_name, password_hash, installation, demo)"
                    " SELECT %s, %s, password_hash, installation, true FROM account WHERE login = 'officer'",
                    [login, name],
                )
                grant_roles(connection, login, [role])

    def propose(self, level: int, start_min: float = 25, **changed: Any) -> None:
        with connect(self.served.house.url) as connection:
            incident = find_incident(connection)
            now = datetime.now(UTC)
            said = content(now, start_min)
            said |= {name: changed.pop(name) for name in list(changed) if name in said}
            row = {
                "incident_id": incident.id,
                "id": PROPOSAL,
                "area_kind": "municipality",
                "area_id": TOWN,
                "area_code": TOWN,
                "hazard": "flood",
                "act": "issue",
                "level": level,
                "held": False,
                "state": "open",
                "opened_at": now,
                "updated_at": now,
                "expires_at": now + timedelta(hours=1),
                "content": said,
                "decision": None,
            }
            cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
            record(cursor, incident.id, [put(cursor, {**row, **changed}, "opened", now)])

    def screen(self, login: str, width: int = 1920, height: int = 1080, address: str = "#list=order") -> Page:
        """Return a page on which `login` is signed in and sees the live map."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP")
        self.contexts.append(context)
        answer = context.request.post(
            f"{self.served.address}/api/sign-in", data={"login": login, "password": "a password for tests"}
        )
        assert answer.ok, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console",
            lambda said: (
                self.faults.append(said.text)
                if said.type == "error" and not said.text.startswith("Failed to load resource")
                else None
            ),
        )
        page.goto(f"{self.served.address}/{address}")
        page.wait_for_selector("html[data-connection=live]")
        return page


@pytest.fixture
def town(
    database_url: str, tmp_path: Path, chromium: Browser, make_town_house: Callable[[str], House]
) -> Iterator[Town]:
    with serving(make_town_house(database_url), tmp_path) as served:
        made = Town(served, chromium)
        made.people()
        try:
            yield made
        finally:
            for context in made.contexts:
                context.close()
    assert made.faults == []


@pytest.fixture
def make_town_house() -> Callable[[str], House]:
    def make(url: str) -> House:
        house = House(url)
        house.fill()
        return house

    return make
