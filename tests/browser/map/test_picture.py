"""What the map shows of a picture, and how it merges what comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.map.conftest import counts, opened, order
from tests.browser.map.stage import Stage, gauge, utc


def test_counts_list_and_map_agree(page: Page) -> None:
    assert counts(page) == {
        "overflow": 0,
        "danger": 3,
        "evacuation": 0,
        "caution": 1,
        "standby": 0,
        "start": 2,
        "below": 1,
        "unknown": 1,
    }
    danger = page.locator("#counts [data-level=danger]")
    expect(danger).to_have_attribute("data-doubted", "1")
    expect(danger).to_contain_text("2")
    expect(page.locator("[data-count-of=rising]")).to_have_attribute("data-count", "4")
    expect(page.locator("[data-count-of=untrusted]")).to_have_attribute("data-count", "2")
    expect(page.locator("#map")).to_have_attribute("data-symbols", "8")
    assert len(order(page)) == 8


def test_the_worst_stands_at_the_top_and_the_doubtful_does_not(page: Page) -> None:
    assert order(page) == ["worse", "danger", "caution", "start", "suspect", "doubted", "below", "nothing"]
    expect(page.locator("tr[data-gauge=doubted]")).to_contain_text("基準疑義")
    expect(page.locator("tr[data-gauge=suspect]")).to_contain_text("疑い")
    expect(page.locator("tr[data-gauge=nothing]")).to_contain_text("データなし")


def test_before_the_first_picture_nothing_is_counted(blank: Page, stage: Stage) -> None:
    stage.block_websockets = True
    stage.failing["/live/events"] = 503
    blank.goto(stage.url)
    blank.wait_for_selector("html[data-connection=lost]")
    expect(blank.locator("#counts [data-level=danger]")).to_contain_text("—")
    expect(blank.locator("#counts [data-level=danger]")).to_have_attribute("data-count", "")
    expect(blank.locator("#list-none")).to_contain_text("まだ何も受信していません")


def test_a_gauge_that_rises_moves_up_and_is_announced(page: Page, stage: Stage) -> None:
    stage.gauge("start", **{"class": "overflow", "level_m": 7.9, "trend": "rising"})
    expect(page.locator("#gauge-rows tr").first).to_have_attribute("data-gauge", "start")
    expect(page.locator("#announcer")).to_contain_text("飯尾川 古町大橋、氾濫に上昇")
    assert counts(page)["overflow"] == 1


def test_changes_out_of_order_leave_the_newest(page: Page, stage: Stage) -> None:
    def at(v: int, level_m: float) -> dict[str, object]:
        value = {**stage.objects["gauge"]["caution"][1], "level_m": level_m}
        return {"kind": "gauge", "id": "caution", "v": v, "value": value}

    stage.send_delta([at(5, 6.55)])
    stage.send_delta([at(4, 6.44), at(2, 6.22)])
    stage.send_delta([{"kind": "gauge", "id": "start", "v": 9, "value": None}])
    stage.send_delta([{"kind": "gauge", "id": "start", "v": 8, "value": stage.objects["gauge"]["start"][1]}])
    expect(page.locator("tr[data-gauge=start]")).to_have_count(0)
    expect(page.locator("tr[data-gauge=caution]")).to_contain_text("6.55")


def test_a_drill_cannot_be_missed(page: Page, stage: Stage) -> None:
    expect(page.locator("#drill")).to_be_hidden()
    incident = {**stage.objects["incident"]["1"][1], "kind": "drill"}
    now = datetime.now(UTC)
    base = datetime(2026, 6, 2, 16, 40, tzinfo=UTC)
    end = base + timedelta(minutes=2)
    incident["clock"] = {"base": utc(base), "wall": utc(now), "speed": 60, "end": utc(end)}
    stage.put("incident", "1", incident)
    expect(page.locator("#drill")).to_be_visible()
    expect(page.locator("#drill")).to_contain_text("訓練")
    assert page.title().startswith("【訓練】")
    expect(page.locator("#clock-time")).to_contain_text("01:4")
    expect(page.locator("#clock-date")).to_contain_text("6月3日")
    expect(page.locator("#clock-replay")).to_contain_text("再生 ×60")
    expect(page.locator("#clock-time")).to_have_text("01:42:00")
    expect(page.locator("#clock-replay")).to_contain_text("再生終了")


def test_a_wrong_clock_in_this_computer_changes_no_age(blank: Page, stage: Stage) -> None:
    blank.add_init_script("const wrong = Date.now; Date.now = () => wrong() - 86_400_000 * 400.5")
    opened(blank, stage)
    expect(blank.locator("tr[data-gauge=danger]")).to_contain_text("3分前")
    expect(blank.locator("tr[data-gauge=danger]")).to_have_attribute("data-silence", "none")
    blank.locator("#health-open").click()
    expect(blank.locator("#health-dialog")).to_contain_text("400日")


def test_text_from_devices_is_never_markup(page: Page, stage: Stage) -> None:
    bad = "<img src=x onerror=alert(1)>"
    stage.put("gauge", "evil", gauge("evil", bad, "danger", 8.8, river=bad, source=bad, reasons=[bad]))
    page.locator("tr[data-gauge=evil] .row-open").click()
    expect(page.locator("#panel-name")).to_have_text(bad)
    assert page.locator("img[src=x]").count() == 0


def test_thousands_of_gauges_are_paged_and_reached_by_arrow(blank: Page, stage: Stage) -> None:
    for n in range(1000):
        row = gauge(f"n{n:04}", f"橋{n:04}", "start", 5.0, lon=133 + n / 500, lat=33.5 + n % 7 / 10)
        stage.objects["gauge"][row["id"]] = (1, row)
    opened(blank, stage)
    expect(blank.locator("#map")).to_have_attribute("data-symbols", "1008")
    assert len(order(blank)) == 200
    blank.locator("[data-skip=list]").press("Enter")
    blank.keyboard.press("End")
    blank.keyboard.press("ArrowDown")
    expect(blank.locator("#gauge-rows tr")).to_have_count(400)
    expect(blank.locator("#list-more")).to_contain_text("608")
