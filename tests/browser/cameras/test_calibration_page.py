"""An officer calibrates a camera: presses a mark, types the others, sees the fit, tries, saves."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import Page, expect

from sensors.simulate.camera import sample_calibration
from tests.browser.map.test_accessible import findings

MARKS = sample_calibration().marks


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SONAE_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def type_mark(page: Page, number: int) -> None:
    """Type mark `number` (from 1), its row being there."""
    mark = MARKS[number - 1]
    for words, value in (
        ("x（画素）", mark.x_px),
        ("y（画素）", mark.y_px),
        ("高さ（m）", mark.level_m),
        ("横位置（m）", mark.across_m),
    ):
        page.get_by_label(f"目印 {number} {words}", exact=True).fill(str(value))


def test_from_a_press_to_a_saved_version(page: Page, eye: Any) -> None:
    page.goto(f"{eye.address}/cameras/eye/calibration")
    expect(page.locator("#frame option")).to_have_count(4)
    expect(page.locator("#fit")).to_have_text("目印を3点以上と測定範囲を入力してください。")
    expect(page.locator("#save")).to_be_disabled()
    # one mark by a press: the keyboard then stands at its height
    page.locator("#picture").click(position={"x": 200, "y": 60})
    expect(page.get_by_label("目印 1 高さ（m）")).to_be_focused()
    for number in range(1, len(MARKS) + 1):
        if number > 1:
            page.get_by_role("button", name="目印を追加").click()
        type_mark(page, number)
    sample = sample_calibration()
    for name in ("lowest_m", "highest_m", "top_m", "from_across", "to_across"):
        page.locator(f"[data-field={name}]").fill(str(getattr(sample, name)))
    expect(page.locator("#fit")).to_contain_text("残差 0.0", timeout=10_000)
    expect(page.locator("#tried-table tbody tr")).to_have_count(4)
    expect(page.locator("#tried-table tbody tr").first).to_contain_text("0.41")
    page.get_by_role("button", name="画像と線を見る").first.click()
    shot(page, "calibration")
    assert findings(page) == []
    # a wrong height is refused at once, and says which mark
    page.get_by_label("目印 3 高さ（m）").fill("1.5")
    expect(page.locator("#fit")).to_contain_text("保存できません", timeout=10_000)
    expect(page.locator("#save")).to_be_disabled()
    page.get_by_label("目印 3 高さ（m）").fill(str(MARKS[2].level_m))
    expect(page.locator("#save")).to_be_enabled(timeout=10_000)
    page.locator("#language-switch").click()
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#said")).to_contain_text("Version 1 is saved")
    expect(page.locator("#versions li")).to_have_count(1)
    assert findings(page) == []
