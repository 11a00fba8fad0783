"""A resident at night: what is ordered, what to do, without a line, in three languages, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.resident.conftest import Phone
from tests.integration.public.conftest import connection_of, issue_order

AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
SCREENS = ("", "place", "shelters", "safety", "levels", "settings")
#: everything that the first look needs may weigh this much on the line [bytes]
FIRST_LOOK = 200_000
SMALLEST_TARGET = 44


def violations(phone: Phone) -> list[str]:
    phone.page.add_script_tag(path=str(AXE))
    found: list[str] = phone.page.evaluate(
        """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
            .flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.html.slice(0, 120)}`))"""
    )
    return found


def small(phone: Phone) -> list[str]:
    found: list[str] = phone.page.evaluate(
        """(least) => [...document.querySelectorAll('button, .button, nav a, summary, [type=search]')]
            .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < least)
            .map((node) => node.outerHTML.slice(0, 90))""",
        SMALLEST_TARGET,
    )
    return found


def test_an_order_reaches_a_page_that_is_open_and_says_what_to_do(phone: Phone) -> None:
    phone.choose_town()
    assert phone.page.get_attribute("[data-todo]", "data-todo") == "todo.none"
    assert phone.page.locator(".drill").inner_text().startswith("訓練")
    issue_order(phone.face.house)
    phone.page.wait_for_selector("[data-todo='todo.order.4']", timeout=10_000)
    assert "全員避難" in phone.page.inner_text(".todo-words")
    assert "全員避難" in phone.page.inner_text("#spoken")
    assert "訓練" in phone.page.inner_text(".order-text >> nth=0")
    order = [node.get_attribute("class") for node in phone.page.locator("main > section.part").all()]
    assert [str(name).split()[1] for name in order[:3]] == ["orders", "official", "estimates"]


@pytest.mark.parametrize("language", ["ja", "easy", "en"])
def test_every_screen_is_accessible_in_three_languages(phone: Phone, language: str) -> None:
    issue_order(phone.face.house)
    phone.choose_town()
    phone.speak(language)
    for screen in SCREENS:
        phone.open(screen)
        if screen == "place":
            phone.page.wait_for_selector(".picker")
        assert violations(phone) == [], screen
        assert small(phone) == [], screen
    # What finds nothing must be able to find something; outside of what the page draws anew by itself.
    phone.page.evaluate("document.body.append(document.createElement('button'))")
    assert violations(phone) != []


def test_without_a_line_the_last_state_is_read_with_its_age(phone: Phone) -> None:
    issue_order(phone.face.house)
    phone.choose_town()
    phone.page.wait_for_selector("[data-todo='todo.order.4']")
    phone.page.evaluate("() => navigator.serviceWorker.ready")
    phone.page.wait_for_function(
        "async () => (await (await caches.open('sonae-resident')).keys()).length > 20"
    )
    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.wait_for_selector("[data-todo='todo.order.4']")
    phone.page.wait_for_selector("#line .stale")
    assert "通信できません" in phone.page.inner_text("#line")
    phone.open("shelters")
    assert phone.page.locator("[data-shelter]").count() > 0
    phone.open("safety")
    phone.page.check("[value=help]")
    phone.page.click("button[type=submit]")
    phone.page.wait_for_function("document.querySelector('[data-said]').textContent.includes('119')")
    phone.context.set_offline(False)
    phone.open("")
    phone.page.wait_for_selector("#line .fresh")


def test_a_page_that_never_heard_anything_does_not_say_that_all_is_well(phone: Phone) -> None:
    phone.choose_town()
    phone.page.evaluate("localStorage.removeItem('sonae.resident.area.36205')")
    phone.context.route("**/data/area/*", lambda route: route.abort())
    phone.page.reload()
    phone.page.wait_for_selector("[data-todo='todo.nothing-known']")
    text = phone.page.inner_text("main")
    assert "情報がありません" in text
    assert "出ていません（" not in text


def test_help_and_a_way_to_a_shelter_reach_the_centre_and_nothing_else_does(phone: Phone) -> None:
    phone.open()
    phone.page.fill("#place-search", "中央小")
    phone.page.click("#found button")
    phone.page.wait_for_selector("[data-todo]")
    phone.open("shelters")
    card = phone.page.locator("[data-shelter=h1]")
    card.locator("summary").click()
    card.locator("input[type=number]").fill("3")
    card.locator("[data-key='send-h1']").click()
    phone.page.wait_for_selector("[data-shelter=h1] .going")
    phone.open("safety")
    phone.page.check("[value=help]")
    phone.page.fill("textarea", "二階に二人")
    phone.page.click("button[type=submit]")
    phone.page.wait_for_selector("main > p.going")
    with connection_of(phone.face.house) as connection:
        (going,) = connection.execute("SELECT shelter_id, persons FROM shelter_reservation").fetchall()
        (told,) = connection.execute("SELECT state, words, geom FROM safety_report").fetchall()
    assert going == ("h1", 3)
    assert told == ("help", "二階に二人", None)


def test_the_first_look_is_light_and_asks_nobody_else(phone: Phone) -> None:
    weights: dict[str, int] = {}

    def weigh(response: object) -> None:
        sizes = response.request.sizes()  # type: ignore[attr-defined]
        weights[response.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]  # type: ignore[attr-defined]

    phone.page.on("response", weigh)
    phone.choose_town()
    phone.page.wait_for_load_state("networkidle")
    assert all(url.startswith(phone.face.address) for url in weights)
    # The worker loads the page once more to keep it; that is no part of the first look.
    first = {
        url: size for url, size in weights.items() if not url.endswith(("service-worker.js", "files.json"))
    }
    assert len(first) > 15
    assert sum(first.values()) < FIRST_LOOK


def test_on_paper_stands_what_to_do_and_nothing_to_press(phone: Phone) -> None:
    issue_order(phone.face.house)
    phone.choose_town()
    phone.page.wait_for_selector("[data-todo='todo.order.4']")
    phone.page.emulate_media(media="print")
    assert phone.page.locator(".todo-words").is_visible()
    assert phone.page.locator(".order-text >> nth=0").is_visible()
    assert not phone.page.locator("#tabs").is_visible()
    assert [node for node in phone.page.locator("button").all() if node.is_visible()] == []


def test_upstairs_is_offered_only_after_three_times_yes(phone: Phone) -> None:
    phone.choose_town()
    phone.page.click("[data-key=upstairs-summary]")
    for name in ("outsideCollapse", "aboveWater"):
        phone.page.check(f"input[name={name}][value=yes]")
        assert phone.page.locator(".offered").count() == 0
    phone.page.check("input[name=endure][value=yes]")
    phone.page.wait_for_selector(".offered")
