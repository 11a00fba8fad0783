"""Streams and the wall on a real dashboard: registered, watched, handed on byte for byte, shared, ended."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

STREAM = {"name": "ヘリ映像", "way": "folder", "path": "heli/1", "source": "試験", "vehicle": "own:h1"}


def film(folder: Path) -> None:
    """Write two seconds of a live stream: real video, as ffmpeg cuts it."""
    folder.mkdir(parents=True)
    command = (
        *("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=5", "-t", "2"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "5"),
        *("-f", "hls", "-hls_time", "1", "-hls_segment_type", "fmp4"),
        *("-hls_flags", "program_date_time+omit_endlist", "index.m3u8"),
    )
    subprocess.run(command, cwd=folder, check=True)


class Gateway(SimpleHTTPRequestHandler):
    """A stand-in for a gateway: HLS as files, and one answer to every WebRTC offer."""

    def do_POST(self) -> None:
        offer = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201 if self.path == "/heli/1/whep" and offer == b"v=0 offer" else 400)
        self.end_headers()
        self.wfile.write(b"v=0 answer")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def gateway(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Gateway, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def served(house: Any, serve: Any, tmp_path: Path) -> Iterator[Any]:
    """Return a dashboard with a gateway beside it."""
    film(tmp_path / "video" / "heli" / "1")
    with (
        gateway(tmp_path / "video") as address,
        serve(house, video_gateway=address, video_whep=address) as running,
    ):
        yield running


def test_a_stream_is_registered_watched_handed_on_and_ended(served: Any, tmp_path: Path) -> None:
    folder = tmp_path / "video" / "heli" / "1"
    with served.browser() as officer, served.browser("medic") as medic, served.screen(medic) as screen:
        assert medic.put("/api/videos/h1", json=STREAM).status_code == 403
        assert officer.put("/api/videos/h1", json={**STREAM, "path": "../x"}).status_code == 422
        camera = {**STREAM, "vehicle": None, "camera": "c"}
        assert officer.put("/api/videos/h1", json=camera).status_code == 422
        assert officer.put("/api/videos/h1", json=STREAM).status_code == 201
        (tmp_path / "video" / "bad").mkdir()
        (tmp_path / "video" / "bad" / "index.m3u8").write_text("<html>no playlist</html>")
        assert officer.put("/api/videos/bad", json={**STREAM, "path": "bad"}).status_code == 201

        def told(id_: str) -> Any:
            return screen.picture.get(("video", id_), {"state": None})

        screen.until(lambda _: told("h1")["state"] == "playing" and told("bad")["state"] == "unplayable")
        assert (told("bad")["reason"], told("h1")["time_source"]) == ("unreadable", "program")
        pieces(medic, folder)
        with served.browser(None) as stranger:
            assert stranger.get("/api/videos/h1/hls/init.mp4").status_code == 401
        wall(officer, medic, screen, served.house.incident_id)
        over_gateway(officer, medic, screen, folder)

        assert officer.post("/api/videos/h1/whep", content=b"v=0").status_code == 404
        assert officer.post("/api/videos/h1/end").status_code == 200
        screen.until(lambda _: ("video", "h1") not in screen.picture)
        assert medic.get("/api/videos/h1/thumbnail").status_code == 404
        assert [one["id"] for one in medic.get("/api/videos").json()["videos"]] == ["bad", "gw"]
    with served.house.connection() as connection:
        rows = connection.execute(
            "SELECT action FROM audit WHERE action ~ '^(video|wall)' ORDER BY id"
        ).fetchall()
    assert [row[0] for row in rows] == ["video.put"] * 2 + ["wall.changed"] * 2 + ["video.put", "video.ended"]


def pieces(medic: Any, folder: Path) -> None:
    """Pieces come as they are, thumbnails as JPEG once, and what cannot be had says why."""
    playlist = medic.get("/api/videos/h1/hls/index.m3u8")
    assert playlist.text == (folder / "index.m3u8").read_text()
    assert playlist.headers["cache-control"] == "no-store"
    piece = medic.get("/api/videos/h1/hls/init.mp4")
    assert (piece.content, piece.headers["content-type"]) == (
        (folder / "init.mp4").read_bytes(),
        "video/mp4",
    )
    assert medic.get("/api/videos/h1/hls/index.py").json()["error"] == "elsewhere"
    picture = medic.get("/api/videos/h1/thumbnail")
    decoded: Any = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == (90, 160, 3)
    assert picture.headers["x-sonae-observed-at"].endswith("Z")
    known = {"If-None-Match": picture.headers["etag"]}
    assert medic.get("/api/videos/h1/thumbnail", headers=known).status_code == 304
    refused = medic.get("/api/videos/bad/thumbnail")
    assert (refused.status_code, refused.json()["error"]) == (503, "unreadable")


def over_gateway(officer: Any, medic: Any, screen: Any, folder: Path) -> None:
    """A gateway's stream is the same to a screen; its WebRTC handshake goes through us."""
    form = {**STREAM, "way": "gateway", "whep": True}
    assert officer.put("/api/videos/gw", json=form).status_code == 201
    screen.until(lambda seen: seen.picture.get(("video", "gw"), {}).get("state") == "playing")
    assert medic.get("/api/videos/gw/hls/init.mp4").content == (folder / "init.mp4").read_bytes()
    assert medic.get("/api/videos/gw/hls/none.m4s").json()["error"] == "missing"
    assert medic.get("/api/videos/gw/thumbnail").headers["content-type"] == "image/jpeg"
    sdp = {"Content-Type": "application/sdp"}
    answer = medic.post("/api/videos/gw/whep", content=b"v=0 offer", headers=sdp)
    assert (answer.status_code, answer.content) == (201, b"v=0 answer")
    refused = medic.post("/api/videos/gw/whep", content=b"rubbish", headers=sdp)
    assert (refused.status_code, refused.json()["error"]) == (502, "refused")
    assert medic.post("/api/videos/gw/whep", content=b"{}").status_code == 422


def wall(officer: Any, medic: Any, screen: Any, incident: int) -> None:
    """One wall is shared by all screens of an incident; who may not change it sees it."""
    assert medic.get("/api/wall").json()["selected"] is None
    assert medic.put("/api/wall", json={"selected": "video:h1"}).status_code == 403
    assert officer.put("/api/wall", json={"selected": "video:h9"}).status_code == 404
    assert officer.put("/api/wall", json={"selected": "x:y"}).status_code == 422
    for ranking in (None, ["video:h1", "camera:c1"]):
        told = officer.put("/api/wall", json={"selected": "video:h1", "ranking": ranking}).json()
        screen.until(lambda seen: seen.picture.get(("wall", str(incident)), {}).get("ranking", 0) == ranking)  # noqa: B023
        assert screen.picture["wall", str(incident)] == told == medic.get("/api/wall").json()
    assert told["changed_by"] == "name of officer"
