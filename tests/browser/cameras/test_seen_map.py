"""Who saw this place, on the live map: by button and by key, with the picture drawn and what nobody knows."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.cameras.test_calibration_page import shot
from tests.browser.map.test_accessible import findings
from tests.integration.dashboard import test_seen as seen

watched = seen.watched


def test_from_a_place_to_the_cameras_that_saw_it(page: Page, watched: Any) -> None:
    page.goto(f"{watched.address}/#map=15.00/34.07000/134.31000")
    # of the drone that looks elsewhere the newest footprint is drawn too; of the one without height none
    expect(page.locator("#map")).to_have_attribute("data-footprints", "2")
    page.locator("#seen-open").click()
    card = page.locator("#seen-card")
    expect(card).to_contain_text("今見ている 1、見た 1")
    heli = card.locator("[data-camera='vehicle:heli-1']")
    expect(heli).to_contain_text("今見ている")
    expect(heli).to_contain_text("模擬")
    heli.get_by_role("button").click()
    expect(heli).to_contain_text("誤差 ±20 m")
    expect(heli).to_contain_text("保存された画像なし")
    expect(page.locator("#map")).not_to_have_attribute("data-seen", "asked")
    card.locator("summary").click()
    expect(card.locator(".seen-unknown")).to_contain_text("高度不明")
    shot(page, "seen-card")
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.goto(f"{watched.address}/#map=15.00/34.07000/134.31000&vehicle=heli-1")
    slot = page.locator("#air-panel [data-air-slot=footprint]")
    expect(slot).to_contain_text("1画素 10 cm・誤差 ±20 m")
    slot.get_by_role("button").click()
    shot(page, "seen-slot")
    page.locator("#language-switch").click()
    # the map moved to bring the place out from under the card
    page.goto(f"{watched.address}/#map=15.00/34.07000/134.31000")
    page.locator("#map").press("w")
    expect(card).to_contain_text("seeing it now 1, saw it 1")
    card.get_by_label("Looking back").select_option("10")
    expect(card).to_contain_text("seeing it now 1, saw it 0")
    page.locator("#map").click(position={"x": 640, "y": 500}, button="right")
    expect(card).to_contain_text("No camera is known")
    shot(page, "seen-none")
