"""The line: that a dead one shows in time, what goes on without it, and that it comes back by itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.map.conftest import opened
from tests.browser.map.stage import Stage, utc


def test_a_pulled_cable_shows_within_five_seconds_and_silence_goes_on(page: Page, stage: Stage) -> None:
    now = datetime.now(UTC)
    stage.gauge("caution", due_at=utc(now + timedelta(seconds=9)))
    stage.gauge("below", due_at=utc(now + timedelta(seconds=9)))
    expect(page.locator("#counts [data-count-of=untrusted]")).to_have_attribute("data-count", "2")
    stage.cut = True
    began = time.monotonic()
    page.wait_for_selector("html[data-connection=lost]", timeout=8000)
    assert time.monotonic() - began <= 5.0
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("#lost-text")).to_contain_text("更新がありません")
    expect(page.locator(".stale-veil")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("通信が切れました")
    expect(page.locator("#services-down")).to_contain_text("不明")
    silent = page.locator("tr[data-gauge=caution]")
    expect(silent).to_have_attribute("data-silence", "abnormal", timeout=12_000)
    expect(silent).to_contain_text("途絶")
    expect(page.locator("tr[data-gauge=below]")).to_have_attribute("data-silence", "daily")


def test_it_resumes_from_its_position_and_misses_nothing(page: Page, stage: Stage) -> None:
    stage.gauge("caution", level_m=6.20)
    expect(page.locator("tr[data-gauge=caution]")).to_contain_text("6.20")
    position = stage.position
    stage.cut = True
    page.wait_for_selector("html[data-connection=lost]", timeout=8000)
    stage.gauge("caution", level_m=6.61)
    stage.cut = False
    page.wait_for_selector("html[data-connection=live]", timeout=15_000)
    expect(page.locator("tr[data-gauge=caution]")).to_contain_text("6.61")
    expect(page.locator("#lost")).to_be_hidden()
    assert stage.lines[-1].endswith(f"since={position}%3A1")
    expect(page.locator("#announcer")).to_contain_text("通信が回復しました")


def test_the_officer_can_ask_at_once(page: Page, stage: Stage) -> None:
    stage.cut = True
    page.wait_for_selector("html[data-connection=lost]", timeout=8000)
    lines = len(stage.lines)
    stage.cut = False
    page.locator("#lost-retry").click()
    page.wait_for_selector("html[data-connection=live]", timeout=3000)
    assert len(stage.lines) > lines or stage.lines


def test_where_websockets_are_blocked_events_take_over(blank: Page, stage: Stage) -> None:
    stage.block_websockets = True
    opened(blank, stage)
    assert "/live/events" in stage.lines[-1]
    expect(blank.locator("#connection-text")).to_contain_text("代替経路")
    stage.gauge("caution", level_m=6.33)
    expect(blank.locator("tr[data-gauge=caution]")).to_contain_text("6.33")


def test_what_breaks_the_contract_is_answered_by_a_fresh_snapshot(page: Page, stage: Stage) -> None:
    stage.objects["gauge"]["caution"] = (7, {**stage.objects["gauge"]["caution"][1], "level_m": 6.60})
    stage.send(
        {"type": "delta", "position": "99:1", "at": utc(datetime.now(UTC)), "changes": [{"kind": "gauge"}]}
    )
    expect(page.locator("tr[data-gauge=caution]")).to_contain_text("6.60", timeout=10_000)
    assert "since" not in stage.lines[-1]


def test_an_ended_session_is_told_and_the_picture_stays(page: Page, stage: Stage) -> None:
    stage.signed_in = False
    page.wait_for_selector("html[data-connection=signed-out]", timeout=10_000)
    expect(page.locator("#lost")).to_contain_text("サインインの有効期限が切れました")
    expect(page.locator("#lost-sign-in")).to_be_visible()
    expect(page.locator("tr[data-gauge=danger]")).to_contain_text("6.79")
    stage.signed_in = True
    page.wait_for_selector("html[data-connection=live]", timeout=20_000)


def test_rules_that_cannot_be_had_are_asked_for_again(blank: Page, stage: Stage) -> None:
    stage.failing["/api/rules"] = 503
    opened(blank, stage)
    blank.locator("tr[data-gauge=danger] .row-open").click()
    expect(blank.locator(".thresholds")).not_to_contain_text("氾濫危険水位")
    stage.failing.clear()
    expect(blank.locator(".thresholds")).to_contain_text("氾濫危険水位を 0.12 m 超過", timeout=10_000)
