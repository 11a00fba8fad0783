"""Thumbnails and origins: cut once for all, backed off, never led elsewhere; motion that is new."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from dashboard.video.cutting import CutError, Cutter
from dashboard.video.look import standing_of
from dashboard.video.motion import Motion, motion
from dashboard.video.origin import FolderOrigin, GatewayOrigin, NowhereOrigin, Origin, OriginError
from dashboard.video.thumbnail import Thumbnail, ThumbnailError, Thumbnails
from geo.video import NewVideo, VideoError

NOW = datetime(2026, 11, 25, tzinfo=UTC)
MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{number}\n#EXTINF:2,\na.ts\n"
JPEG = cv2.imencode(".jpg", np.full((90, 160), 90, np.uint8))[1].tobytes()


def folder(root: Path, number: int = 1) -> FolderOrigin:
    (root / "s").mkdir(exist_ok=True)
    (root / "s" / "index.m3u8").write_text(MEDIA.format(number=number))
    (root / "s" / "a.ts").write_bytes(b"piece")
    return FolderOrigin(root, "s")


def test_a_piece_is_cut_once_for_everybody(tmp_path: Path) -> None:
    at = [0.0]
    seen: list[bytes] = []

    async def cut(data: bytes) -> bytes:
        seen.append(data)
        return JPEG

    async def play() -> list[Thumbnail]:
        made = Thumbnails(lambda: at[0], cut)
        first = await asyncio.gather(*(made.of("s", folder(tmp_path)) for _ in range(5)))
        at[0] = 2.0
        same = await made.of("s", folder(tmp_path))
        at[0] = 4.0
        later = await made.of("s", folder(tmp_path, 2))
        return [*first, same, later]

    numbers = [one.number for one in asyncio.run(play())]
    assert numbers == [1] * 6 + [2]
    assert seen == [b"piece", b"piece"]


def test_a_stream_that_fails_is_left_alone_for_a_while_and_comes_back(tmp_path: Path) -> None:
    at, tries = [0.0], [0]

    async def cut(_data: bytes) -> bytes:
        tries[0] += 1
        if tries[0] < 3:
            raise ThumbnailError("undecodable", "broken")
        return JPEG

    async def play() -> None:
        made = Thumbnails(lambda: at[0], cut)
        for moment, expected in ((0.0, 1), (1.9, 1), (2.0, 2), (5.9, 2)):
            at[0] = moment
            with pytest.raises(ThumbnailError, match="broken"):
                await made.of("s", folder(tmp_path))
            assert tries[0] == expected, moment
        at[0] = 6.0
        assert (await made.of("s", folder(tmp_path))).content == JPEG

    asyncio.run(play())


def test_a_piece_may_end_the_decoder_and_nothing_else(tmp_path: Path) -> None:
    """Rubbish is refused, a text that leads to a file is no video, a decoder that is gone comes back."""
    piece = tmp_path / "a.ts"
    command = (
        *("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=2", "-t", "1"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(piece)),
    )
    subprocess.run(command, check=True)
    leads = f"#EXTM3U\n#EXTINF:1,\n{piece}\n#EXT-X-ENDLIST\n".encode()

    async def play() -> int:
        cutter = Cutter(lambda: 0.0)
        try:
            for wrong in (b"no video at all" * 100, leads, f"ffconcat version 1.0\nfile {piece}\n".encode()):
                with pytest.raises(CutError):
                    await cutter.cut(wrong)
            assert cutter._process is not None
            cutter._process.kill()
            with pytest.raises(CutError, match="ended"):
                await cutter.cut(piece.read_bytes())
            picture = cv2.imdecode(np.frombuffer(await cutter.cut(piece.read_bytes()), np.uint8), 0)
            assert picture is not None
            assert picture.shape == (270, 480)
        finally:
            await cutter.close()
        return cutter.starts

    assert asyncio.run(play()) == 2


def test_the_decoder_rests_while_nobody_looks() -> None:
    at = [0.0]

    async def play() -> tuple[bool, bool]:
        cutter = Cutter(lambda: at[0])
        with pytest.raises(CutError):
            await cutter.cut(b"")
        at[0] = 30.0
        await cutter.rest()
        awake = cutter._process is not None
        at[0] = 61.0
        await cutter.rest()
        return awake, cutter._process is not None

    assert asyncio.run(play()) == (True, False)


@pytest.mark.parametrize("name", ["../x.ts", "/etc/passwd", "a.exe", "s/../../x.m3u8", "%2e%2e/a.ts", ".ts"])
def test_nothing_outside_a_stream_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.ts").write_bytes(b"secret")
    with pytest.raises(OriginError) as refused:
        asyncio.run(folder(tmp_path).read(name))
    assert refused.value.code == "elsewhere"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "video"
    root.mkdir()
    origin = folder(root)
    (tmp_path / "secret.ts").write_bytes(b"secret")
    (root / "s" / "b.ts").symlink_to(tmp_path / "secret.ts")
    with pytest.raises(OriginError, match="outside"):
        asyncio.run(origin.read("b.ts"))


def test_a_gateway_is_asked_below_its_own_path_and_its_faults_have_names() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.path.endswith("away/index.m3u8"):
            raise httpx.ConnectError("no")
        code = {"gone": 404, "shut": 401}.get(request.url.path.split("/")[1], 200)
        return httpx.Response(code, text=MEDIA.format(number=7))

    async def play() -> list[tuple[str, str | None]]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            ways: list[Origin] = [
                GatewayOrigin(client, "http://gw:8888/", path, lambda: NOW) for path in PATHS
            ]
            found = [await standing_of(way, NOW) for way in [*ways, NowhereOrigin()]]
            await ways[0].read("index.m3u8", "_HLS_msn=8")
            return [(one.state, one.reason) for one in found]

    assert asyncio.run(play()) == [
        ("playing", None),
        ("waiting", "missing"),
        ("away", "refused"),
        ("away", "gateway-away"),
        ("away", "no-gateway"),
    ]
    assert asked[0] == "http://gw:8888/heli/1/index.m3u8"
    assert asked[-1] == "http://gw:8888/heli/1/index.m3u8?_HLS_msn=8"


PATHS = ("heli/1", "gone", "shut", "away")


def test_motion_is_new_only_beyond_what_is_usual() -> None:
    calm = np.full((18, 32), 100, np.uint8)
    moved = calm.copy()
    moved[:9] = 160
    first = motion(calm, calm, None)
    assert first == Motion(0.0, 0.0)
    assert motion(None, calm, None) is None
    begins = motion(calm, moved, first)
    assert begins is not None
    assert (begins.share, begins.new) == (0.5, True)
    flying: Motion | None = Motion(0.5, 0.5)
    flying = motion(calm, moved, flying)
    assert flying is not None
    assert not flying.new


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../x"},
        {"path": "a/../b"},
        {"path": "/abs"},
        {"path": "http://other.test/x"},
        {"whep": True},
        {"vehicle_id": "v", "camera_id": "c"},
        {"lon": 134.0},
        {"lon": 134.0, "lat": 34.0, "vehicle_id": "v"},
        {"name": " "},
    ],
)
def test_a_stream_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    good = {"id": "heli-1", "name": "機体1", "way": "folder", "path": "heli/1", "source": "試験"}
    NewVideo(**good)  # type: ignore[arg-type]
    with pytest.raises(VideoError):
        NewVideo(**{**good, **wrong})  # type: ignore[arg-type]
