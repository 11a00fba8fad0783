"""That everybody can use it: axe-core, targets, keys, sizes, themes, languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.conftest import opened
from tests.browser.map.stage import Stage
from tests.browser.map.test_parts import reading, warning

AXE = Path(__file__).parents[1] / "vendor/axe-core-4.14.1/axe.min.js"
SMALLEST_TARGET = 24


def findings(page: Page) -> list[str]:
    """Return what axe finds serious or critical; best practices count as well."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['impact']} {violation['id']}: {[node['html'][:100] for node in violation['nodes'][:3]]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical", "moderate")
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (375, 812)])
def test_axe_finds_nothing(blank: Page, stage: Stage, theme: str, width: int, height: int) -> None:
    stage.put("warning", "a", warning("a", 4))
    stage.readings["danger"] = [reading(20, 6.6), reading(10, 6.79)]
    blank.set_viewport_size({"width": width, "height": height})
    opened(blank, stage, f"#theme={theme}")
    assert findings(blank) == []
    blank.locator("tr[data-gauge=danger] .row-open").click()
    expect(blank.locator(".hydrograph-frame canvas")).to_be_visible()
    assert findings(blank) == []
    blank.locator("#panel-close").click()
    blank.locator("#health-open").click()
    assert findings(blank) == []
    blank.keyboard.press("Escape")
    blank.locator("#refuges-open").click()
    assert findings(blank) == []
    blank.keyboard.press("Escape")
    stage.cut = True
    blank.wait_for_selector("html[data-connection=lost]", timeout=8000)
    assert findings(blank) == []


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (375, 812)])
def test_targets_are_large_enough_and_nothing_overflows(
    blank: Page, stage: Stage, width: int, height: int
) -> None:
    blank.set_viewport_size({"width": width, "height": height})
    opened(blank, stage, "#lang=en&gauge=danger")
    small = blank.eval_on_selector_all(
        "button, select, a, summary, input:not([type=checkbox])",
        """(all, least) => all.filter(node => {
            const box = node.getBoundingClientRect();
            const shown = node.checkVisibility() && box.width > 0 && !node.matches('.skip');
            return shown && (box.width < least || box.height < least);
        }).map(node => node.outerHTML.slice(0, 90))""",
        SMALLEST_TARGET,
    )
    assert small == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_is_reached_by_tab_and_left_again(page: Page) -> None:
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    header = {"health-open", "refuges-open", "language-switch", "theme-switch", "sign-out"}
    parts = {"filter-text", "row-open", "map", "zoom-in", "chronology-filter", "note-text", "warnings-scroll"}
    assert header | parts <= reached
    outlined = "getComputedStyle(document.activeElement).outlineStyle"
    page.locator("#zoom-in").focus()
    page.keyboard.press("Tab")
    assert page.evaluate(outlined) == "solid"


def test_a_phone_shows_one_part_at_a_time_the_list_first(blank: Page, stage: Stage) -> None:
    blank.set_viewport_size({"width": 375, "height": 812})
    opened(blank, stage)
    expect(blank.locator("#list")).to_be_visible()
    expect(blank.locator("#map-part")).to_be_hidden()
    for name, part in (("map", "#map-part"), ("warnings", "#warnings"), ("chronology", "#chronology")):
        blank.locator(f"[data-view-name={name}]").click()
        expect(blank.locator(part)).to_be_visible()
        expect(blank.locator("#list")).to_be_hidden()
    blank.locator("[data-view-name=list]").click()
    blank.locator("tr[data-gauge=danger]").click()
    expect(blank.locator("#gauge-panel")).to_be_visible()
    blank.locator("#panel-close").click()
    expect(blank.locator("#list")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (375, 812)])
def test_the_count_of_warnings_leads_to_them(blank: Page, stage: Stage, width: int, height: int) -> None:
    blank.set_viewport_size({"width": width, "height": height})
    stage.put("warning", "a", warning("a", 4))
    opened(blank, stage, "#gauge=danger")
    if width < 900:
        blank.locator("#panel-close").click()
    blank.locator(".count-official").click()
    expect(blank.locator("#warnings-scroll")).to_be_focused()
    expect(blank.locator("[data-warning=a]")).to_be_in_viewport()


def test_english_leaves_no_japanese_of_ours(page: Page) -> None:
    page.locator("#language-switch").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("tr[data-gauge=danger] .row-open").click()
    expect(page.locator("#gauge-panel")).to_contain_text("0.12 m above Flood danger level")
    stray = page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const parent = node.parentElement;
                if (!/[\\u3041-\\u9fff]/.test(node.textContent)) continue;
                // Names of places and people stay as they are; so does the credit of Japanese sources.
                const theirs = '[lang=ja], noscript, option, #incident-name, #officer, .map-credit';
                if (parent.closest(theirs)) continue;
                found.push(node.textContent.trim());
            }
            return found;
        }"""
    )
    assert stray == [], json.dumps(stray, ensure_ascii=False)
