"""Missions on the live map: from a request to done, with two officers at once, and landing sites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from rich.console import Console

from ops.landing_sites import import_landing_sites
from ops.servers.postgres import DATABASE, PrivatePostgres
from tests.browser.map.stage_air import Sky
from tests.browser.map.test_accessible import findings
from tests.integration.dashboard.conftest import House, Served, serving

SITES = "ID,名称,緯度,経度,広さ,同時離着陸機数\n1,河川敷,34.085,134.36,80x60,1\n2,校庭,34.05,134.30,40x40,\n"


@pytest.fixture
def served(postgres: PrivatePostgres, tmp_path: Path) -> Iterator[Served]:
    url = postgres.create_database("missions_on_the_map", template=DATABASE)
    house = House(url)
    house.fill()
    sky = Sky(url, house.incident_id)
    sky.fly("うずしお", endurance_min=14, lon=134.36, lat=34.085)
    sky.fly("さぬき", endurance_min=120, lon=134.3, lat=34.05, on_ground=True)
    file = tmp_path / "sites.csv"
    file.write_text(SITES, encoding="utf-8")
    import_landing_sites(url, [file], source="試験", console=Console(quiet=True))
    with serving(house, tmp_path / "state") as running:
        yield running
    postgres.drop_database("missions_on_the_map")


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    with served.browser() as client:
        token = next(one.value or "" for one in client.cookies.jar if one.name == "sonae")
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="ja-JP")
    context.add_cookies([{"name": "sonae", "value": token, "url": served.address}])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []


def test_a_mission_is_asked_for_given_and_followed(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/#list=air")
    page.locator("[data-air-part=mission]").click()
    page.locator("#mission-add").click()
    page.locator("#mission-send").click()
    expect(page.locator("#mission-said")).to_contain_text("場所の名称")
    page.locator("#mission-urgency").select_option("1")
    page.locator("#mission-place").fill("西条大橋 中州")
    page.locator("#mission-middle").fill("34.085, 134.36")
    page.locator("#mission-requested_by").fill("徳島市消防局")
    page.locator("#mission-note").fill("三人、屋根の上")
    assert findings(page) == []
    page.locator("#mission-send").click()
    card = page.locator("[data-mission]")
    expect(card).to_contain_text("未付与")
    expect(page.locator("#map")).to_have_attribute("data-missions", "1")
    expect(page.locator("#map")).to_have_attribute("data-landing-sites", "2")
    card.locator("[data-step=tasked]").click()
    expect(card.locator(".mission-said")).to_contain_text("機体を選んで")
    card.locator("select").select_option("うずしお")
    expect(card.locator(".mission-against").last).to_contain_text("余裕がわずか")
    card.locator("[data-step=tasked]").click()
    expect(card.locator(".mission-status")).to_have_text("付与")
    with served.browser("admin") as other:
        number = int(card.get_attribute("data-mission") or 0)
        step = {"key": "other-officer", "version": 2, "status": "en-route"}
        assert other.post(f"/api/missions/{number}/steps", json=step).status_code == 200
    expect(card.locator(".mission-status")).to_have_text("向かっている")
    card.locator("[data-step=on-station]").click()
    expect(card.locator(".mission-status")).to_have_text("現場")
    card.locator("summary").click()
    expect(card.locator(".mission-history li")).to_have_count(4)
    expect(card).to_contain_text("三人、屋根の上")
    expect(page.locator(".mission-time tbody tr")).to_have_count(1)
    expect(page.locator(".mission-time tbody")).to_contain_text("まで")
    assert findings(page) == []
    card.get_by_role("button", name="うずしお").click()
    expect(page.locator("#air-panel")).to_contain_text("任務1")
    card.locator("[data-step=done]").click()
    expect(card.locator(".mission-status")).to_have_text("完了")
    expect(page.locator("#entries")).to_contain_text("任務1（救助・西条大橋 中州）完了")
    _sites(page)


def _sites(page: Page) -> None:
    page.locator("[data-air-part=site]").click()
    yard = page.locator("[data-site='--heliport-2']")
    expect(yard).to_contain_text("不明")
    expect(yard).to_contain_text("さぬき")
    yard.get_by_role("button", name="状態を報告").click()
    yard.locator("select").select_option("unusable")
    yard.get_by_role("button", name="報告", exact=True).click()
    expect(page.locator("[data-air-root=site] .mission-said")).to_contain_text("理由")
    yard.locator("input").fill("冠水")
    yard.get_by_role("button", name="報告", exact=True).click()
    expect(yard).to_have_attribute("data-standing", "unusable")
    expect(yard).to_contain_text("冠水")
    assert findings(page) == []
    page.locator("#language-switch").click()
    expect(yard).to_contain_text("Unusable")
