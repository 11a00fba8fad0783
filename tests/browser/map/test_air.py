"""The air on the live map: real database, real change feed, a signed-in Chromium page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.servers.postgres import DATABASE, PrivatePostgres
from tests.browser.map.stage_air import Sky, busy_sky
from tests.browser.map.test_accessible import findings
from tests.integration.dashboard.conftest import House, Served, serving


@pytest.fixture(scope="module")
def served(postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = postgres.create_database("air_on_the_map", template=DATABASE)
    house = House(url)
    house.fill()
    with serving(house, Path(tmp_path_factory.mktemp("air"))) as running:
        yield running
    postgres.drop_database("air_on_the_map")


@pytest.fixture(scope="module")
def sky(served: Served) -> Sky:
    made = Sky(served.house.url, served.house.incident_id)
    busy_sky(made)
    return made


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    with served.browser() as client:
        return next(one.value or "" for one in client.cookies.jar if one.name == "sonae")


@pytest.fixture
def page(chromium: Browser, served: Served, sky: Sky, token: str) -> Iterator[Page]:
    """A signed-in page; the test fails when it reports an error of its own."""
    assert sky.told
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="ja-JP")
    context.add_cookies([{"name": "sonae", "value": token, "url": served.address}])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


def open_air(page: Page, served: Served, address: str = "") -> Page:
    page.goto(f"{served.address}/#list=air{address}")
    expect(page.locator("#air-rows tr")).to_have_count(13)
    return page


def names(page: Page) -> list[str]:
    found = page.eval_on_selector_all("#air-rows tr", "rows => rows.map(row => row.dataset.vehicle)")
    return [str(name) for name in found]


def test_whose_fuel_ends_first_and_who_is_silent(page: Page, served: Served) -> None:
    open_air(page, served)
    assert names(page)[:5] == ["MAYDAY7", "うずしお", "RESCUE 21", "さぬき", "海保MH964"]
    expect(page.locator("#map")).to_have_attribute("data-aircraft", "13")
    expect(page.locator("#map")).to_have_attribute("data-airspaces", "2")
    for need, count in (("emergency", "1"), ("lost", "1"), ("fuel-low", "3"), ("height-unknown", "2")):
        expect(page.locator(f"[data-air-need={need}]")).to_have_attribute("data-count", count)
    heard = page.locator("tr[data-vehicle=JA01TV]")
    for words in ("高度不明", "不明", "未認証", "接近"):
        expect(heard).to_contain_text(words)
    exempt = page.locator("tr[data-vehicle='M30-01']")
    expect(exempt).to_contain_text("模擬")
    expect(exempt).to_contain_text("空域内（除外）")
    expect(page.locator("tr[data-vehicle='M30-02']")).to_contain_text("禁止空域内")
    page.locator("[data-air-sort=silence]").click()
    expect(page.locator("#air-list th[aria-sort=descending]")).to_contain_text("無通信")
    assert names(page)[:3] == ["MAYDAY7", "RESCUE 21", "海保MH964"]
    page.locator("[data-air-need=fuel-low]").click()
    expect(page.locator("#air-rows tr")).to_have_count(3)
    expect(page.locator("#map")).to_have_attribute("data-aircraft", "13")


def test_the_panel_tells_every_height_and_keys_lead_there(page: Page, served: Served) -> None:
    open_air(page, served)
    page.locator("tr[data-vehicle=うずしお] .row-open").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel = page.locator("#air-panel")
    for words in (
        "612 m",
        "T.P.（2,008 ft）ジオイド ±12 m",
        "残り13分",
        "649 m",
        "楕円体高",
        "さぬき",
        "参考情報",
    ):
        expect(panel).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.locator("tr[data-vehicle=JA01TV] .row-open").click()
    for words in ("高度不明", "823 m", "標準気圧（1013.25 hPa）の気圧高度", "未認証の放送", "水平のみ"):
        expect(panel).to_contain_text(words)
    page.locator("[data-air-part=space]").click()
    zone = page.locator("[data-space][data-kind=emergency]")
    for words in ("緊急用務空域", "地表 〜 T.P. 300 m", "中に 2 機", "適用除外"):
        expect(zone).to_contain_text(words)
    expect(page.locator("[data-space][data-kind=operation]")).to_have_attribute("data-phase", "ahead")
    page.locator("#air-space-add").click()
    page.locator("#air-space-send").click()
    expect(page.locator("#air-space-said")).to_have_text("名称を入力してください。")
    page.locator("#air-space-name").fill("救助現場")
    page.locator("#air-space-source").fill("航空運用調整班")
    page.locator("#air-space-ceiling").fill("450")
    page.locator("#air-space-send").click()
    made = page.locator("[data-space]").filter(has_text="救助現場")
    expect(made).to_contain_text("地表 〜 T.P. 450 m")
    made.get_by_role("button", name="変更・終了").click()
    page.locator("#air-space-end").click()
    page.locator("#air-space-end").click()
    expect(made).to_have_count(0)
    page.locator("[data-air-part=near]").click()
    expect(page.locator("[data-air-root=near]")).to_contain_text("衝突を防ぐものではなく")
    expect(page.locator("[data-pair]")).to_have_count(2)


def test_who_falls_silent_is_lost_here_without_a_word_of_the_server(
    page: Page, served: Served, sky: Sky
) -> None:
    open_air(page, served, "&map=14/34.07/134.33")
    page.locator("#map").click()
    expect(page.locator("#air-panel")).to_have_attribute("data-vehicle", "ドクターヘリ")
    sky.fly("さぬき", interval_s=1.0, ago_s=9.4, lon=134.34)
    row = page.locator("tr[data-vehicle=さぬき]")
    expect(row).to_have_attribute("data-state", "lost")
    expect(page.locator("#announcer")).to_contain_text("さぬき、通信途絶")
    sky.fly("さぬき", interval_s=60.0, ago_s=0.0)
    expect(row).to_have_attribute("data-state", "live")


@pytest.mark.parametrize(("theme", "width", "height"), [("dark", 1920, 1080), ("light", 375, 812)])
def test_axe_finds_nothing_and_english_is_english(
    page: Page, served: Served, theme: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_air(page, served, f"&theme={theme}&lang=en")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in ("near", "space", ""):
        page.locator(f"[data-air-part='{part}']").click()
    if width > 900:
        page.locator("tr[data-vehicle='RESCUE 21'] .row-open").click()
        expect(page.locator("#air-panel")).to_contain_text("nothing heard for 7 min")
    assert findings(page) == []
    stray = page.evaluate(
        """() => [...document.querySelectorAll('#air-bar *, #air-scroll *, #air-panel *')]
            .filter(node => node.children.length === 0 && /[\\u3041-\\u9fff]/.test(node.textContent)
                && !node.closest('[lang=ja]')).map(node => node.textContent)"""
    )
    assert stray == []
