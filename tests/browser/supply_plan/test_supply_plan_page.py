"""A logistician makes a plan, changes it, and makes orders of it; nothing is written before that word."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.test_accessible import findings
from tests.integration.shelters.test_supply_plan import fill


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SONAE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def planned(page: Page, centre: Any) -> Page:
    with centre.browser("logistician") as desk:
        fill(centre, desk)
        cut = {
            "kind": "road",
            "label": "県道31号",
            "source": "試験",
            "lon": 134.36,
            "lat": 34.06,
            "radius_m": 900,
        }
        desk.put("/api/disruptions/c1", json=cut).raise_for_status()
    page.goto(f"{centre.address}/supply-plan")
    expect(page.locator("#plan-basis")).to_contain_text("推定：道路データを使っていません")
    page.get_by_role("button", name="計画案を作る").click()
    expect(page.locator("#plan-quality")).to_be_visible(timeout=20_000)
    return page


def test_a_plan_says_what_it_is_and_becomes_orders_by_a_persons_word(planned: Page, centre: Any) -> None:
    page = planned
    expect(page.locator(".plan-gap")).to_contain_text("最適まで")
    expect(page.locator("#plan-basis")).to_contain_text("合成データ")
    expect(page.locator("#plan-basis")).to_contain_text("通行止めの報告が 1 件")
    expect(page.locator("[data-list=left-out]")).to_contain_text("東中学校 — 人数が不明")
    expect(page.locator("[data-list=doubtful]")).to_contain_text("中央小学校 — 近くに通行止め（県道31号）")
    expect(page.locator("#plan-unmet")).to_contain_text("食料（主食）")
    assert centre.objects("truck") == {}
    shot(page, "plan-dark")
    assert findings(page) == []
    page.locator("#plan-order").click()
    expect(page.locator("#plan-dialog")).to_contain_text("到着時刻は推定です")
    assert findings(page) == []
    page.locator("#plan-confirm").click()
    expect(page.locator("#plan-said")).to_contain_text("指示しました")
    expect(page.locator("#plan-order")).to_be_disabled()
    trucks = centre.objects("truck")
    assert trucks
    assert {truck["state"] for truck in trucks.values()} == {"planned"}
    assert centre.objects("request")["h1/r1"]["state"] == "accepted"
    # The goods are spoken for: a new plan does not send them once more.
    page.get_by_role("button", name="計画案を作る").click()
    expect(page.locator("#plan-runs")).to_contain_text("運べる便がありません")


def test_a_line_is_forbidden_and_the_plan_made_again(planned: Page) -> None:
    page = planned
    line = page.locator(".plan-lines > li", has_text="飲料水").first
    line.get_by_role("button", name="飲料水 のこの輸送を禁止").press("Enter")
    expect(page.locator("#plan-wishes")).to_contain_text("禁止：備蓄倉庫 → 中央小学校 飲料水")
    page.get_by_role("button", name="計画案を作る").press("Enter")
    expect(page.locator('[data-unmet="h1 water"]')).to_be_visible(timeout=20_000)
    expect(page.locator(".plan-lines", has_text="飲料水")).to_have_count(0)
    page.locator("#theme-switch").click()
    page.locator("#language-switch").click()
    expect(page.locator(".plan-gap")).to_contain_text("of the best possible")
    page.set_viewport_size({"width": 375, "height": 812})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    shot(page, "plan-light-phone")
    assert findings(page) == []


def test_a_plan_that_was_overtaken_is_refused_and_says_why(planned: Page, centre: Any) -> None:
    with centre.browser("officer") as officer:
        plan = officer.post("/api/supply-plan", json={}).json()
        runs = [{"number": run["number"], "truck": run["order"]} for run in plan["runs"]]
        ordered = officer.post("/api/supply-plan/orders", json={"plan": plan["plan"], "orders": runs})
        assert ordered.status_code == 201
    planned.locator("#plan-order").click()
    planned.locator("#plan-confirm").click()
    expect(planned.locator("#plan-confirm-said")).to_contain_text("状況が変わりました")
    assert len(centre.objects("truck")) == len(plan["runs"])
