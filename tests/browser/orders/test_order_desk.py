"""The order desk as its people use it: draft, second person, issue, update, lift, advice; also on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.orders.conftest import PROPOSAL, TOWN, Town

AXE = Path(__file__).parents[1] / "vendor/axe-core-4.14.1/axe.min.js"
SECTIONS = ("words", "channels", "diff", "evidence", "doubts")


def findings(page: Page) -> list[str]:
    """Return what axe finds serious, critical or moderate."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical", "moderate")
    ]


def opened(town: Town, login: str, **screen: Any) -> Page:
    """Return a person's screen with the town's panel open."""
    page = town.screen(login, **screen)
    page.locator(f"#order-towns li[data-area='{TOWN}'] .row-open").click()
    expect(page.locator("#order-panel")).to_be_visible()
    return page


def read_all(page: Page) -> None:
    """Open every section and press the button at its end, by keyboard."""
    for name in SECTIONS:
        page.locator(f"[data-section={name}] summary").focus()
        page.keyboard.press("Enter")
        page.locator(f"[data-read={name}]").focus()
        page.keyboard.press("Enter")


def line(page: Page) -> Locator:
    """Return the town's place in the list."""
    return page.locator(f"#order-towns li[data-area='{TOWN}']")


def draft_from_estimate(clerk: Page) -> None:
    row = line(clerk)
    expect(row.locator("[data-line=order]")).to_contain_text("発令の登録なし")
    expect(row.locator("[data-line=estimate]")).to_contain_text("避難開始の期限")
    clerk.locator(f"[data-act='use-{PROPOSAL}']").click()
    headline = clerk.locator("#order-text-ja-headline")
    expect(headline).to_have_value("【警戒レベル4 避難指示】那賀町")
    clerk.keyboard.press("Escape")
    expect(clerk.locator("#order-dialog-said")).to_contain_text("閉じていません")
    clerk.locator("#order-submit").click()
    expect(clerk.locator("#order-said")).to_contain_text("別の人が署名")


def sign_first(mayor: Page) -> None:
    mayor.locator("[data-act^='sign-']").click()
    sign = mayor.locator("#sign-now")
    expect(sign).to_be_disabled()
    expect(mayor.locator("#sign-missing")).to_contain_text("根拠")
    expect(mayor.locator("[data-channel=cell_broadcast]")).to_contain_text("訓練")
    mayor.locator("#sign-level").fill("4")
    expect(sign).to_be_disabled()
    read_all(mayor)
    mayor.locator("#sign-level").fill("3")
    expect(sign).to_be_disabled()
    mayor.locator("#sign-level").fill("4")
    assert findings(mayor) == []
    sign.click()
    expect(mayor.locator("[data-pending]")).to_have_count(0)


def update(town: Town, clerk: Page, mayor: Page) -> None:
    sign = mayor.locator("#sign-now")
    card = clerk.locator("#order-panel [data-order][data-state=issued]")
    # update: what changed is shown by word, and an edit meanwhile voids what was read
    card.locator("[data-act^='update-']").click()
    clerk.locator("#order-level").select_option("5")
    clerk.locator("#order-reason").fill("堤防が決壊した")
    clerk.locator("#order-rewrite").click()
    expect(clerk.locator("#order-text-en-headline")).to_have_value(
        "[Alert level 5: Emergency safety measures] 那賀町"
    )
    clerk.locator("#order-submit").click()
    mayor.locator("[data-act^='sign-']").click()
    expect(mayor.locator("[data-field='level'] del")).to_have_text("4")
    expect(mayor.locator("[data-field='level'] ins")).to_have_text("5")
    read_all(mayor)
    mayor.locator("#sign-level").fill("5")
    expect(sign).to_be_enabled()
    clerk.locator("[data-act^='edit-']").click()
    clerk.locator("#order-reason").fill("堤防が決壊した（左岸）")
    clerk.locator("#order-submit").click()
    expect(mayor.locator("#sign-said")).not_to_be_empty()
    expect(mayor.locator("[data-section][data-done=true]")).to_have_count(0)
    expect(mayor.locator("#sign-level")).to_be_visible()
    # the estimate rises too: who signs must say that he knows
    town.propose(5)
    expect(mayor.locator("#sign-stale")).to_be_visible()
    read_all(mayor)
    mayor.locator("#sign-level").fill("5")
    expect(mayor.locator("#sign-now")).to_be_disabled()
    mayor.locator("#sign-stale").check()
    mayor.locator("#sign-now").click()
    expect(mayor.locator("[data-pending]")).to_have_count(0)
    expect(line(clerk).locator("[data-line=order]")).to_contain_text("緊急安全確保")


def lift(clerk: Page, mayor: Page) -> None:
    clerk.locator("[data-act^='lift-']").click()
    clerk.locator("#order-reason").fill("水位が下がった")
    clerk.locator("#order-rewrite").click()
    expect(clerk.locator("#order-text-ja-headline")).to_have_value(
        "【解除】那賀町（警戒レベル5 緊急安全確保）"
    )
    clerk.locator("#order-submit").click()
    mayor.locator("[data-act^='sign-']").click()
    read_all(mayor)
    mayor.locator("#sign-level").fill("5")
    mayor.locator("#sign-stale").check()
    mayor.locator("#sign-now").click()
    expect(line(clerk).locator("[data-line=order]")).to_contain_text("発令の登録なし")
    expect(clerk.locator("#entries")).to_contain_text("を解除")


def test_from_an_estimate_to_an_order_and_its_lifting(town: Town) -> None:
    town.propose(4)
    clerk, mayor = opened(town, "clerk"), opened(town, "mayor")
    row = line(clerk)
    draft_from_estimate(clerk)
    sign_first(mayor)
    card = clerk.locator("#order-panel [data-order][data-state=issued]")
    expect(card).to_contain_text("承認 町長")
    expect(row.locator("[data-line=order]")).to_contain_text("警戒レベル4 避難指示")
    expect(clerk.locator("#announcer")).to_contain_text("避難指示を発令")
    expect(clerk.locator("#map")).to_have_attribute("data-orders", "1")
    expect(clerk.locator("#entries")).to_contain_text("避難指示（全域）を発令")
    update(town, clerk, mayor)
    lift(clerk, mayor)


def test_the_prefecture_advises_and_cannot_order(town: Town) -> None:
    width, height = 390, 844
    town.propose(4, -10)
    chief = opened(town, "officer", width=width, height=height)
    expect(chief.locator(f"#order-towns li[data-area='{TOWN}']")).to_have_attribute("data-overdue", "true")
    expect(chief.locator("#order-not-ours")).to_be_visible()
    expect(chief.locator("[data-act=draft]")).to_have_count(0)
    assert findings(chief) == []
    assert chief.evaluate("document.documentElement.scrollWidth <= innerWidth")
    chief.locator(f"[data-act='advise-{PROPOSAL}']").click()
    chief.locator("#advice-dialog button[type=submit]").click()
    expect(chief.locator("[data-advice][data-state=draft]")).to_contain_text("避難指示")
    signer = opened(town, "chief", width=width, height=height)
    signer.locator("[data-key^='send-']").click()
    clerk = opened(town, "clerk", width=width, height=height)
    clerk.locator("[data-key^='answer-']").fill("直ちに発令します")
    clerk.locator("[data-key^='ack-']").click()
    expect(signer.locator("[data-advice]")).to_contain_text("直ちに発令します")
    signer.locator(f"[data-key='reason-{PROPOSAL}']").fill("町が確認済み")
    signer.locator(f"[data-act='reject-{PROPOSAL}']").click()
    expect(clerk.locator("[data-proposal]")).to_contain_text("町が確認済み")


def test_english_and_what_is_recorded(town: Town) -> None:
    page = town.screen("officer", address="#list=order&lang=en")
    expect(page.locator("#order-none")).to_contain_text("does not mean that all is safe")
    town.propose(3, held=True, available=None, need=None, skill=None)
    page.locator(f"#order-towns li[data-area='{TOWN}'] .row-open").click()
    expect(page.locator("#order-panel")).to_contain_text("41% to reach danger")
    expect(page.locator("#order-panel")).to_contain_text("nothing says that it fell")
    page.locator("[data-act=record]").click()
    page.locator("#order-reason").fill("川の増水")
    page.locator("#order-source").fill("町からの電話")
    page.locator("#order-record").click()
    card = page.locator("#order-panel [data-order][data-state=issued]")
    expect(card).to_contain_text("recorded by the prefecture (source: 町からの電話)")
    page.locator("#order-legend summary").click()
    waves = page.eval_on_selector_all(
        ".five-levels tbody tr", "rows => rows.map(row => row.dataset.level ?? 'wave')"
    )
    assert waves == ["5", "wave", "4", "3", "2", "1"]
    assert findings(page) == []
