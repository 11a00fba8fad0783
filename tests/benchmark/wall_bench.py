"""What six streams on the wall cost, server and browser, against all six at full rate in the same run.

Everything is real: ffmpeg publishes six moving pictures, a dashboard of its own hands them on and cuts the
thumbnails, a Chromium without a graphics card shows the wall. CPU is read from /proc: of the dashboard with
its decoder, and of all of Chromium's processes. The encoders stand for the field and are not counted.
"""

from __future__ import annotations

import json as json_text
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from ops.screen import CHROMIUM, CHROMIUM_ARGUMENTS
from ops.servers.postgres import DATABASE, temporary_postgres
from ops.video_drill import VideoDrill, register
from sensors.simulate.video import MovingPicture
from tests.benchmark.live_bench import TICKS_PER_S, dashboard, prepare

STREAMS = 6
WIDTH_PX, HEIGHT_PX, RATE = 640, 360, 15
SECONDS = 15.0
#: play every stream in a small picture, as a wall without thumbnails would
PLAY_ALL = """async () => {
    const at = document.querySelector('link[href*="/style/"]').href.split('/style/')[0];
    const { default: Hls } = await import(`${at}/vendor/hls-1.7.4/hls.light.min.mjs`);
    const known = (await (await fetch('/api/videos')).json()).videos;
    document.querySelector('main').replaceChildren();
    window.players = known.map((one) => {
        const video = document.createElement('video');
        video.muted = true;
        video.width = 230;
        document.querySelector('main').append(video);
        const hls = new Hls({ enableWorker: false, liveSyncDurationCount: 2 });
        hls.loadSource(one.playlist);
        hls.attachMedia(video);
        video.play();
        return video;
    });
}"""
PLAYED = """() => (window.players ?? [...document.querySelectorAll('video')])
    .map((one) => one.getVideoPlaybackQuality().totalVideoFrames)"""


def tree_cpu_s(root: int) -> float:
    """Return the CPU time [s] of a process and all below it, also of those that ended and were waited for."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        used[pid] = sum(map(int, fields[11:15])) / TICKS_PER_S
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        total += used.get(pid, 0.0)
        waiting += children.get(pid, [])
    return total


def chromium_pid() -> int:
    """Return the process id of the browser that this program started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
            parents = _parents(int(path.parent.name))
        except OSError:
            continue
        if b"chrom" in words[0] and not any(b"--type=" in word for word in words) and os.getpid() in parents:
            found.append((len(parents), int(path.parent.name)))
    return min(found)[1]


def _parents(pid: int) -> list[int]:
    chain = []
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        chain.append(pid)
    return chain


def figures(page: Page, server: int, browser: int) -> dict[str, float]:
    """Return the CPU of server and browser over a while [cores], and pictures shown a second."""
    before = (tree_cpu_s(server), tree_cpu_s(browser), sum(page.evaluate(PLAYED)))
    begun = time.monotonic()
    page.wait_for_timeout(SECONDS * 1000)
    took = time.monotonic() - begun
    after = (tree_cpu_s(server), tree_cpu_s(browser), sum(page.evaluate(PLAYED)))
    names = ("server_cores", "browser_cores", "played_per_s")
    return {
        name: round((late - early) / took, 3) for name, early, late in zip(names, before, after, strict=True)
    }


def measure(console: Console) -> dict[str, Any]:
    """Return the figures of the wall at rest, with one stream large, and of all streams at full rate."""
    found: dict[str, Any] = {"streams": STREAMS, "size_px": [WIDTH_PX, HEIGHT_PX], "rate": RATE}
    pictures = [MovingPicture(n, WIDTH_PX, HEIGHT_PX, RATE) for n in range(1, STREAMS + 1)]
    with (
        tempfile.TemporaryDirectory(prefix="sonae-wall-") as folder,
        temporary_postgres() as postgres,
        sync_playwright() as playwright,
        VideoDrill(Path(folder) / "video", pictures),
    ):
        os.environ["SONAE_STATE_DIR"] = folder
        url = postgres.create_database("bench_wall", template=DATABASE)
        prepare(url, STREAMS)
        register(url, pictures)
        chromium = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, CHROMIUM))), args=list(CHROMIUM_ARGUMENTS)
        )
        with dashboard(url) as (server, port, cookie):
            context = chromium.new_context(viewport={"width": 1600, "height": 1000}, locale="ja-JP")
            name, _, value = cookie.partition("=")
            address = f"http://127.0.0.1:{port}"
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            ids = (server.child.pid, chromium_pid())
            for kind in ("thumbnails", "one_large", "all_full_rate"):
                with console.status(f"{kind}…"):
                    _show(page, address, kind)
                    found[kind] = figures(page, *ids)
        chromium.close()
    return found


def _show(page: Page, address: str, kind: str) -> None:
    """Bring the page into the state that is measured."""
    page.goto("about:blank")
    page.goto(f"{address}/wall{'#tile=video%3Adrill-1' if kind == 'one_large' else ''}")
    if kind == "all_full_rate":
        page.wait_for_selector("html[data-connection=live]")
        page.evaluate(PLAY_ALL)
    else:
        page.locator(".tile img:visible").nth(STREAMS - 1).wait_for(timeout=60_000)
    if kind == "one_large":
        page.wait_for_selector("html[data-player=playing]", timeout=30_000)
    page.wait_for_timeout(5000)


def report(console: Console, found: dict[str, Any]) -> None:
    """Print the figures as a table."""
    kinds = ("thumbnails", "one_large", "all_full_rate")
    title = f"{STREAMS} streams of {WIDTH_PX}x{HEIGHT_PX} at {RATE} pictures/s"
    table = Table("measured", "wall, thumbnails", "wall, one large", "all at full rate", title=title)
    for key in found["thumbnails"]:
        table.add_row(key, *(f"{found[kind][key]}" for kind in kinds))
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
