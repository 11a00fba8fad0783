"""Cameras on the live map: what is old is said to be old, a level of now is drawn, disagreement is seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect
from psycopg.rows import dict_row

from geo.change import record
from ingest.camera_desk import CameraDesk
from ingest.camera_writer import write_frames
from ingest.subscriber import Message
from sensors.simulate.camera import sample_frames
from tests.browser.cameras.test_calibration_page import shot
from tests.browser.map.test_accessible import findings
from tests.integration.dashboard.test_cameras import DRAFT, frames_of


def show_a_frame_of_now(eye: Any, gauge_m: float) -> None:
    """Let the camera show the newest picture, and gauge g1 stand at `gauge_m` [m above T.P.]."""
    now = datetime.now(UTC)
    with eye.browser() as officer:
        body = {**DRAFT, "datum": "T.P.", "frame": frames_of(officer)[0]["id"]}
        officer.post("/api/cameras/eye/calibrations", json=body).raise_for_status()
    with eye.house.connection() as connection:
        connection.execute("UPDATE camera SET compare_gauge_id = 'g1'")
        connection.commit()
        desk = CameraDesk.load(connection, eye.house.incident_id)
        told = (("time", now.isoformat()),)
        message = Message("sonae/v1/-/camera/eye/frame", sample_frames()[5].data, now, 1, 1, 1, False, told)
        work, _, _ = desk.take(message, now, lambda *_: (gauge_m, "T.P.", None, now))
        assert work is not None
        cursor = connection.cursor(row_factory=dict_row)
        _, changes = write_frames(cursor, eye.house.incident_id, [work])
        record(cursor, eye.house.incident_id, changes)


def test_from_an_old_picture_to_a_level_that_disagrees(page: Page, eye: Any) -> None:
    page.goto(f"{eye.address}/#map=15/34.07/134.3")
    page.get_by_role("tab", name="カメラ").click()
    row = page.locator("#camera-rows button")
    expect(row).to_contain_text("試験カメラ")
    expect(row).to_contain_text("古い画像")
    expect(row).to_contain_text("未校正")
    expect(row).to_contain_text("比較する水位計なし")
    expect(page.locator("#map")).to_have_attribute("data-cameras", "1")
    expect(page.locator("#map")).to_have_attribute("data-camera-pictures", "1")
    show_a_frame_of_now(eye, 0.5)
    expect(row).to_contain_text("0.88 m 採用", timeout=10_000)
    expect(row).to_contain_text("不一致・要確認（差 +0.38 m）")
    row.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#camera-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("canvas")).to_have_attribute("data-waterline", "5")
    expect(dialog).to_contain_text("カメラ 0.88 m、水位計 0.50 m（T.P.）")
    expect(dialog.get_by_role("link", name="校正する")).to_have_attribute("href", "/cameras/eye/calibration")
    shot(page, "camera-panel")
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#language-switch").click()
    expect(row).to_contain_text("DISAGREES")
    shot(page, "camera-list")
    assert findings(page) == []
