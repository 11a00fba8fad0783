"""Every screen by axe-core, on three sizes, with targets for wet hands."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.tablet.conftest import Station, context_of
from tests.browser.tablet.test_together import go

AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
ROUTES = (
    "",
    "people",
    "stock",
    "requests",
    "aid",
    "register",
    "status/lifeline",
    "status/comms",
    "sync",
    "conflicts",
)
SMALLEST_TARGET = 44


def filled(page: Page) -> None:
    """Let a screen hold some of everything."""
    go(page, "people")
    page.click("[data-count=people] [data-step='10']")
    go(page, "stock")
    page.click("[data-item=water] [data-do=recount]")
    page.click("[data-digit='9']")
    page.click("dialog .primary")
    go(page, "requests")
    page.click("[data-do=request]")
    page.click("[data-choose=blanket]")
    page.click("[data-amount='60']")
    page.click("[data-do=send]")
    go(page, "aid")
    page.click("[data-do=aid]")
    page.click("[data-need=doctor]")
    page.click("[data-people='2']")
    page.click("[data-do=aid-send]")
    go(page, "register")
    page.click("[data-do=card]")
    page.fill("#card-name", "山田")
    page.click("[data-do=save-card]")


def violations(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
            .flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.html.slice(0, 120)}`))"""
    )
    return found


def small(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll('button, summary, input:not([type=checkbox]), textarea')]
            .filter((node) => {
                const box = node.getBoundingClientRect();
                return node.checkVisibility() && box.width > 0 && (box.width < least || box.height < least);
            }).map((node) => node.outerHTML.slice(0, 90))""",
        SMALLEST_TARGET,
    )
    return found


def planted(page: Page) -> set[str]:
    """Plant three faults, return which of them are found, and take them away: looking must not be vacuous."""
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML('beforeend',
                '<div id="planted"><img src="icons/icon-192.png"><button class="planted"></button></div>');
            const size = 'width:10px;min-width:0;height:10px;min-height:0;padding:0';
            document.querySelector('.planted').style.cssText = size;
        }"""
    )
    found = {one.split(":")[0] for one in violations(page)}
    if any("planted" in one for one in small(page)):
        found.add("small")
    page.evaluate("document.querySelector('#planted').remove()")
    return found


@pytest.mark.parametrize(
    ("size", "language", "theme"),
    [("landscape", "ja", "light"), ("portrait", "easy", "dark"), ("phone", "en", "light")],
)
def test_every_screen_is_accessible_and_large_enough(
    chromium: Browser, station: Station, size: str, language: str, theme: str
) -> None:
    with context_of(chromium, size, bypass_csp=True) as context:
        page = station.enrol(context.new_page())
        filled(page)
        go(page, "sync")
        page.click(f"[data-language={language}]")
        page.click(f"[data-theme-choice={theme}]")
        page.add_script_tag(path=str(AXE))
        assert planted(page) >= {"button-name", "image-alt", "small"}
        for route in ROUTES:
            go(page, route)
            assert violations(page) == [], route
            assert small(page) == [], route
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), route
        go(page, "register")
        page.click("[data-household]")
        page.wait_for_selector("#screen[data-route=household]")
        assert violations(page) + small(page) == []
        page.click("[data-card-field=needs] button")
        assert violations(page) + small(page) == []
        page.keyboard.press("Escape")
        go(page, "people")
        page.click("[data-count=people] .count-value")
        assert violations(page) + small(page) == []


def test_english_leaves_no_japanese_of_ours(chromium: Browser, station: Station) -> None:
    with context_of(chromium) as context:
        page = station.enrol(context.new_page())
        filled(page)
        go(page, "sync")
        page.click("[data-language=en]")
        for route in ROUTES:
            go(page, route)
            stray = page.evaluate(
                """() => {
                    // Names of places and people stay as they are.
                    const theirs = '[lang=ja], noscript, details, .bar-actor, .field-head small, .steps-told';
                    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                    const found = [];
                    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                        if (!/[\\u3041-\\u9fff]/.test(node.textContent)) continue;
                        if (node.parentElement.closest(theirs)) continue;
                        found.push(node.textContent.trim());
                    }
                    return found;
                }"""
            )
            assert stray == [], route
