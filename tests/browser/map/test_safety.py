"""Residents who ask for help at the desk: counted in the header, worked off in a list, for everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.map.conftest import opened
from tests.browser.map.stage import Stage, utc
from tests.browser.map.test_accessible import findings

TOTAL = {
    "id": "total",
    "safe_reports": 2,
    "safe_persons": 5,
    "help_reports": 1,
    "help_persons": 3,
    "waiting": 1,
}


def report(**changed: Any) -> dict[str, Any]:
    given = {
        "id": 1,
        "area": "36301",
        "area_name": "徳島県勝浦郡勝浦町",
        "state": "help",
        "persons": 3,
        "sent_at": utc(datetime.now(UTC)),
        "desk": "new",
        "desk_by": None,
        "desk_at": None,
    }
    return {**given, **changed}


def test_a_call_for_help_is_seen_handed_over_and_done(blank: Page, stage: Stage) -> None:
    sent: list[Any] = []
    detail = {"id": 1, "words": "<b>二階</b>にいます", "lon": None, "lat": None, "note": None}

    def take(route: Route) -> None:
        sent.append(route.request.post_data_json)
        stage.put("safety", "1", report(desk="handed_over", desk_by="当直"))
        detail["note"] = "消防"
        route.fulfill(json={"id": 1})

    blank.route("**/api/safety", lambda route: route.fulfill(json={"reports": [detail]}))
    blank.route("**/api/safety/1", take)
    blank.set_viewport_size({"width": 375, "height": 812})
    opened(blank, stage)
    expect(blank.locator("#safety-open")).to_be_hidden()
    stage.put("safety", "total", TOTAL)
    stage.put("safety", "1", report())
    expect(blank.locator("#safety-open")).to_contain_text("1")
    blank.locator("#safety-open").click()
    card = blank.locator("[data-safety='1']")
    expect(card).to_contain_text("<b>二階</b>にいます")
    expect(card).to_contain_text("位置は送られていません")
    assert findings(blank) == []
    card.locator("input").fill("消防")
    card.locator("[data-step=handed_over]").click()
    expect(card).to_have_attribute("data-desk", "handed_over")
    expect(card).to_contain_text("当直 消防")
    assert sent == [{"desk": "handed_over", "note": "消防"}]
