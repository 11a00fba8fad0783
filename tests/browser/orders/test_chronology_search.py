"""The whole chronology in one place: search, correct, import."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.orders.conftest import Town
from tests.browser.orders.test_order_desk import findings


def test_what_was_written_is_found_corrected_and_taken_in(town: Town) -> None:
    page = town.screen("officer")
    page.locator("#note-text").fill("避難者 20人")
    page.locator("#note-form button").click()
    expect(page.locator("#entries")).to_contain_text("避難者 20人")
    page.locator("#chronology-open").click()
    page.locator("[data-correct]").first.click()
    page.locator(".entry-correction input").fill("避難者 200人")
    page.keyboard.press("Enter")
    expect(page.locator("#chronology-said")).to_contain_text("訂正を記録しました")
    expect(page.locator("#chronology-found s")).to_have_text("避難者 20人")
    expect(page.locator("#entries s")).to_have_text("避難者 20人")
    file = "日時,内容\n2026-06-02 20:00,町役場に電話\nいつか,x\n".encode()
    page.locator("#chronology-file").set_input_files(
        {"name": "町.csv", "mimeType": "text/csv", "buffer": file}
    )
    expect(page.locator("#chronology-said")).to_contain_text("追加 1件")
    expect(page.locator("#chronology-faults")).to_contain_text("3行目")
    expect(page.locator("#chronology-found")).to_contain_text("取込 町.csv")
    page.locator("#chronology-q").fill("役場")
    page.keyboard.press("Enter")
    expect(page.locator("#chronology-found li")).to_have_count(1)
    assert findings(page) == []
