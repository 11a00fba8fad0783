"""Photographs on the live map: sent by an officer, compared under a slider that keys move, judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.cameras.test_calibration_page import shot as picture_of
from tests.browser.map.test_accessible import findings
from tests.integration.dashboard import test_photos as photos
from tests.unit.sensors.photo.scene import changed, seen_from_aside

album = photos.album


@pytest.fixture
def eye(album: Any) -> Any:
    """The house whose officer the page is; it needs no camera."""
    return album


def test_from_a_file_to_a_verdict_by_keys(page: Page, album: Any, tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    later, _ = changed(photos.picture(), chance, 130)
    before, after = (tmp_path / name for name in ("before.jpg", "after.jpg"))
    before.write_bytes(photos.shot("08:00:00", seen_from_aside(photos.picture(), chance)))
    after.write_bytes(photos.shot("08:30:00", later))
    page.goto(f"{album.address}/#list=photo")
    expect(page.locator("#photo-none")).to_have_text("この事案の写真はまだありません。")
    page.locator("#photo-file").set_input_files([before, after])
    rows = page.locator("#photo-rows button")
    expect(rows).to_have_count(2, timeout=10_000)
    album.work()
    expect(page.locator("#map")).to_have_attribute("data-photos", "2")
    expect(rows.first).to_contain_text("要確認", timeout=10_000)
    rows.first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#photo-dialog")
    expect(dialog.locator(".photo-tiles li").first).to_contain_text("要確認", timeout=10_000)
    expect(dialog).to_contain_text("何が起きたかは職員が判断します")
    slider = dialog.locator("#photo-slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "左から 51 % が以前の写真")
    picture_of(page, "photo-panel")
    assert findings(page) == []
    dialog.locator("#photo-confirmed-0").focus()
    page.keyboard.press("Enter")
    expect(dialog.locator(".photo-tiles li").first).to_contain_text("（name of officer）")
    expect(dialog.locator("#photo-confirmed-0")).to_be_focused()
    expect(dialog.locator("#photo-confirmed-0")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#language-switch").click()
    expect(page.locator("#tab-photo")).to_have_text("Photos")
    expect(rows.first).to_contain_text("taken 6/2 08:30")
    picture_of(page, "photo-list")
    assert findings(page) == []
