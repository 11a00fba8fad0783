"""The gauge panel, the hydrograph, warnings, chronology, data health, refuges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.map.conftest import opened
from tests.browser.map.stage import Stage, utc


def reading(minutes_ago: int, level_m: float | None, flag: int = 1, *reasons: str) -> dict[str, Any]:
    at = utc(datetime.now(UTC) - timedelta(minutes=minutes_ago))
    return {
        "at": at,
        "level_m": level_m,
        "flag": flag,
        "reasons": list(reasons),
        "received_at": at,
        "source": "x",
    }


def warning(id_: str, level: int, **changed: Any) -> dict[str, Any]:
    value = {
        "id": id_,
        "publisher": "徳島県",
        "region": "南部",
        "hazard": "土砂災害",
        "level": level,
        "name": f"レベル{level}土砂災害警報",
        "areas": ["36204", "36368"],
        "river": None,
        "issued_at": utc(datetime.now(UTC) - timedelta(minutes=40)),
        "source_id": "x",
    }
    return {**value, **changed}


def test_the_panel_says_what_is_said_aloud(page: Page, stage: Stage) -> None:
    page.locator("tr[data-gauge=danger] .row-open").click()
    panel = page.locator("#gauge-panel")
    for words in (
        *("御所地橋", "飯尾川・徳島県吉野川市", "6.79", "基準面 T.P.", "+0.24 m/時（±0.02）", "3分前"),
        *("氾濫危険水位を 0.12 m 超過", "氾濫注意水位を 0.76 m 超過"),
        *("品質 良好", "sonae/v1", "公式発表ではありません"),
    ):
        expect(panel).to_contain_text(words)
    page.locator("tr[data-gauge=caution] .row-open").click()
    expect(panel).to_contain_text("氾濫危険水位まで あと 0.57 m")
    page.locator("tr[data-gauge=suspect] .row-open").click()
    expect(panel).to_contain_text("急な変化（確認待ち）")
    page.locator("tr[data-gauge=nothing] .row-open").click()
    expect(panel).to_contain_text("安全を意味しません")
    stage.gauge("nothing", level_m=5.5, flag=1, **{"class": "start"})
    expect(panel).to_contain_text("5.50")


def test_the_hydrograph_is_read_by_keys_and_as_a_table(page: Page, stage: Stage) -> None:
    stage.readings["danger"] = [
        reading(50, 6.10),
        reading(40, 39.33, 4, "spike"),
        reading(30, 6.40, 3, "jump"),
        reading(20, None, 9, "no-value"),
        reading(10, 6.79),
    ]
    page.locator("tr[data-gauge=danger] .row-open").click()
    frame = page.locator(".hydrograph-frame")
    expect(frame.locator("canvas")).to_be_visible()
    readout = page.locator(".hydrograph-readout")
    frame.focus()
    page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("6.79 m")
    page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("値なし")
    page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("疑い：急な変化（確認待ち）")
    page.keyboard.press("Home")
    expect(readout).to_contain_text("6.10 m")
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("不合格：一回だけの飛び")
    assert frame.get_attribute("aria-valuetext") == readout.inner_text()
    page.locator(".hydrograph-table summary").click()
    expect(page.locator(".hydrograph-table tbody tr")).to_have_count(5)
    expect(page.locator(".hydrograph-table tr[data-flag='4']")).to_contain_text("39.33")


def test_readings_that_cannot_be_had_are_told_and_asked_for_again(page: Page, stage: Stage) -> None:
    stage.failing["/api/gauges"] = 500
    page.locator("tr[data-gauge=danger] .row-open").click()
    expect(page.locator(".hydrograph-notice")).to_contain_text("観測値を取得できません（サーバーの異常）")
    stage.failing.clear()
    stage.readings["danger"] = [reading(10, 6.79)]
    page.locator(".hydrograph button", has_text="もう一度").click()
    expect(page.locator(".hydrograph-notice")).to_be_empty()


def test_official_warnings_stand_by_themselves(page: Page, stage: Stage) -> None:
    expect(page.locator("#warnings-none")).to_contain_text("一度も受信していません")
    stage.put("warning", "a", warning("a", 3))
    stage.put("warning", "b", warning("b", 4, name="レベル4土砂災害危険警報"))
    first = page.locator("#warning-list li").first
    expect(first).to_have_attribute("data-level", "4")
    for words in ("レベル4土砂災害危険警報", "徳島県 南部", "対象 2市町村", "公式発表", "発表"):
        expect(first).to_contain_text(words)
    expect(page.locator(".count-official")).to_contain_text("レベル4 1件")
    expect(page.locator("#announcer")).to_contain_text("公式発表、南部、レベル4土砂災害危険警報")
    stage.put("warning", "b", None)
    expect(page.locator(".count-official")).to_contain_text("レベル3 1件")
    stage.layers = [{"layer": "warning", "newest_at": utc(datetime.now(UTC)), "count": 0, "source": "気象庁"}]
    stage.put("warning", "a", None)
    page.reload()
    expect(page.locator("#warnings-none")).to_contain_text("発表中の警報・注意報はありません")


def test_the_chronology_selects_filters_and_takes_notes(page: Page, stage: Stage) -> None:
    page.locator("#entries button", has_text="御所地橋").click()
    expect(page.locator("#gauge-panel")).to_have_attribute("data-gauge", "danger")
    page.locator("#note-text").fill("那賀町に電話")
    page.keyboard.press("Enter")
    expect(page.locator("#entries li").first).to_contain_text("那賀町に電話")
    expect(page.locator("#entries li").first).to_contain_text("当直 一郎")
    expect(page.locator("#note-text")).to_have_value("")
    assert stage.notes[0]["text"] == "那賀町に電話"
    page.locator("#chronology-filter").select_option("note")
    expect(page.locator("#entries li")).to_have_count(1)
    page.locator("#chronology-filter").select_option("all")
    page.locator("#entries-older").click()
    expect(page.locator("#entries li").last).to_contain_text("古い記録")
    stage.failing["/api/chronology"] = 403
    page.locator("#note-text").fill("二つ目")
    page.keyboard.press("Enter")
    expect(page.locator("#note-said")).to_contain_text("権限がありません")
    expect(page.locator("#note-text")).to_have_value("二つ目")


def test_data_health(page: Page, stage: Stage) -> None:
    now = datetime.now(UTC)
    beat = {"started_at": utc(now), "state": "up", "detail": {"committed": 1234, "behind_s": 0.1}}
    stage.put("service", "ingest", {**beat, "id": "ingest", "seen_at": utc(now)})
    stage.put("service", "forecast", {**beat, "id": "forecast", "seen_at": utc(now - timedelta(seconds=60))})
    stage.put("quarantine", "total", {"total": 3, "latest_at": utc(now), "reasons": {"not-json": 3}})
    expect(page.locator("#quarantine-count")).to_have_attribute("data-count", "3")
    expect(page.locator("#services-down")).to_have_attribute("data-count", "1")
    item = {"id": 1, "received_at": utc(now), "topic": "sonae/v1/x", "adapter": "own"}
    stage.quarantine = [{**item, "error_code": "not-json", "detail": "byte 3", "count": 3, "size": 9}]
    page.locator("#health-open").click()
    dialog = page.locator("#health-dialog")
    for words in ("not-json", "byte 3", "sonae/v1/x", "データの取り込み（ingest）", "停止", "保存 1234件"):
        expect(dialog).to_contain_text(words)
    expect(page.locator("#services-down")).to_have_attribute("data-count", "2", timeout=15_000)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_dead_service_is_told_while_the_line_is_well(page: Page, stage: Stage) -> None:
    now = datetime.now(UTC)
    broker = {"id": "broker", "started_at": utc(now), "seen_at": utc(now), "state": "up", "detail": {}}
    stage.put("service", "broker", broker)
    expect(page.locator("#services-down")).to_have_attribute("data-count", "0")
    expect(page.locator("#trouble")).to_be_hidden()
    stage.put("service", "broker", {**broker, "state": "disconnected"})
    expect(page.locator("#trouble")).to_contain_text("観測機器との中継が止まっています")
    expect(page.locator("#announcer")).to_contain_text("観測機器との中継が止まっています")
    expect(page.locator("html")).to_have_attribute("data-connection", "live")
    page.locator("#trouble-open").click()
    expect(page.locator("#health-dialog")).to_contain_text("停止（未接続）")
    page.keyboard.press("Escape")
    stage.put("service", "broker", {**broker, "seen_at": utc(datetime.now(UTC))})
    expect(page.locator("#trouble")).to_be_hidden()
    expect(page.locator("#trouble")).to_be_visible(timeout=15_000)


def test_an_intake_that_never_reported_is_told(blank: Page, stage: Stage) -> None:
    stage.objects["service"] = {}
    opened(blank, stage)
    expect(blank.locator("#trouble")).to_contain_text(
        "データの取り込みが止まっています（一度も確認できていない）"
    )
    expect(blank.locator("#services-down")).to_have_attribute("data-count", "1")


def test_layers_tell_their_age(blank: Page, stage: Stage) -> None:
    old = utc(datetime.now(UTC) - timedelta(days=62))
    stage.layers = [
        {"layer": "site", "newest_at": old, "count": 2115, "source": "国土地理院", "licence": ""},
        {"layer": "area", "newest_at": None, "count": 33, "source": "N03", "licence": ""},
        {"layer": "shelter", "newest_at": None, "count": 0, "source": "国土地理院", "licence": ""},
    ]
    opened(blank, stage)
    expect(blank.locator("[data-layer=gauges]")).to_contain_text("3分")
    expect(blank.locator("[data-layer=site]")).to_contain_text("62日")
    expect(blank.locator("[data-layer=area]")).to_contain_text("日付不明")
    expect(blank.locator("[data-layer=shelter]")).to_contain_text("データなし")
    expect(blank.locator("[data-layer=warnings]")).to_contain_text("データなし")


def test_refuges_are_found_without_the_map(page: Page, stage: Stage) -> None:
    place = {"address": "鴨島町1", "area": "36205", "lon": 134.36, "lat": 34.07, "notes": "", "source": "x"}
    stage.refuges = [
        {**place, "kind": "site", "id": "s1", "name": "中央公園", "hazards": ["flood"], "capacity": 300},
        {**place, "kind": "shelter", "id": "h1", "name": "中央小学校", "hazards": [], "capacity": None},
    ]
    page.locator("#refuges-open").click()
    dialog = page.locator("#refuges-dialog")
    expect(dialog.locator("li")).to_have_count(2)
    expect(dialog).to_contain_text("開設中かどうかは示しません")
    dialog.locator("select").nth(1).select_option("flood")
    expect(dialog.locator("li")).to_have_count(1)
    expect(dialog.locator("li")).to_contain_text("対象：洪水")
    dialog.locator("li button").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#refuge-card")).to_contain_text("中央公園")
    page.wait_for_timeout(500)
    assert "/34.07" in page.url
