"""How smooth the live map stays with 300 aircraft at 1 Hz, against the idle map of the same run.

The whole way is real: database, change feed, dashboard in a process of its own, a signed-in Chromium
without a graphics card. Frames are counted by the page's own `requestAnimationFrame`; how busy its main
thread is, by Chromium. The load on the machine is what it is: the idle map of the same run tells.
"""

from __future__ import annotations

import json as json_text
import math
import random
import shutil
import sys
import threading
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from geo.engine import connect
from ops.screen import CHROMIUM, CHROMIUM_ARGUMENTS
from ops.servers.postgres import DATABASE, temporary_postgres
from tests.benchmark.live_bench import dashboard, prepare
from tests.browser.map.stage_air import DRONE, Sky, trail

AIRCRAFT, GAUGES = 300, 500
#: a second's reports come in so many batches, as they do from the field
BATCHES = 10
SECONDS = 12.0
ZOOMS = {"prefecture": "10/34.05/134.33", "close": "12.5/34.05/134.33"}
#: frames and their gaps over a while [ms]
COUNT_FRAMES = """ms => new Promise(done => {
    const begun = performance.now();
    const gaps = [];
    let last = begun;
    const step = now => {
        gaps.push(now - last);
        last = now;
        if (performance.now() - begun < ms) requestAnimationFrame(step);
        else done(gaps.slice(1));
    };
    requestAnimationFrame(step);
})"""


class Fleet(threading.Thread):
    """Aircraft that fly circles and straights over the area and report once a second."""

    def __init__(self, sky: Sky) -> None:
        super().__init__(name="fleet", daemon=True)
        self.sky = sky
        self.chance = random.Random(7)
        self.ended = threading.Event()
        self.seconds_late = 0.0
        self.ids = [f"A{number:03}" for number in range(AIRCRAFT)]
        self.turns = {id_: self.chance.choice((0.0, 0.0, 1.5, -3.0)) for id_ in self.ids}

    def take_off(self) -> None:
        """Put all of them into the air."""
        told = {}
        for number, id_ in enumerate(self.ids):
            drone = number % 3 == 0
            place = {
                "lon": 134.33 + self.chance.uniform(-0.5, 0.5),
                "lat": 34.05 + self.chance.uniform(-0.3, 0.3),
                "course_deg": self.chance.uniform(0.0, 360.0),
                "speed_m_s": 12.0 if drone else 60.0,
                "interval_s": 1.0,
                "turn_deg_per_s": self.turns[id_],
                "endurance_min": self.chance.uniform(10.0, 120.0),
                "ago_s": 0.2,
            }
            told[id_] = {**DRONE, **place} if drone else place
        with connect(self.sky.url) as connection:
            self.sky.fly_all(connection, told)

    def run(self) -> None:
        """Report until ended, each batch at its moment."""
        with connect(self.sky.url) as connection:
            begun, number = time.monotonic(), 0
            while not self.ended.is_set():
                batch = self.ids[number % BATCHES :: BATCHES]
                self.sky.fly_all(connection, {id_: self._moved(id_) for id_ in batch})
                number += 1
                ahead = begun + number / BATCHES - time.monotonic()
                self.seconds_late = max(self.seconds_late, -ahead)
                time.sleep(max(0.0, ahead))

    def _moved(self, id_: str) -> dict[str, Any]:
        told = self.sky.told[id_]
        course = (told["course_deg"] + self.turns[id_]) % 360
        north, east = math.cos(math.radians(course)), math.sin(math.radians(course))
        lat = told["lat"] + north * told["speed_m_s"] / 111_320
        lon = told["lon"] + east * told["speed_m_s"] / (111_320 * math.cos(math.radians(lat)))
        moved = {"lon": lon, "lat": lat, "course_deg": course, "heading_deg": course}
        way = (told.get("trail") or trail(told))[-29:]
        return {**moved, "trail": [*way, [round(told["lon"], 6), round(told["lat"], 6)]]}


def frames(page: Page) -> dict[str, float]:
    """Return how many frames a second there are, how long they last, and how busy the main thread is."""
    tool = page.context.new_cdp_session(page)
    tool.send("Performance.enable")
    before = _task_seconds(tool)
    begun = time.monotonic()
    gaps = sorted(page.evaluate(COUNT_FRAMES, SECONDS * 1000))
    used = _task_seconds(tool) - before
    return {
        "frames_per_s": round(1000 * len(gaps) / sum(gaps), 1),
        "frame_p95_ms": round(gaps[int(len(gaps) * 0.95)], 1),
        "frame_max_ms": round(gaps[-1], 1),
        "busy_share": round(used / (time.monotonic() - begun), 3),
    }


def _task_seconds(tool: Any) -> float:
    found = {one["name"]: one["value"] for one in tool.send("Performance.getMetrics")["metrics"]}
    return float(found["TaskDuration"])


def measure(console: Console) -> dict[str, Any]:
    """Return the figures of the idle map and of the busy one, near and far."""
    found: dict[str, Any] = {"idle": {}, "busy": {}}
    with temporary_postgres() as postgres, sync_playwright() as playwright:
        url = postgres.create_database("bench_air", template=DATABASE)
        fleet = Fleet(Sky(url, prepare(url, GAUGES)))
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, CHROMIUM))),
            args=list(CHROMIUM_ARGUMENTS),
        )
        with dashboard(url) as (_server, port, cookie):
            context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="ja-JP")
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
            page = context.new_page()
            for kind in ("idle", "busy"):
                if kind == "busy":
                    fleet.take_off()
                    fleet.start()
                for zoom, view in ZOOMS.items():
                    page.goto("about:blank")
                    page.goto(f"http://127.0.0.1:{port}/#list=air&map={view}")
                    page.wait_for_selector("html[data-connection=live]")
                    page.wait_for_timeout(3000)
                    with console.status(f"{kind}, {zoom}…"):
                        found[kind][zoom] = frames(page)
            found["aircraft_on_map"] = int(page.locator("#map").get_attribute("data-aircraft") or 0)
            found["latest_report_s"] = round(fleet.seconds_late, 2)
            fleet.ended.set()
            fleet.join()
            browser.close()
    return found


def report(console: Console, found: dict[str, Any]) -> None:
    """Print the figures as a table."""
    table = Table(
        "measured", "idle map", f"{AIRCRAFT} aircraft at 1 Hz", title=f"air on the map, {GAUGES} gauges"
    )
    for zoom in ZOOMS:
        for key, value in found["idle"][zoom].items():
            table.add_row(f"{key}, {zoom}", f"{value}", f"{found['busy'][zoom][key]}")
    table.add_row("aircraft on the map", "0", f"{found['aircraft_on_map']}")
    table.add_row("writer late by at most [s]", "", f"{found['latest_report_s']}")
    console.print(table)


def main(json: bool = False) -> None:
    """Measure and print."""
    found = measure(Console(stderr=True))
    if json:
        print(json_text.dumps(found, indent=1))
    else:
        report(Console(), found)


if __name__ == "__main__":
    main(json="--json" in sys.argv)
