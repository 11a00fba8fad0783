"""The sign-in page: what is wrong is said in words, and a password manager finds its fields."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.map.stage import Stage
from tests.browser.map.test_accessible import findings


def attempt(page: Page, stage: Stage, status: int, retry_after_s: int | None = None) -> None:
    stage.sign_in_answers.append((status, retry_after_s))
    page.fill("#login", "officer")
    page.fill("#password", "secret")
    page.press("#password", "Enter")


def test_what_is_wrong_is_said(blank: Page, stage: Stage) -> None:
    blank.goto(f"{stage.url}/sign-in")
    expect(blank.locator("#login")).to_be_focused()
    blank.locator("#sign-in-submit").click()
    expect(blank.locator("#sign-in-error")).to_have_text("利用者IDとパスワードを入力してください。")
    attempt(blank, stage, 401)
    expect(blank.locator("#sign-in-error")).to_have_text("利用者IDまたはパスワードが違います。")
    expect(blank.locator("#password")).to_have_attribute("aria-invalid", "true")
    attempt(blank, stage, 503)
    expect(blank.locator("#sign-in-error")).to_contain_text("サーバーが準備中")
    assert findings(blank) == []
    blank.locator("#language-switch").click()
    expect(blank.locator("#sign-in-error")).to_contain_text("server not ready")


def test_a_rate_limit_counts_down(blank: Page, stage: Stage) -> None:
    blank.goto(f"{stage.url}/sign-in")
    attempt(blank, stage, 429, 3)
    expect(blank.locator("#sign-in-error")).to_contain_text("あと 3秒")
    expect(blank.locator("#sign-in-submit")).to_be_disabled()
    expect(blank.locator("#sign-in-error")).to_contain_text("あと 2秒")
    expect(blank.locator("#sign-in-error")).to_contain_text("もう一度サインインできます")
    expect(blank.locator("#sign-in-submit")).to_be_enabled()


def test_a_password_manager_finds_its_fields(blank: Page, stage: Stage) -> None:
    blank.goto(f"{stage.url}/sign-in")
    expect(blank.locator("#login")).to_have_attribute("autocomplete", "username")
    expect(blank.locator("#password")).to_have_attribute("autocomplete", "current-password")
    expect(blank.get_by_label("利用者ID")).to_have_attribute("id", "login")
    blank.locator("#show-password").check()
    expect(blank.locator("#password")).to_have_attribute("type", "text")


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("?next=%2F%3Fa%3D1#gauge=danger", "/?a=1#"),
        ("?next=https%3A%2F%2Fexample.org", "/"),
        ("?next=%2F%2Fexample.org", "/"),
        ("?next=%2F%5Cexample.org", "/"),
    ],
)
def test_one_goes_on_to_where_one_wanted_but_never_elsewhere(
    blank: Page, stage: Stage, query: str, address: str
) -> None:
    blank.goto(f"{stage.url}/sign-in{query}")
    attempt(blank, stage, 204)
    blank.wait_for_selector("html[data-connection=live]")
    assert blank.url.startswith(stage.url + address)
    if "gauge" in query:
        expect(blank.locator("#gauge-panel")).to_have_attribute("data-gauge", "danger")
    assert stage.credentials == [{"login": "officer", "password": "secret"}]
