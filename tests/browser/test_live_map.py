"""The live map as a duty officer uses it, in a real browser on the whole chain."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, sign_in

AXE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"


def send(desk: Desk, gauge: str, *levels_m: float, last: datetime | None = None) -> None:
    """Let a gauge send levels, ten minutes apart, the newest now."""
    end = last or datetime.now(UTC)
    for turn, level_m in enumerate(levels_m):
        at = end - timedelta(minutes=10 * (len(levels_m) - 1 - turn))
        desk.stand.send(gauge, at, level_m).wait_for_publish(10)


def test_gauge_passing_its_flood_level_changes_map_list_and_chronology(page: Page, desk: Desk) -> None:
    send(desk, "a", 2.3, 2.5, 2.7, 2.9)
    row = page.locator("#gauge-rows tr[data-gauge='a']")
    expect(row).to_have_attribute("data-level", "caution")
    expect(page.locator("#entries")).to_contain_text("試験川 a 氾濫注意水位を超過")
    look = page.evaluate("document.querySelector('#map canvas').toDataURL()")
    send(desk, "a", 3.1)
    expect(row).to_have_attribute("data-level", "danger")
    expect(page.locator("#gauge-rows tr").first).to_have_attribute("data-gauge", "a")
    expect(page.locator("#entries li").first).to_contain_text("試験川 a 氾濫危険水位を超過")
    expect(page.locator("#counts [data-level='danger']").first).to_contain_text("1")
    expect(page.locator("#announcer")).to_contain_text("a")
    page.wait_for_function(
        "look => document.querySelector('#map canvas').toDataURL() !== look", arg=look, timeout=5_000
    )


def test_hydrograph_is_read_without_a_mouse(page: Page, desk: Desk) -> None:
    send(desk, "a", 1.5, 1.9, 2.4, 2.6)
    row = page.locator("#gauge-rows tr[data-gauge='a']")
    expect(row).to_have_attribute("data-level", "caution")
    page.locator("[data-skip=list]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    panel = page.locator("#gauge-panel")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("2.60")
    expect(panel).to_contain_text("氾濫危険水位")
    assert "gauge=" in page.url, "the address bar holds the selection"
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_suspect_value_is_marked_and_shown(page: Page, desk: Desk) -> None:
    send(desk, "a", 1.20, 1.21, 1.22, 4.9)
    row = page.locator("#gauge-rows tr[data-gauge='a']")
    expect(row).to_have_attribute("data-flag", "3", timeout=10_000)
    expect(row).to_contain_text("4.90")


def test_lost_connection_is_told_within_seconds_and_resumed(page: Page, desk: Desk) -> None:
    send(desk, "a", 1.5)
    expect(page.locator("#gauge-rows tr[data-gauge='a']")).to_contain_text("1.50")
    desk.stop_dashboard()
    page.wait_for_selector("#lost:not([hidden])", timeout=6_000)
    assert page.locator("html").get_attribute("data-connection") != "live"
    send(desk, "a", 1.5, 2.2, 3.2)
    desk.start_dashboard()
    page.wait_for_selector("html[data-connection=live]", timeout=30_000)
    expect(page.locator("#gauge-rows tr[data-gauge='a']")).to_have_attribute("data-level", "danger")
    expect(page.locator("#lost")).to_be_hidden()


def test_stalled_database_is_told_on_the_screen(page: Page, desk: Desk) -> None:
    """Killing ingest leaves the connection up: the screen must say which part is silent."""
    desk.stand.kill()
    expect(page.locator("#services-down")).not_to_be_empty(timeout=20_000)


def test_where_websockets_are_blocked_events_take_over(chromium: Browser, desk: Desk) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="ja-JP")
    context.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked') } }")
    page = context.new_page()
    sign_in(page, desk)
    send(desk, "b", 3.3)
    expect(page.locator("#gauge-rows tr[data-gauge='b']")).to_have_attribute("data-level", "danger")
    context.close()


def test_officer_writes_a_note_with_the_keyboard(page: Page, desk: Desk) -> None:
    page.locator("#note-text").focus()
    page.keyboard.type("町長へ電話 02:10")
    page.keyboard.press("Enter")
    expect(page.locator("#entries li").first).to_contain_text("町長へ電話 02:10")
    audited = desk.stand.query("SELECT action FROM audit ORDER BY id DESC LIMIT 1")
    assert audited[0][0].startswith("chronology") or "note" in audited[0][0]


def test_english_and_light_theme_stay_in_the_address(page: Page, desk: Desk) -> None:
    send(desk, "a", 3.1)
    page.locator("#language-switch").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#theme-switch").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    page.wait_for_selector("html[data-connection=live]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#entries")).to_contain_text("exceeded")


@pytest.mark.parametrize(("width", "theme"), [(1920, "dark"), (1920, "light"), (375, "dark")])
def test_axe_finds_nothing_serious(page: Page, desk: Desk, width: int, theme: str) -> None:
    send(desk, "a", 1.5, 2.4, 3.1)
    send(desk, "b", 1.2, 1.21, 1.2, 4.8)
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator("#gauge-rows tr[data-gauge='a']")).to_have_attribute("data-level", "danger")
    if page.locator("html").get_attribute("data-theme") != theme:
        page.locator("#theme-switch").click()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        {"id": violation["id"], "nodes": [node["html"][:120] for node in violation["nodes"][:3]]}
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == [], json.dumps(serious, ensure_ascii=False, indent=1)


def test_sign_in_page_says_in_words_what_is_wrong(chromium: Browser, desk: Desk) -> None:
    page = chromium.new_page()
    page.goto(desk.url)
    assert "/sign-in" in page.url, "nothing is shown to somebody who is not signed in"
    page.fill("#login", "duty")
    page.fill("#password", "not the password")
    page.press("#password", "Enter")
    expect(page.locator("#sign-in-error")).to_be_visible()
    assert len(page.locator("#sign-in-error").inner_text()) > 5
    page.close()
