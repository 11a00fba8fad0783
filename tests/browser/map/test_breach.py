"""Asking for a simulated flood: the breach drawn on the map or typed, faults at their field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.stage import RunningStage, Stage
from tests.browser.map.stage_flood import BREACH, RUN, flooded, value
from tests.browser.map.test_flood import at, opened_flood


@pytest.fixture
def stage() -> Iterator[Stage]:
    with RunningStage(flooded()) as running:
        yield running


def test_a_breach_is_drawn_on_the_map_and_computed(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    at(blank, BREACH[0])
    blank.locator("#breach-open").click()
    expect(blank.locator("#breach-form")).to_contain_text("始点を押してください")
    box = blank.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    blank.mouse.click(x, y)
    expect(blank.locator("#breach-form")).to_contain_text("終点を押してください")
    blank.mouse.click(x + 20, y - 20)
    expect(blank.locator(".breach-length")).to_contain_text("m")
    blank.locator("#breach-m3_s").fill("250")
    stage.request_answers = [(201, {"id": 9})]
    stage.answers["/api/inundations/9"] = {**stage.answers[f"/api/inundations/{RUN}"], "id": 9}
    blank.get_by_role("button", name="この想定で計算を始める").click()
    stage.put(
        "inundation",
        "9",
        {**value("waiting", frames={}, progress=0.0), "id": 9, "members": [], "reached_s": {}, "summary": {}},
    )
    expect(blank.locator("#flood-panel .flood-run")).to_have_attribute("data-run", "9")
    expect(blank.locator("#flood-banner")).to_contain_text("まだ計算結果がありません")
    (asked,) = stage.requests
    first, second = asked["breach"]["coordinates"]
    assert first == pytest.approx(BREACH[0], abs=1e-4)
    assert second[0] > first[0]
    assert second[1] > first[1]
    assert asked["discharge"] == {"kind": "constant", "m3_s": 250}
    assert (asked["hours"], asked["manning"], asked["terrain"]) == (6, 0.04, None)


def test_a_breach_is_typed_and_faults_stand_at_their_field(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    blank.locator("#breach-open").press("Enter")
    blank.locator("#breach-start").fill("36.6863, 138.2756")
    blank.locator("#breach-m3_s").fill("-5")
    send = blank.get_by_role("button", name="この想定で計算を始める")
    send.press("Enter")
    expect(blank.locator("#breach-end-fault")).to_have_text("入力してください。")
    expect(blank.locator("#breach-m3_s-fault")).to_have_text("負の値は使えません。")
    assert stage.requests == []
    blank.locator("#breach-end").fill("36.6866，138.2758")
    blank.locator("#breach-m3_s").fill("50")
    detail = "breach: no terrain is registered here (./sonae terrain FILE.tif)"
    stage.request_answers = [
        (422, {"error": "bad-input", "detail": detail}),
        (503, {"error": "database-away"}),
    ]
    send.press("Enter")
    expect(blank.locator("#breach-start-fault")).to_contain_text("標高データが登録されていない")
    send.press("Enter")
    expect(blank.locator(".breach-said")).to_contain_text("サーバーが準備中")
    expect(blank.locator("#breach-m3_s")).to_have_value("50")
    blank.keyboard.press("Escape")
    expect(blank.locator("#breach-form")).to_be_hidden()
