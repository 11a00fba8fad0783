"""The list: keys, filters, search; and the address that holds them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.conftest import opened, order
from tests.browser.map.stage import Stage


def test_keys_move_and_open_and_the_place_is_kept_under_changes(page: Page, stage: Stage) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = "document.activeElement.closest('tr')?.dataset.gauge"
    assert page.evaluate(focused) == "worse"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "caution"
    stage.gauge("caution", **{"class": "overflow", "level_m": 8.0})
    expect(page.locator("#gauge-rows tr").first).to_have_attribute("data-gauge", "caution")
    assert page.evaluate(focused) == "caution", "the keyboard stays with the gauge, not with the line"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "nothing"
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("#gauge-panel")).to_have_attribute("data-gauge", "caution")
    expect(page.locator("tr[data-gauge=caution]")).to_have_attribute("aria-current", "true")
    page.locator("#panel-close").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#gauge-panel")).to_be_hidden()
    assert page.evaluate(focused) == "caution"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("御所", {"danger"}),
        ("フルマチ", {"start"}),
        ("渡内", {"worse"}),
        ("石井町", {"worse"}),
        ("ない名", set()),
    ],
)
def test_search(page: Page, typed: str, found: set[str]) -> None:
    page.keyboard.press("/")
    page.keyboard.type(typed)
    expect(page.locator("#gauge-rows tr")).to_have_count(len(found))
    assert set(order(page)) == found
    expect(page.locator("#list-none")).to_be_visible(visible=not found)
    expect(page.locator("#map")).to_have_attribute("data-symbols", str(len(found)))


def test_what_is_typed_survives_a_storm_of_changes(page: Page, stage: Stage) -> None:
    page.locator("#filter-text").focus()
    for n, letter in enumerate("石井町の橋"):
        stage.gauge("caution", level_m=6.10 + n / 100)
        page.keyboard.type(letter)
        page.wait_for_timeout(60)
    expect(page.locator("#filter-text")).to_have_value("石井町の橋")
    expect(page.locator("#gauge-rows tr")).to_have_count(0)
    page.locator("#filter-clear").click()
    expect(page.locator("#filter-text")).to_have_value("")


def test_filters_and_back(page: Page) -> None:
    page.locator("#filter-class").select_option("caution")
    expect(page.locator("#gauge-rows tr")).to_have_count(4)
    page.locator("[data-count-of=untrusted]").click()
    expect(page.locator("#gauge-rows tr")).to_have_count(1)
    assert order(page) == ["doubted"]
    assert "filter=class:caution,untrusted" in page.url
    page.go_back()
    expect(page.locator("#gauge-rows tr")).to_have_count(4)
    expect(page.locator("[data-count-of=untrusted]")).to_have_attribute("aria-pressed", "false")
    page.go_forward()
    expect(page.locator("#gauge-rows tr")).to_have_count(1)
    page.locator("#filter-clear").click()
    expect(page.locator("#gauge-rows tr")).to_have_count(8)
    page.locator("#filter-area").select_option("36341")
    expect(page.locator("#gauge-rows tr")).to_have_count(1)
    assert order(page) == ["worse"]
    page.locator("#filter-area").select_option("")
    expect(page.locator("#gauge-rows tr")).to_have_count(8)
    page.locator("#filter-river").select_option("渡内川")
    expect(page.locator("#gauge-rows tr")).to_have_count(1)
    assert order(page) == ["worse"]


def test_a_press_on_a_count_narrows_and_again_widens(page: Page) -> None:
    page.locator("#counts [data-level=danger]").click()
    expect(page.locator("#gauge-rows tr")).to_have_count(3)
    expect(page.locator("#filter-class")).to_have_value("danger")
    page.locator("#counts [data-level=danger]").click()
    expect(page.locator("#gauge-rows tr")).to_have_count(8)
    page.locator("[data-count-of=rising]").click()
    expect(page.locator("#gauge-rows tr")).to_have_count(4)
    assert set(order(page)) == {"worse", "danger", "doubted", "suspect"}


def test_a_copied_address_opens_the_same(page: Page, stage: Stage) -> None:
    page.locator("#filter-class").select_option("start")
    page.locator("tr[data-gauge=caution] .row-open").click()
    page.locator("#language-switch").click()
    page.locator("#theme-switch").click()
    for _ in range(2):
        page.locator("#zoom-in").click()
        page.wait_for_timeout(400)
    page.locator("[data-pan='1,0']").click()
    page.wait_for_timeout(600)
    copied = page.url.partition("#")[2]
    assert copied.startswith("map=")
    other = page.context.new_page()
    other.add_init_script("localStorage.clear()")
    opened(other, stage, f"#{copied}")
    expect(other.locator("html")).to_have_attribute("lang", "en")
    expect(other.locator("html")).to_have_attribute("data-theme", "light")
    expect(other.locator("#gauge-panel")).to_have_attribute("data-gauge", "caution")
    expect(other.locator("#gauge-rows tr")).to_have_count(6)
    other.wait_for_timeout(600)
    assert other.url.partition("#")[2] == copied


def test_a_mangled_address_opens_the_map(blank: Page, stage: Stage) -> None:
    opened(blank, stage, "#map=here&gauge=%E0%A4%A&filter=,,class:pink&lang=xx")
    expect(blank.locator("html")).to_have_attribute("lang", "ja")
    opened(blank, stage, "#gauge=gone")
    expect(blank.locator("#gauge-panel")).to_contain_text("現在の情報にありません（gone）")
