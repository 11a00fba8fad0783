"""A page of the live map on a stage; every test fails when the page reports an error of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.map.stage import RunningStage, Stage, entry, gauge, utc

#: what a browser says when the test itself takes the line or the session away
EXPECTED = ("Failed to load resource", "WebSocket connection to", "unreadable message")


def filled() -> Stage:
    """Return a stage with a few gauges of every standing."""
    stage = Stage()
    rows = [
        gauge("danger", "御所地橋", "danger", 6.79),
        gauge(
            "worse",
            "為老橋",
            "danger",
            7.50,
            river="渡内川",
            area="36341",
            area_name="徳島県名西郡石井町",
            lat=34.06,
        ),
        gauge("caution", "平成橋", "caution", 6.10, trend="steady", trend_m_per_h=0.0, lon=134.6, lat=33.97),
        gauge(
            "start", "古町大橋", "start", 5.20, trend="falling", trend_m_per_h=-0.3, kana="ふるまちおおはし"
        ),
        gauge("below", "八多川橋", "below", 1.00, trend="steady", kana=None, river=None),
        gauge("doubted", "疑義橋", "danger", 9.00, threshold_doubt=True, alarm=False),
        gauge("suspect", "陶大橋", "start", 5.00, flag=3, provisional=True, reasons=["jump"]),
        gauge("nothing", "無橋", "unknown", None, flag=9, observed_at=None, due_at=None, trend="unknown"),
    ]
    stage.objects["gauge"] = {row["id"]: (1, row) for row in rows}
    incident = {
        "id": 1,
        "slug": "test",
        "name": "台風の夜",
        "kind": "actual",
        "opened_at": utc(datetime.now(UTC)),
    }
    stage.objects["incident"] = {"1": (1, {**incident, "closed_at": None, "clock": None})}
    chronology = entry(
        500, "飯尾川 御所地橋 氾濫危険水位を超過", object_kind="gauge", object_id="danger", severity=4
    )
    # Seen in the future, so that it stays well without beating.
    well = utc(datetime.now(UTC) + timedelta(hours=1))
    ingest = {"id": "ingest", "seen_at": well, "started_at": well, "state": "up", "detail": {}}
    stage.objects["service"] = {"ingest": (1, ingest)}
    stage.objects["chronology"] = {"500": (1, chronology)}
    return stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with RunningStage(filled()) as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="ja-JP")
    yield made
    made.close()


@pytest.fixture
def blank(context: BrowserContext, stage: Stage) -> Iterator[Page]:
    """A page that has not been sent anywhere yet."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: (
            faults.append(said.text) if said.type == "error" and not said.text.startswith(EXPECTED) else None
        ),
    )
    ours = (stage.url, stage.url.replace("http", "ws"))
    page.on("request", lambda asked: None if asked.url.startswith(ours) else faults.append(asked.url))
    yield page
    assert faults == []


@pytest.fixture
def page(blank: Page, stage: Stage) -> Page:
    """A page that shows the stage's picture."""
    return opened(blank, stage)


def opened(page: Page, stage: Stage, address: str = "") -> Page:
    """Open the map and wait for its first picture."""
    page.goto(f"{stage.url}/{address}")
    page.wait_for_selector("html[data-connection=live]")
    page.wait_for_selector("#counts [data-level=danger][data-count]:not([data-count=''])")
    return page


def order(page: Page) -> list[str]:
    """Return the gauges of the list, from the top."""
    found = page.eval_on_selector_all("#gauge-rows tr", "rows => rows.map(row => row.dataset.gauge)")
    return [str(gauge_id) for gauge_id in found]


def counts(page: Page) -> dict[str, int]:
    """Return the counts by class."""
    found = page.eval_on_selector_all(
        "[data-level][data-count]", "all => all.map(box => [box.dataset.level, Number(box.dataset.count)])"
    )
    return {level: int(number) for level, number in found}
