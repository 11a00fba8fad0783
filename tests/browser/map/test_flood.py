"""Simulated floods on the screen: water over time, unknown ground, who is hit; really computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.conftest import opened
from tests.browser.map.stage import RunningStage, Stage
from tests.browser.map.stage_flood import FRAME_S, HOURS, RUN, computed, depth_at, flooded, put
from tests.browser.map.test_accessible import findings

#: in the water an hour after the breach; dry ground; ground of unknown elevation
WET, DRY, UNKNOWN = (138.2745, 36.6875), (138.2660, 36.6810), (138.2460, 36.7100)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with RunningStage(flooded()) as running:
        yield running


def shown(page: Page, view: str = "depth", t_s: int = 4800) -> None:
    """Wait until the map draws that moment of the run."""
    expect(page.locator("#map")).to_have_attribute("data-flood", f"{RUN}/median/{view}/{t_s}")


def impact() -> dict[str, Any]:
    """Return the impact of the run."""
    document = computed()[0].impact
    assert document is not None
    return document


def at(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    """Return where a place lies on the screen, once the map stands in its middle."""
    page.goto(f"{page.url.split('#')[0]}#map=15/{place[1]}/{place[0]}&flood={RUN}/median/depth/3600")
    shown(page, t_s=3600)
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def opened_flood(page: Page, stage: Stage, address: str = "") -> Page:
    """Open a map that holds no gauges."""
    page.goto(f"{stage.url}/{address}")
    page.wait_for_selector("html[data-connection=live]")
    page.wait_for_selector("#map[data-flood]:not([data-flood=''])")
    return page


def test_the_wall_reads_a_simulation_its_time_people_and_what_closes(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage, f"#flood={RUN}/median/depth/{HOURS * 3600}")
    shown(blank, t_s=HOURS * 3600)
    banner = blank.locator("#flood-banner")
    people = impact()["totals"]["people"][-1]
    for words in (
        "想定（シミュレーション・参考）",
        "08:00",
        "（+4時間）",
        "今後",
        f"{people:,}人",
        "合成データ",
        "避難所 2・避難場所 2",
    ):
        expect(banner).to_contain_text(words)
    area = computed()[0].summary["area_km2"]
    told = banner.locator("li b").first.inner_text()
    assert float(told.split()[0]) == pytest.approx(area, abs=0.05)
    expect(blank.locator("#flood-legend")).to_contain_text("不明（標高なし）")
    expect(blank.locator("#flood-legend")).to_contain_text("1.0〜3.0m")


def test_a_picture_of_floods_alone_opens_with_the_newest_at_now(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    shown(blank)
    expect(blank.locator("#flood-time")).to_have_attribute("data-phase", "now")
    expect(blank.locator("#flood-panel .flood-run")).to_have_attribute("data-run", RUN)
    blank.wait_for_function("location.hash.includes('flood=3/median/depth/4800')")


def test_time_is_moved_by_keys_buttons_and_film(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    shown(blank)
    slider = blank.locator("#flood-range")
    slider.press("ArrowRight")
    shown(blank, t_s=6000)
    expect(blank.locator(".flood-time")).to_have_text("05:40　+1時間40分　今後")
    assert slider.get_attribute("aria-valuetext") == "05:40　+1時間40分　今後"
    slider.press("Home")
    shown(blank, t_s=0)
    expect(blank.locator("#flood-banner")).to_contain_text("過去")
    blank.get_by_role("button", name="次の時刻").click()
    shown(blank, t_s=FRAME_S)
    blank.get_by_role("button", name="現在", exact=True).click()
    shown(blank)
    slider.press("End")
    shown(blank, t_s=HOURS * 3600)
    blank.locator(".flood-play").click()
    expect(blank.locator(".flood-play")).to_have_attribute("aria-pressed", "true")
    shown(blank, t_s=FRAME_S)
    blank.locator(".flood-play").click()
    expect(blank.locator(".flood-play")).to_have_text("再生")
    blank.wait_for_function("/flood=3.median.depth.\\d+/.test(location.hash)")


def test_the_depth_of_a_place_is_told_and_unknown_is_not_dry(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    said = blank.locator(".flood-place")
    blank.mouse.move(*at(blank, WET))
    depth_m = depth_at(*WET, 3600) / 100
    assert depth_m > 0.05
    expect(said).to_contain_text("05:00（+1時間） 深さ")
    expect(said).to_contain_text(f"（{depth_m:.2f} m）")
    expect(said).to_contain_text("到達 04:")
    x, y = at(blank, DRY)
    blank.mouse.move(x + 1, y)
    expect(said).to_contain_text("浸水なし（想定）")
    x, y = at(blank, UNKNOWN)
    blank.mouse.click(x, y)
    blank.mouse.move(x + 300, 5)
    expect(said).to_contain_text("不明（標高データなし）。浸水しないという意味ではありません")
    blank.get_by_role("button", name="地点の印を消す").click()
    expect(said).to_contain_text("矢印キー")
    blank.locator("#map").focus()
    blank.keyboard.press("ArrowRight")
    expect(blank.locator(".flood-cross")).to_be_visible()
    expect(said).to_contain_text("不明")


def test_water_unknown_ground_and_dry_ground_differ_on_the_map(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    colours = {}
    for name, place in {"wet": WET, "dry": DRY, "unknown": UNKNOWN}.items():
        at(blank, place)
        blank.wait_for_timeout(300)
        colours[name] = blank.evaluate(
            """() => {
                const canvas = document.querySelector('.flood-canvas');
                const [x, y] = [canvas.width / 2 - 10, canvas.height / 2 - 10];
                const {data} = canvas.getContext('2d').getImageData(x, y, 20, 20);
                const pixels = Array.from({length: 400}, (_, i) => data.slice(4 * i, 4 * i + 4));
                const yellow = ([red, green, , alpha]) => red > 200 && green > 180 && alpha > 200;
                return {
                    clear: pixels.filter(([, , , alpha]) => alpha === 0).length,
                    yellow: pixels.filter(yellow).length,
                };
            }"""
        )
    assert colours["wet"]["yellow"] > 100
    assert colours["dry"]["clear"] > 300
    assert colours["unknown"]["clear"] == 0
    assert colours["unknown"]["yellow"] == 0


def test_peak_and_arrival_are_chosen_and_kept_in_the_address(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    blank.get_by_label("最大の深さ").check()
    shown(blank, "peak", 0)
    expect(blank.locator("#flood-banner")).to_contain_text("最大の浸水深（4時間まで）")
    blank.get_by_label("到達時間", exact=True).check()
    shown(blank, "arrival", 0)
    expect(blank.locator("#flood-legend")).to_contain_text("30分以内")
    blank.reload()
    shown(blank, "arrival", 0)
    blank.locator("#flood-range").press("ArrowRight")
    shown(blank, t_s=6000)
    blank.go_back()
    shown(blank, "arrival", 0)


def test_who_is_hit_follows_the_slider_and_is_saved(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage, f"#flood={RUN}/median/depth/3600")
    document = impact()
    totals = blank.locator(".impact-totals td").first
    at_hour = document["times_s"].index(3600)
    expect(totals).to_have_text(f"{document['totals']['people'][at_hour]:,}")
    blank.locator("#flood-range").press("End")
    expect(totals).to_have_text(f"{document['totals']['people'][-1]:,}")
    rows = blank.locator(".impact-places tbody tr")
    expect(rows.first).to_contain_text("長野市立長沼小学校")
    expect(rows.first).to_contain_text("指定避難所")
    expect(rows.first).to_have_attribute("data-state", "closed")
    expect(rows.first).to_contain_text("06:55")
    unknown = next(place["name"] for place in document["places"] if place["unknown"])
    expect(blank.locator(".impact-places tr[data-state=unknown]").first).to_contain_text(unknown)
    expect(blank.locator(".impact .note")).to_contain_text("合成データ")
    rows.first.locator(".row-open").click()
    expect(blank.locator(".flood-place")).to_contain_text("深さ")
    with blank.expect_download() as saving:
        blank.get_by_role("button", name="CSVで保存").click()
    table = list(csv.reader(io.StringIO(Path(saving.value.path()).read_text(encoding="utf-8-sig"))))
    assert table[0][0] == "想定（シミュレーション・参考）"
    assert [row[2] for row in table[2:4]] == ["長野市立長沼小学校"] * 2
    assert table[2][6] == "2019-10-13 06:55"


def test_no_population_is_said(blank: Page, stage: Stage) -> None:
    document = {
        **impact(),
        "population": None,
        "walkable": None,
        "totals": dict.fromkeys(("people", "households", "people_by_class")),
    }
    stage.answers[f"/api/inundations/{RUN}/median/impact"] = document
    opened_flood(blank, stage)
    expect(blank.locator("#flood-banner")).to_contain_text("人口データなし")
    expect(blank.locator(".impact .note")).to_contain_text("0人という意味ではありません")
    expect(blank.locator(".impact-totals td").first).to_have_text("不明")


def test_a_run_grows_can_be_stopped_and_is_followed(blank: Page, stage: Stage) -> None:
    put(stage, "running", until_s=2 * FRAME_S)
    for quantity in ("lines", "impact"):
        stage.answers.pop(f"/api/inundations/{RUN}/median/{quantity}")
    opened_flood(blank, stage)
    shown(blank, t_s=2 * FRAME_S)
    expect(blank.locator("#flood-open")).to_contain_text("計算中 16%")
    expect(blank.locator("#flood-panel progress")).to_be_visible()
    expect(blank.locator(".impact")).to_contain_text("影響は計算が終わると表示されます")
    expect(blank.get_by_label("最大の深さ")).to_be_disabled()
    put(stage, "running", until_s=3 * FRAME_S)
    shown(blank, t_s=3 * FRAME_S)
    blank.get_by_role("button", name="計算を中止").click()
    put(stage, "done")
    expect(blank.locator(".impact-places tbody tr").first).to_contain_text("長沼小学校")
    assert stage.stopped == [RUN]
    expect(blank.locator("#announcer")).to_contain_text("計算が終わりました")


def test_failures_are_said_and_never_look_dry(blank: Page, stage: Stage) -> None:
    put(stage, "failed", fault="the solver gave up", frames={})
    blank.goto(f"{stage.url}/#flood={RUN}")
    expect(blank.locator("#flood-panel .flood-run > .note")).to_contain_text("the solver gave up")
    expect(blank.locator("#flood-banner")).to_contain_text("結果はありません")
    put(stage)
    stage.tiles.pop(next(address for address in stage.tiles if "/depth/4800/" in address))
    blank.reload()
    expect(blank.locator("#flood-banner")).to_contain_text("浸水しないという意味ではありません")
    expect(blank.locator("#map")).to_have_attribute("data-flood", "")


def test_facilities_are_a_layer_with_a_key_of_its_signs(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    blank.locator("#map-layers summary").click()
    expect(blank.locator(".layer-signs")).to_contain_text("病院・有床診療所")
    with blank.expect_request(lambda asked: "/tiles/facilities/" in asked.url):
        blank.get_by_label("病院・施設など").check()


def test_the_chronology_leads_to_a_run(blank: Page, stage: Stage) -> None:
    opened_flood(blank, stage)
    blank.locator("#flood-close").click()
    told = {**stage.objects["chronology"]["500"][1], "id": 501, "category": "forecast", "text": "浸水想定"}
    stage.put("chronology", "501", {**told, "object_kind": "inundation", "object_id": RUN})
    blank.locator("[data-entry='501'] button").click()
    shown(blank)
    expect(blank.locator("#flood-panel")).to_be_visible()


def test_members_are_named_honestly(blank: Page, stage: Stage) -> None:
    discharge = {
        "source": "gauge",
        "words": "予測から",
        "words_en": "forecast",
        "peak_m3_s": {"median": 250.0, "low": 90.0, "high": 400.0},
    }
    put(stage, discharge=discharge)
    opened_flood(blank, stage)
    members = blank.locator("fieldset", has_text="河川水位の想定")
    expect(members).to_contain_text("確率の分布ではありません")
    expect(members.get_by_label("中央（水位予測の50%値）")).to_be_checked()
    expect(members.get_by_label("高め（水位予測の90%値）")).to_be_disabled()


def test_gauges_and_floods_stand_side_by_side(blank: Page) -> None:
    with RunningStage(flooded(gauges=True, after=timedelta(minutes=80))) as stage:
        blank.goto("about:blank")
        page = blank.context.new_page()
        opened(page, stage)
        expect(page.locator("#flood-panel")).to_be_hidden()
        expect(page.locator("#flood-open")).to_have_text("浸水想定 1件")
        page.locator("#flood-open").click()
        page.locator(f"#flood-panel [data-run='{RUN}']").last.click()
        shown(page)
        page.locator("tr[data-gauge=danger] .row-open").click()
        expect(page.locator("#gauge-panel")).to_be_visible()
        expect(page.locator("#flood-banner")).to_be_visible()
        page.locator("#panel-close").click()
        page.locator("#flood-close").click()
        expect(page.locator("#flood-banner")).to_be_hidden()
        expect(page.locator("#map")).to_have_attribute("data-flood", "")
        page.close()


@pytest.mark.parametrize(
    ("theme", "width", "height"), [("dark", 1920, 1080), ("light", 1280, 720), ("dark", 375, 812)]
)
def test_axe_finds_nothing(blank: Page, stage: Stage, theme: str, width: int, height: int) -> None:
    blank.set_viewport_size({"width": width, "height": height})
    blank.goto(f"{stage.url}/#theme={theme}&flood={RUN}/median/depth/3600")
    blank.wait_for_selector("html[data-connection=live]")
    if width < 900:
        blank.locator("[data-view-name=map]").click()
    shown(blank, t_s=3600)
    expect(blank.locator(".impact-places tbody tr").first).to_be_visible()
    assert findings(blank) == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    blank.locator("#breach-open").click()
    blank.locator("#breach-form summary").click()
    blank.get_by_role("button", name="この想定で計算を始める").click()
    assert findings(blank) == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
