"""The live map as a duty officer uses it, in a real browser on the whole chain, which these tests share.

What the map does with its picture is tried on a stage (`map/`); here it is the way from a device to a screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, running_desk, sign_in


@pytest.fixture(scope="module")
def desk(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running_desk(shared_database_url, tmp_path_factory.mktemp("desk")) as made:
        yield made


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


def test_suspect_value_is_marked_and_shown(page: Page, desk: Desk) -> None:
    send(desk, "b", 1.20, 1.21, 1.22, 4.9)
    row = page.locator("#gauge-rows tr[data-gauge='b']")
    expect(row).to_have_attribute("data-flag", "3", timeout=10_000)
    expect(row).to_contain_text("4.90")


def test_lost_connection_is_told_within_seconds_and_resumed(page: Page, desk: Desk) -> None:
    send(desk, "c", 1.5)
    expect(page.locator("#gauge-rows tr[data-gauge='c']")).to_contain_text("1.50")
    desk.stop_dashboard()
    page.wait_for_selector("#lost:not([hidden])", timeout=6_000)
    assert page.locator("html").get_attribute("data-connection") != "live"
    send(desk, "c", 1.5, 2.2, 3.2)
    desk.start_dashboard()
    page.wait_for_selector("html[data-connection=live]", timeout=30_000)
    expect(page.locator("#gauge-rows tr[data-gauge='c']")).to_have_attribute("data-level", "danger")
    expect(page.locator("#lost")).to_be_hidden()


def test_killed_ingest_is_told_on_the_screen_and_its_return_too(page: Page, desk: Desk) -> None:
    """Killing ingest leaves the connection up: the screen must say which part is silent."""
    down = page.locator("#services-down")
    expect(down).to_have_attribute("data-count", "0")
    desk.stand.kill()
    expect(down).not_to_have_attribute("data-count", "0", timeout=20_000)
    desk.stand.start()
    expect(down).to_have_attribute("data-count", "0", timeout=20_000)


def test_a_note_typed_is_heard_where_websockets_are_blocked(
    chromium: Browser, page: Page, desk: Desk
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="ja-JP")
    context.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked') } }")
    other = context.new_page()
    sign_in(other, desk)
    page.locator("#note-text").focus()
    page.keyboard.type("町長へ電話 02:10")
    page.keyboard.press("Enter")
    for screen in (page, other):
        expect(screen.locator("#entries li").first).to_contain_text("町長へ電話 02:10")
    context.close()
    audited = desk.stand.query("SELECT action FROM audit ORDER BY id DESC LIMIT 1")
    assert audited[0][0].startswith("chronology")


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
