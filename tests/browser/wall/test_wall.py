"""One wall on two screens, with real video: it plays, says why it cannot, and is shared."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.map.test_accessible import findings


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SONAE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_one_wall_is_played_shared_and_says_why_it_cannot(screen: Callable[[str], Page], served: Any) -> None:
    officer, medic = screen("officer"), screen("medic")
    plays = officer.locator("[data-tile='video:plays']")
    expect(plays.locator("img")).to_be_visible(timeout=10_000)
    expect(plays).to_contain_text("模擬映像")
    expect(plays.locator(".tile-age")).to_contain_text("前")
    expect(officer.locator("[data-tile='video:broken'] .tile-fault")).to_have_text("再生リストを読めません")
    expect(officer.locator("[data-tile='video:away'] .tile-fault")).to_have_text("配信がまだ始まっていません")
    expect(officer.locator(".tile").first).to_have_attribute("data-tile", "video:plays")
    assert findings(officer) == []

    # What the officer makes large is large for everybody, and runs at its full rate.
    plays.locator(".tile-open").press("Enter")
    for page in (officer, medic):
        expect(page.locator("#stage-title")).to_have_text("映像 plays", timeout=5000)
        expect(page.locator("#stage-note")).to_have_text("全員に共有中（name of officer）")
    officer.wait_for_selector("html[data-player=playing]", timeout=10_000)
    assert officer.evaluate("document.querySelector('#stage-video').videoWidth") == 160
    shot(officer, "wall")

    # Who may not change it looks for himself, and that is said.
    medic.locator("[data-tile='video:broken'] .tile-open").click()
    expect(medic.locator("#stage-note")).to_contain_text("この画面だけ")
    expect(medic.locator("#stage-fault")).to_have_text("再生リストを読めません")
    expect(officer.locator("#stage-title")).to_have_text("映像 plays")
    medic.locator("#stage-shared").click()
    expect(medic.locator("#stage-title")).to_have_text("映像 plays")

    # The order is by need until a person sets it.
    officer.get_by_role("button", name="映像 awayを前へ").click()
    expect(medic.locator("#tiles-order")).to_have_text("手動の並び（name of officer）")
    expect(medic.locator(".tile").first).to_have_attribute("data-tile", "video:away")
    officer.locator("#tiles-by-need").click()
    expect(medic.locator("#tiles-order")).to_contain_text("必要度順")
    expect(medic.locator(".tile").first).to_have_attribute("data-tile", "video:plays")
    officer.keyboard.press("Escape")
    expect(officer.locator("#stage")).to_be_hidden()
    expect(medic.locator("#stage")).to_be_hidden()

    # To the map and back.
    assert plays.locator(".tile-map").get_attribute("href") == "/#map=15/34.07000/134.26000"
    officer.locator("#language-switch").click()
    officer.locator("#theme-switch").click()
    officer.set_viewport_size({"width": 375, "height": 812})
    assert officer.evaluate("document.documentElement.scrollWidth") <= 375
    assert findings(officer) == []
    shot(officer, "wall-phone")
    officer.goto(f"{served.address}/wall#tile=video%3Aplays")
    expect(officer.locator("#stage-note")).to_contain_text("this screen only", timeout=10_000)
