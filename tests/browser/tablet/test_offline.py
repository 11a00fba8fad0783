"""Without a network: reload, a kill, half an hour, two hundred entries; then everything is at the centre."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.screen import CHROMIUM
from shelters.canonical import canonical_text
from tests.browser.tablet.conftest import (
    Station,
    context_of,
    kept,
    kill_browser,
    local_state,
    profile,
    sent,
    waiting,
    without_people,
)

HALF_AN_HOUR = timedelta(minutes=30)
PLUS = "document.querySelector('[data-count=people] [data-step=\"1\"]').click()"


def press(page: Page, times: int) -> None:
    """Press +1 as fast as the page can."""
    page.wait_for_selector("[data-count=people]")
    page.evaluate(f"for (let press = 0; press < {times}; press += 1) {PLUS}")


def test_half_an_hour_without_a_network_a_reload_and_a_kill_lose_nothing(
    chromium: Browser, station: Station, tmp_path: Path
) -> None:
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    playwright = chromium.browser_type
    stage = type("Playwright", (), {"chromium": playwright})()
    with profile(stage, tmp_path, program) as context:
        context.clock.install()
        page = station.enrol(context.new_page())
        kept(page)
        context.set_offline(True)
        station.stop()
        page.reload()
        page.click("[data-task=people]")
        press(page, 100)
        expect(page.locator("[data-count=people] output")).to_have_text("100")
        context.clock.fast_forward(HALF_AN_HOUR.seconds * 1000)
        expect(page.locator(".chip-sync")).to_contain_text("圏外・送信待ち 100件（30分前から）")
        page.reload()
        press(page, 99)
        expect(page.locator("[data-count=people] output")).to_have_text("199")
        kill_browser(tmp_path)
    with profile(stage, tmp_path, program) as context:
        context.clock.install(time=datetime.now(UTC) + HALF_AN_HOUR)
        context.set_offline(True)
        page = station.watch(context.new_page())
        page.goto(f"{station.url}/tablet/#/people")
        expect(page.locator(".chip-sync")).to_contain_text("送信待ち 199件（30分前から）")
        expect(page.locator("[data-count=people] output")).to_have_text("199")
        press(page, 1)
        expect(page.locator(".chip-sync")).to_have_attribute("data-waiting", "200")
        station.start()
        context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        sent(page)
        assert station.state()["counts"]["people"]["value"] == 200
        assert without_people(local_state(page)) == station.state()
        assert canonical_text(json.loads(local_state(page))) == local_state(page)
        assert station.state()["operations"] == 200


def test_a_tap_counts_though_the_screen_is_drawn_anew_under_the_finger(tablet: Page) -> None:
    tablet.click("[data-task=people]")
    tablet.locator("[data-count=people] [data-step='5']").hover()
    for _ in range(2):
        tablet.mouse.down()
        with tablet.expect_response("**/api/tablet/changes*"):
            tablet.evaluate("dispatchEvent(new Event('online'))")
        tablet.evaluate("new Promise((done) => setTimeout(done, 30))")
        tablet.mouse.up()
    expect(tablet.locator("[data-count=people] output")).to_have_text("10")
    sent(tablet)


def test_a_clock_that_is_one_day_wrong_is_put_right(chromium: Browser, station: Station) -> None:
    with context_of(chromium) as context:
        context.clock.install(time=datetime.now(UTC) + timedelta(days=1, minutes=5))
        page = station.enrol(context.new_page())
        page.click("[data-task=people]")
        page.click("[data-count=people] [data-step='10']")
        sent(page)
        told = datetime.fromtimestamp(station.state()["counts"]["people"]["seen_ms"] / 1000, UTC)
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=2)
        expect(page.locator("[data-count=people] .count-value small")).to_contain_text("秒前")
        page.click(".chip-sync")
        expect(page.locator("[data-fact='sync.fact.clock']")).to_contain_text("24時間 ずれています")
        assert without_people(local_state(page)) == station.state()


def test_a_tablet_that_is_shut_out_keeps_its_outbox_and_comes_back(tablet: Page, station: Station) -> None:
    device = tablet.evaluate(
        """async () => {
            const { openDatabase } = await import('/tablet/database.js');
            return (await (await openDatabase()).get('facts', 'enrolment')).value.device;
        }"""
    )
    with station.centre.browser("officer") as officer:
        officer.post(f"/api/tablets/{device}/revoke", json={}).raise_for_status()
    tablet.click("[data-task=people]")
    tablet.click("[data-count=people] [data-step='5']")
    expect(tablet.locator("[data-alarm='alarm.shut-out']")).to_contain_text("未送信 1件")
    assert waiting(tablet) == 1
    tablet.goto(station.link())
    expect(tablet.locator("#screen")).to_contain_text("未送信の 1件はこの端末に残っています")
    tablet.click("form button[type=submit]")
    sent(tablet)
    assert station.state()["counts"]["people"]["value"] == 5


@pytest.mark.parametrize(("persisted", "usage", "alarm"), [(False, 1, "not-kept"), (True, 95, "full")])
def test_storage_that_may_be_erased_or_is_nearly_full_is_told(
    chromium: Browser, station: Station, persisted: bool, usage: int, alarm: str
) -> None:
    with context_of(chromium) as context:
        context.add_init_script(
            f"""for (const name of ['persist', 'persisted'])
                    navigator.storage[name] = async () => {json.dumps(persisted)};
                navigator.storage.estimate = async () => ({{ usage: {usage} * 1e7, quota: 1e9 }});"""
        )
        page = station.enrol(context.new_page())
        expect(page.locator(f"[data-alarm='alarm.{alarm}']")).to_be_visible()
        expect(page.locator(".alarm")).to_have_count(1)
        page.click(".alarm")
        expect(page.locator("[data-do=export-file]")).to_be_visible()
