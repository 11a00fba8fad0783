"""Shelters and supplies on the screen; every object is made by the real merge, demand and silence code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.conftest import filled, opened
from tests.browser.map.stage import RunningStage, Stage
from tests.browser.map.stage_shelter import Town, flooded_town, shelter_answers
from tests.browser.map.test_accessible import findings


@pytest.fixture
def town() -> Town:
    return flooded_town(filled())


@pytest.fixture
def stage(town: Town) -> Iterator[Stage]:
    town.stage.more = partial(shelter_answers, town=town)
    with RunningStage(town.stage) as running:
        yield running


@pytest.fixture
def shelters(blank: Page, stage: Stage) -> Page:
    """The map with the list of shelters."""
    opened(blank, stage, "#list=shelter&map=12/34.05/134.33")
    expect(blank.locator("#shelter-unheard")).to_have_attribute("data-count", "1")
    return blank


def order(page: Page) -> list[str]:
    found = page.eval_on_selector_all("#shelter-rows tr", "rows => rows.map(row => row.dataset.shelter)")
    return [str(shelter) for shelter in found]


def test_who_needs_somebody_first_stands_first(shelters: Page) -> None:
    assert order(shelters) == ["h-alone", "h-lost", "h-dry", "h-full", "h-dark", "h-mute", "h-shut"]
    alone = shelters.locator("tr[data-shelter=h-alone]")
    expect(alone).to_contain_text("孤立の疑い")
    expect(shelters.locator("tr[data-shelter=h-dark]")).to_contain_text("発電機")
    expect(shelters.locator("tr[data-shelter=h-mute]")).to_contain_text("開設状況不明")
    expect(shelters.locator("tr[data-shelter=h-mute]")).not_to_contain_text("0人")
    expect(shelters.locator("#shelter-unheard-count")).to_contain_text("情報なし 1か所")
    expect(shelters.locator("#shelter-people")).to_contain_text("393人")
    expect(shelters.locator("#map")).to_have_attribute("data-shelters", "7")


def test_counts_narrow_the_list_and_keys_walk_through_it(shelters: Page) -> None:
    shelters.locator("[data-need=lost].need").click()
    expect(shelters.locator("#shelter-rows tr")).to_have_count(1)
    shelters.locator("[data-need=lost].need").click()
    shelters.locator("#shelter-text").fill("川島")
    expect(shelters.locator("#shelter-rows tr")).to_have_count(1)
    shelters.locator("#shelter-text").fill("")
    expect(shelters.locator("#shelter-rows tr")).to_have_count(7)
    shelters.locator("tr[data-shelter=h-alone] .row-open").focus()
    shelters.keyboard.press("ArrowDown")
    shelters.keyboard.press("Enter")
    expect(shelters.locator("#shelter-panel")).to_have_attribute("data-shelter", "h-lost")
    shelters.keyboard.press("Escape")
    expect(shelters.locator("#shelter-panel")).to_be_hidden()


def test_a_silent_shelter_has_its_reason_and_the_next_action(shelters: Page) -> None:
    shelters.locator("tr[data-shelter=h-alone] .row-open").click()
    panel = shelters.locator("#shelter-panel")
    for words in ("孤立の疑い", "県道31号", "次の行動: ヘリ・ドローン", "今は違うかもしれません"):
        expect(panel).to_contain_text(words)


def test_the_panel_tells_cover_and_settles_what_contradicts(shelters: Page, town: Town) -> None:
    shelters.locator("tr[data-shelter=h-dry] .row-open").click()
    cover = shelters.locator("[data-cover=water]")
    days = town.value("h-dry")["cover"]["water"]["days"]
    expect(cover).to_have_text(f"{int(days * 10) / 10}日")
    conflict = shelters.locator("[data-conflict=toilets]")
    expect(conflict).to_contain_text("田中")
    expect(conflict).to_contain_text("佐藤")
    conflict.locator("[data-key=conflict-toilets-1]").click()
    expect(conflict).to_have_count(0)
    expect(shelters.locator("[data-fact=toilets]")).to_contain_text("4")
    assert town.places["h-dry"].state["fields"]["toilets"]["value"] == 4


def test_a_new_tablet_gets_a_code_and_a_lost_one_is_shut_out_by_two_presses(
    shelters: Page, town: Town
) -> None:
    shelters.locator("tr[data-shelter=h-dry] .row-open").click()
    shelters.locator("[data-part=tablets] summary").click()
    shelters.locator("#tablet-offer").click()
    expect(shelters.locator("#tablet-code canvas")).to_be_visible()
    expect(shelters.locator("#tablet-code")).to_contain_text("7H2K9QXM")
    shelters.locator("[data-key='revoke-t-h-dry']").click()
    assert not town.places["h-dry"].revoked
    shelters.locator("[data-key='revoke-t-h-dry']").click()
    expect(shelters.locator("[data-part=tablets]")).to_contain_text("利用停止")
    assert town.places["h-dry"].revoked


def test_the_board_moves_a_line_and_says_who(shelters: Page, town: Town) -> None:
    shelters.locator("#supply-open").click()
    line = shelters.locator("[data-state=request] [data-line='h-dry/n1']")
    expect(line).to_contain_text("至急")
    expect(line).to_contain_text("飲料水 600 L")
    line.locator("[data-move=accepted]").click()
    moved = shelters.locator("[data-state=accepted] [data-line='h-dry/n1']")
    expect(moved).to_contain_text("当直 一郎")
    assert town.places["h-dry"].state["lines"]["n1"]["state"] == "accepted"
    other = shelters.locator("[data-line='h-dry/n2']")
    other.locator("[data-move=rejected]").click()
    expect(other.locator("[data-move=rejected]")).to_have_text("本当に却下")
    assert town.places["h-dry"].state["lines"]["n2"]["state"] == "request"
    shelters.locator("[data-supply-view=table]").click()
    expect(shelters.locator("#supply-dialog tbody tr")).to_have_count(2)
    shelters.locator("[data-supply-view=trucks]").click()
    expect(shelters.locator("#supply-dialog")).to_contain_text("鴨島体育館")
    shelters.locator("[data-supply-view=depots]").click()
    expect(shelters.locator("#supply-dialog")).to_contain_text("合成データ")


def test_a_call_for_help_stands_first_and_is_answered(shelters: Page, town: Town) -> None:
    board = shelters.locator("#supply-open")
    expect(board).to_have_attribute("data-calls", "0")
    town.say("h-dark", "aid", {"aid": "a1", "state": "asked", "need": "doctor", "people": 2}, ago_min=9)
    town.say("h-shut", "aid", {"aid": "a2", "state": "asked", "need": "rescue", "place": "裏の家"}, ago_min=3)
    for shelter in ("h-dark", "h-shut"):
        town.tell(shelter)
    expect(board).to_have_attribute("data-calls", "2")
    assert set(order(shelters)[:2]) == {"h-dark", "h-shut"}
    expect(shelters.locator("tr[data-shelter=h-shut]")).to_contain_text("閉鎖")
    expect(shelters.locator("tr[data-shelter=h-shut]")).not_to_contain_text("空き")
    board.click()
    waiting = shelters.locator(".aid-column[data-state=asked] [data-aid]")
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_have_attribute("data-need", "rescue")
    call = shelters.locator("[data-aid='h-shut/a2']")
    call.locator(".aid-answer").fill("消防 2班")
    call.locator("[data-move=on-the-way]").click()
    expect(shelters.locator(".aid-column[data-state=on-the-way]")).to_contain_text("本部: 消防 2班")
    other = shelters.locator("[data-aid='h-dark/a1']")
    other.locator("[data-move=declined]").click()
    assert town.places["h-dark"].state["aids"]["a1"]["state"] == "asked"
    other.locator("[data-move=declined]").click()
    expect(shelters.locator(".aid-column[data-state=declined] [data-aid]")).to_have_count(1)
    expect(board).to_have_attribute("data-calls", "0")
    assert findings(shelters) == []
    shelters.keyboard.press("Escape")
    expect(shelters.locator("#shelter-rows tr").first).to_have_attribute("data-shelter", "h-alone")


def test_shelters_without_a_word_are_dots_from_afar_and_signs_near_by(shelters: Page) -> None:
    map_ = shelters.locator("#map")
    expect(map_).to_have_attribute("data-unheard", "dot")
    shelters.locator("#shelter-unheard summary").click()
    shelters.locator("#shelter-unheard-list button").click()
    expect(map_).to_have_attribute("data-unheard", "sign")
    shelters.locator("#map-legend summary").click()
    expect(shelters.locator("#legend-unheard")).to_contain_text("情報なしの指定避難所 1か所")
    expect(shelters.locator("#legend-unheard")).to_contain_text("異常なしではありません")


def test_everything_is_what_the_open_list_is_of(shelters: Page) -> None:
    def framed() -> list[float]:
        shelters.locator("#map-fit").click()
        shelters.wait_for_timeout(400)
        return [float(part) for part in shelters.evaluate("location.hash.match(/map=([^&]*)/)[1].split('/')")]

    of_shelters = framed()
    shelters.locator("#shelter-need").select_option("isolated")
    of_one = framed()
    assert abs(of_one[1] - 34.02) < 0.01
    assert of_one[0] >= of_shelters[0]
    shelters.locator("#tab-danger").click()
    assert framed() != of_one


def test_a_family_is_told_no_more_than_was_allowed(shelters: Page, town: Town) -> None:
    town.found = [[], [{"safe": True, "place": "鴨島体育館"}]]
    shelters.locator("#family-open").click()
    for name, text in (("name", "山田 花子"), ("asker", "山田 一郎"), ("relation", "子"), ("contact", "090")):
        shelters.locator(f"#family-{name}").fill(text)
    send = shelters.locator("#family-dialog button[type=submit]")
    send.click()
    expect(shelters.locator("#family-answer")).to_contain_text("生年月日")
    assert town.searches == []
    shelters.locator("#family-birth").fill("1950-01-31")
    send.click()
    expect(shelters.locator("#family-answer")).to_have_text("お答えできる情報はありません。")
    send.click()
    expect(shelters.locator("#family-answer")).to_contain_text("鴨島体育館")
    shelters.keyboard.press("Escape")
    expect(shelters.locator("#family-answer")).to_be_empty()


def card(shelter: str, person: str) -> dict[str, Any]:
    return {
        "shelter": shelter,
        "shelter_name": shelter,
        "person": person,
        "name": "山田 花子",
        "birth": "1950-01-31",
    }


def test_duplicates_are_linked_by_a_human_with_a_reason(shelters: Page, town: Town) -> None:
    pair = {"a": card("h-dry", "p1"), "b": card("h-full", "p2"), "score": 0.9, "reasons": ["birth", "name"]}
    town.duplicates = [{**pair, "decision": None}]
    shelters.locator("#duplicates-open").click()
    shelters.locator("[data-decision=linked]").click()
    assert town.links == []
    shelters.locator(".duplicates input").fill("本人に確認")
    shelters.locator("[data-decision=linked]").click()
    expect(shelters.locator("#duplicates-dialog")).to_contain_text("同一人物と判断済")
    assert town.links[0]["reason"] == "本人に確認"
    expect(shelters.locator("[data-decision=undone]")).to_be_visible()


def test_a_closed_road_is_entered_and_ended(shelters: Page, town: Town) -> None:
    shelters.locator("#disruption-open").click()
    shelters.locator("#disruption-kind").select_option("road")
    shelters.locator("#disruption-label").fill("国道192号")
    shelters.locator("#disruption-source").fill("国道事務所")
    shelters.locator("#disruption-dialog button[type=submit]").click()
    expect(shelters.locator("#disruption-dialog [role=status]")).to_contain_text("市町村コードか地点")
    shelters.locator("#disruption-areas").fill("36205")
    shelters.locator("#disruption-dialog button[type=submit]").click()
    expect(shelters.locator("#disruption-dialog tbody tr")).to_have_count(2)
    shelters.locator("[data-end=r1]").click()
    expect(shelters.locator("#disruption-dialog tbody tr")).to_have_count(1)
    assert [one["label"] for one in town.written] == ["国道192号", "県道31号"]


@pytest.mark.parametrize(("theme", "width", "height"), [("dark", 1920, 1080), ("light", 375, 812)])
def test_axe_finds_nothing(blank: Page, stage: Stage, theme: str, width: int, height: int) -> None:
    blank.set_viewport_size({"width": width, "height": height})
    opened(blank, stage, f"#list=shelter&theme={theme}")
    expect(blank.locator("#shelter-rows tr")).to_have_count(7)
    assert findings(blank) == []
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    blank.locator("tr[data-shelter=h-dry] .row-open").click()
    expect(blank.locator("[data-cover=water]")).to_be_visible()
    assert findings(blank) == []
    blank.locator("#shelter-close").click()
    for name in ("supply", "disruption", "family", "duplicates"):
        blank.locator(f"#{name}-open").click()
        assert findings(blank) == []
        blank.keyboard.press("Escape")


def test_english_leaves_no_japanese_of_ours(blank: Page, stage: Stage) -> None:
    opened(blank, stage, "#list=shelter&lang=en&shelter=h-alone")
    expect(blank.locator("#shelter-panel .shelter-part").first).to_be_visible()
    blank.locator("#map-legend summary").click()
    blank.locator("#supply-open").click()
    stray = blank.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(node => node.children.length === 0
            && /[\\u3041-\\u9fff]/.test(node.textContent) && node.checkVisibility()
            && !node.closest('[lang=ja], noscript, option, #incident-name, #officer, .map-credit'))
            .map(node => node.textContent)"""
    )
    # A road is called as people call it.
    assert [text for text in stray if "県道31号" not in text] == []
