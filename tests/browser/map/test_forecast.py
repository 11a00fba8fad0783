"""The level forecast on the screen: fan, earlier ones, figures, list, tags; made by the real forecaster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.conftest import opened
from tests.browser.map.stage import RunningStage, Stage, utc
from tests.browser.map.stage_forecast import storm, stormy, told_live
from tests.browser.map.test_accessible import findings

#: the height of the storm, minutes after the record's last poll: 02:52 on 3 June in Japan
AT = datetime(2026, 6, 2, 17, 52, tzinfo=UTC)
IDS = [gauge.id for gauge in storm().gauges]
#: below its danger level, and likely to reach it
RISING = next(gauge.id for gauge in storm().gauges if gauge.name == "十八女大橋")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with RunningStage(stormy(AT)) as running:
        yield running


def forecast_of(stage: Stage, gauge_id: str) -> dict[str, Any]:
    value: dict[str, Any] = stage.objects["forecast"][gauge_id][1]
    return value


def over(stage: Stage, gauge_id: str) -> bool:
    value = stage.objects["gauge"][gauge_id][1]
    return value["level_m"] is not None and value["level_m"] >= value["thresholds"]["danger"]


def listed(page: Page) -> list[str]:
    found = page.eval_on_selector_all("#forecast-rows tr", "rows => rows.map(row => row.dataset.gauge)")
    return [str(gauge_id) for gauge_id in found]


def percent(chance: float) -> str:
    """Return a probability as the screen tells it, half per cent rounded up as by the browser."""
    return f"{int(chance * 100 + 0.5)}%"


def test_the_panel_answers_the_mayor(blank: Page, stage: Stage) -> None:
    opened(blank, stage, f"#gauge={RISING}")
    told = forecast_of(stage, RISING)
    by_hour = told["passing"]["danger"]
    box = blank.locator("#gauge-panel .forecast").first
    expect(box.locator(".forecast-chance")).to_have_text(percent(by_hour[2]))
    for words in (
        "推計・参考",
        "3時間以内に 氾濫危険水位",
        "02:52 の予測",
        f"6時間以内に達する確率 {percent(by_hour[5])}",
    ):
        expect(box).to_contain_text(words)
    assert told["status"] == "late"
    expect(box).to_contain_text("最新の水位が古いため幅が広くなっています")
    figures = blank.locator(".forecast-details")
    danger = figures.locator("tbody tr").first
    for hour in (1, 3, 6):
        expect(danger).to_contain_text(percent(by_hour[hour - 1]))
    levels = figures.locator("tbody tr").last
    expect(levels).to_contain_text(f"{told['median_m'][2]:.1f}")
    expect(levels).to_contain_text(f"{told['low_m'][2]:.1f}〜{told['high_m'][2]:.1f}")
    expect(figures).to_contain_text("公式の洪水予報ではありません")


def test_past_skill_stands_beside_the_forecast(blank: Page, stage: Stage) -> None:
    opened(blank, stage, f"#gauge={RISING}")
    at_3h = stage.skill[RISING]["hours"]["3"]
    line = blank.locator(".forecast-record")
    expect(line).to_contain_text(f"この観測所の成績：3時間先は平均 {at_3h['mae_m']:.2f} m ずれ")
    blank.locator(".forecast-skill summary").click()
    skill = blank.locator(".forecast-skill")
    assert stage.skill[RISING]["crossings"]["3"]["events"] == 0
    for words in (
        f"3時間先（{at_3h['n']}回）",
        "確かめられていない",
        "学習に使っていない観測所すべてでは",
        "学習した期間より後",
    ):
        expect(skill).to_contain_text(words)
    other = next(id_ for id_ in IDS if id_ not in stage.skill and forecast_of(stage, id_)["status"] != "none")
    blank.evaluate("id => { location.hash = `#gauge=${id}` }", other)
    expect(line).to_contain_text("この観測所のものではない")
    stage.skill = {}
    blank.reload()
    expect(line).to_contain_text("どのくらい当たるかは分かりません")


def test_english_leaves_no_japanese_of_ours(blank: Page, stage: Stage) -> None:
    opened(blank, stage, f"#gauge={RISING}&list=forecast&lang=en")
    blank.locator(".forecast-skill summary").click()
    expect(blank.locator(".forecast-skill")).to_contain_text("While it rises")
    blank.locator(".forecast-table summary").click()
    stray = blank.eval_on_selector_all(
        ".count-forecast, .list-tabs, #forecast-tally, #forecast-scroll, .forecast, .hydrograph",
        """all => all.flatMap(part => {
            const copy = part.cloneNode(true);
            copy.querySelectorAll('[lang=ja]').forEach(theirs => theirs.remove());
            return copy.textContent.match(/[\\u3041-\\u9fff]+/g) ?? [];
        })""",
    )
    assert stray == []


def test_the_fan_is_read_by_keys_and_as_a_table(blank: Page, stage: Stage) -> None:
    opened(blank, stage, f"#gauge={RISING}")
    whole = stage.forecasts[RISING][0]
    readout = blank.locator(".hydrograph-readout")
    frame = blank.locator(".hydrograph-frame")
    expect(blank.locator(".forecast-said")).to_contain_text("02:52 の予測（最新")
    frame.focus()
    blank.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("27.31 m")
    blank.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("03:02 予測")
    blank.keyboard.press("End")
    expect(readout).to_contain_text(f"08:52 予測 {whole['level_m'][-1][3]:.1f} m（80% ")
    passing = whole["passing_steps"]["danger"][-1]
    expect(readout).to_contain_text(f"この時刻までに氾濫危険水位に達する確率 {percent(passing)}")
    assert frame.get_attribute("aria-valuetext") == readout.inner_text()
    blank.locator(".forecast-table summary").click()
    rows = blank.locator(".forecast-table tbody tr")
    expect(rows).to_have_count(36)
    first = whole["level_m"][0]
    for figure in (f"{first[3]:.2f}", f"{first[2]:.2f}–{first[4]:.2f}", f"{first[0]:.2f}–{first[6]:.2f}"):
        expect(rows.first).to_contain_text(figure)


def test_an_earlier_forecast_stands_beside_what_came(blank: Page, stage: Stage) -> None:
    opened(blank, stage, f"#gauge={RISING}")
    said = blank.locator(".forecast-said")
    expect(said).to_contain_text("02:52 の予測（最新")
    slider = blank.locator(".forecast-history input")
    slider.focus()
    blank.keyboard.press("Home")
    expect(said).to_have_text("6/2 22:52 に出した予測")
    assert slider.get_attribute("aria-valuetext") == "6/2 22:52 に出した予測"
    whole = stage.forecasts[RISING][-1]
    begin, end = AT - timedelta(hours=4), AT
    came = [r for r in stage.readings[RISING] if utc(begin + timedelta(minutes=10)) <= r["at"] <= utc(end)]
    assert came
    expect(blank.locator(".hydrograph-held")).to_contain_text(f"観測 {len(came)}件のうち")
    blank.locator(".hydrograph-frame").focus()
    blank.keyboard.press("ArrowLeft")
    blank.keyboard.press("End")
    expect(blank.locator(".hydrograph-readout")).to_contain_text(f"予測 {whole['level_m'][-1][3]:.1f} m")
    blank.locator(".forecast-history [data-label='history.later']").click()
    expect(said).to_have_text("6/2 23:12 に出した予測")
    blank.locator(".forecast-history [data-text='history.newest']").click()
    expect(said).to_contain_text("最新")


def test_the_list_by_probability(blank: Page, stage: Stage) -> None:
    opened(blank, stage)
    blank.locator("#tab-danger").focus()
    blank.keyboard.press("ArrowRight")
    expect(blank.locator("#tab-forecast")).to_be_focused()
    expect(blank.locator("#forecast-list")).to_be_visible()
    expect(blank.locator("#gauge-list")).to_be_hidden()
    assert "list=forecast" in blank.url
    told = {
        gauge_id: value["passing"].get("danger") for gauge_id, (_, value) in stage.objects["forecast"].items()
    }
    ahead = [id_ for id_, by_hour in told.items() if by_hour and not over(stage, id_)]
    order = listed(blank)
    first = order[: len(ahead)]
    assert set(first) == set(ahead)
    chances = [told[gauge_id][2] for gauge_id in first]
    assert chances == sorted(chances, reverse=True)
    silent = [gauge_id for gauge_id, by_hour in told.items() if not by_hour]
    assert set(order[len(ahead) :]) == set(silent)
    expect(blank.locator("#forecast-counts")).to_contain_text(f"予測なし {len(silent)}局")
    expect(blank.locator(f"tr[data-gauge='{silent[0]}']")).to_contain_text("予測なし")
    expect(blank.locator("tr[data-gauge] .row-open").first).to_have_text("右岸 7K200")
    alarmed = [id_ for id_ in ahead if forecast_of(stage, id_)["alarm"]]
    expect(blank.locator("[data-count-of=forecast]")).to_have_attribute("data-count", str(len(alarmed)))
    expect(blank.locator("#map")).to_have_attribute("data-forecasts", str(len(alarmed)))


def test_gauges_that_are_over_already_are_counted_and_folded(blank: Page, stage: Stage) -> None:
    opened(blank, stage, "#list=forecast")
    count = sum(over(stage, gauge_id) for gauge_id in IDS)
    expect(blank.locator("#forecast-counts")).to_contain_text(f"超過中 {count}局")
    shown = len(listed(blank))
    assert shown + count == len(IDS)
    button = blank.locator("#forecast-over")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(blank.locator("#forecast-rows tr")).to_have_count(len(IDS))
    expect(blank.locator("#forecast-rows tr").first).to_contain_text("超過")


def test_the_list_shares_keys_filters_and_the_panel(blank: Page, stage: Stage) -> None:
    opened(blank, stage, "#list=forecast")
    blank.locator("[data-skip=list]").press("Enter")
    focused = "document.activeElement.closest('tr')?.dataset.gauge"
    order = listed(blank)
    assert blank.evaluate(focused) == order[0]
    blank.keyboard.press("ArrowDown")
    assert blank.evaluate(focused) == order[1]
    blank.keyboard.press("Enter")
    expect(blank.locator("#gauge-panel")).to_have_attribute("data-gauge", order[1])
    blank.locator("#panel-close").click()
    blank.locator("#filter-river").select_option("那賀川")
    rivers = [g.id for g in storm().gauges if g.river == "那賀川" and not over(stage, g.id)]
    expect(blank.locator("#forecast-rows tr")).to_have_count(len(rivers))
    blank.go_back()
    blank.locator("[data-count-of=forecast]").click()
    expect(blank.locator("#gauge-list")).to_be_visible()


def test_a_forecast_goes_stale_while_the_line_is_cut(blank: Page, stage: Stage) -> None:
    made = utc(AT - timedelta(minutes=89, seconds=55))
    old = {**stage.forecasts[RISING][0], "origin_at": made, "made_at": made}
    stage.forecasts[RISING] = [old]
    stage.objects["forecast"][RISING] = (2, told_live(old))
    opened(blank, stage, f"#list=forecast&gauge={RISING}")
    stage.cut = True
    box = blank.locator("#gauge-panel .forecast").first
    expect(box).to_have_attribute("data-state", "stale", timeout=10_000)
    expect(box).to_contain_text("この予測は 90分 前のものです")
    expect(blank.locator(".forecast-said")).to_be_visible()
    expect(blank.locator(".forecast-said")).to_contain_text("古い")
    expect(blank.locator(f"tr[data-gauge='{RISING}']")).to_contain_text("古い予測")
    expect(blank.locator("#forecast-counts")).to_contain_text("古い予測 1局")
    assert blank.locator(f"tr[data-gauge='{RISING}']").get_attribute("data-alarm") is None


def test_without_a_forecast_nothing_looks_safe(blank: Page, stage: Stage) -> None:
    stage.objects["forecast"] = {}
    stage.forecasts = {}
    opened(blank, stage, f"#list=forecast&gauge={RISING}")
    expect(blank.locator("#forecast-counts")).to_contain_text("危険がないことを意味しません")
    expect(blank.locator("[data-count-of=forecast]")).to_contain_text("—")
    expect(blank.locator("#gauge-panel .forecast").first).to_contain_text(
        "まだ計算されていません。安全を意味しません"
    )
    expect(blank.locator("[data-layer=forecasts]")).to_contain_text("データなし")


def test_a_forecast_that_ends_is_told(blank: Page, stage: Stage) -> None:
    opened(blank, stage, f"#gauge={RISING}")
    expect(blank.locator(".forecast-chance")).to_be_visible()
    ended = {**forecast_of(stage, RISING), "status": "none", "origin_at": utc(AT + timedelta(seconds=1))}
    empty: dict[str, Any] = {"passing": {}, "time_to": {}, "peak": None, "alarm": False}
    stage.put("forecast", RISING, {**ended, **empty, "hours": [], "low_m": [], "median_m": [], "high_m": []})
    box = blank.locator("#gauge-panel .forecast").first
    expect(box).to_contain_text("最新の観測が古すぎます。安全を意味しません")
    expect(blank.locator(".forecast-details")).to_be_hidden()
    expect(blank.locator(".forecast-said")).to_have_text("予測なし")


def test_an_alarm_is_announced_and_stands_in_the_chronology(blank: Page, stage: Stage) -> None:
    ahead = [id_ for id_ in IDS if forecast_of(stage, id_)["alarm"] and not over(stage, id_)]
    quiet = {**forecast_of(stage, RISING), "alarm": False}
    stage.objects["forecast"][RISING] = (2, quiet)
    opened(blank, stage)
    expect(blank.locator("#map")).to_have_attribute("data-forecasts", str(len(ahead) - 1))
    stage.put("forecast", RISING, {**quiet, "alarm": True})
    expect(blank.locator("#announcer")).to_contain_text(
        "予測、那賀川 十八女大橋、3時間以内に氾濫危険水位に達する確率"
    )
    expect(blank.locator("#map")).to_have_attribute("data-forecasts", str(len(ahead)))
    entry = {
        **stage.objects["chronology"]["500"][1],
        "id": 501,
        "category": "forecast",
        "text": "予測（参考）",
    }
    stage.put("chronology", "501", {**entry, "object_id": RISING})
    blank.locator("#chronology-filter").select_option("forecast")
    expect(blank.locator("#entries li")).to_have_count(1)
    expect(blank.locator("#entries li")).to_contain_text("予測")


def test_what_cannot_be_had_is_said_and_the_picture_serves(blank: Page, stage: Stage) -> None:
    stage.failing[f"/api/gauges/{RISING}/forecast"] = 500
    opened(blank, stage, f"#gauge={RISING}")
    expect(blank.locator(".forecast-said")).to_contain_text("予測を取得できません（サーバーの異常）")
    expect(blank.locator(".forecast-table summary")).to_be_visible()
    blank.locator(".forecast-table summary").click()
    expect(blank.locator(".forecast-table tbody tr")).to_have_count(6)


@pytest.mark.parametrize(("theme", "width"), [("dark", 1920), ("light", 1920), ("dark", 375)])
def test_axe_finds_nothing(blank: Page, stage: Stage, theme: str, width: int) -> None:
    blank.set_viewport_size({"width": width, "height": 812})
    opened(blank, stage, f"#list=forecast&theme={theme}")
    assert findings(blank) == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    blank.locator(f"tr[data-gauge='{RISING}'] .row-open").click()
    expect(blank.locator(".forecast-said")).to_contain_text("最新")
    blank.locator(".forecast-table summary").click()
    blank.locator(".forecast-skill summary").click()
    assert findings(blank) == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
