"""Whether the demo's videos play: what the wall is told and given of them is looked at."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from ops import screen
from ops.check import Finding
from sensors.simulate.video import MovingPicture

#: how long a stream may take to be known as playing [s]
PLAYS_S: Final = 20.0
JPEG: Final = b"\xff\xd8\xff"


def video_finding(place: tuple[str, int], cookie: str, pictures: Sequence[MovingPicture]) -> Finding:
    """Look at every test picture as a screen of the wall does: state, playlist, header, piece, thumbnail."""
    wanted = {picture.name for picture in pictures}
    deadline = time.monotonic() + PLAYS_S
    while True:
        known = screen.fresh_snapshot(*place, cookie).get("video", {})
        playing = {id_ for id_ in wanted if id_ in known and known[id_][1]["state"] == "playing"}
        if playing == wanted or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    wrong = [f"{id_}: {_state(known, id_)}" for id_ in sorted(wanted - playing)]
    size = 0
    for id_ in sorted(playing):
        faults, read = _faults(place, cookie, known[id_][1])
        wrong += [f"{id_}: {fault}" for fault in faults]
        size += read
    counted = f"{len(playing)} of {len(wanted)} streams play, {size / 1000:.0f} kB of video read"
    return Finding("videos on the wall play", counted, wrong)


def _state(known: dict[str, Any], id_: str) -> str:
    return (
        f"is {known[id_][1]['state']} ({known[id_][1]['reason']})" if id_ in known else "is not on the wall"
    )


def _faults(place: tuple[str, int], cookie: str, video: dict[str, Any]) -> tuple[list[str], int]:
    """Return what is wrong with a stream's pieces, and how many bytes of video were read."""
    wrong = [] if video["synthetic"] else ["it is not marked as made up"]
    folder = video["playlist"].rpartition("/")[0]
    status, playlist = _get(place, cookie, video["playlist"])
    lines = playlist.decode("utf-8", "replace").splitlines()
    pieces = [line for line in lines if line and not line.startswith("#")]
    if status != 200 or not pieces:
        return [*wrong, f"its playlist is answered {status} with {len(pieces)} pieces"], 0
    size = 0
    for name, sign in (("init.mp4", b"ftyp"), (pieces[-1], b"moof")):
        status, content = _get(place, cookie, f"{folder}/{name}")
        size += len(content)
        if status != 200 or sign not in content[:256]:
            wrong.append(f"{name} is answered {status} and is no fragment of MP4")
    status, picture = _get(place, cookie, video["thumbnail"])
    if status != 200 or not picture.startswith(JPEG):
        said = json.loads(picture)["detail"] if status >= 400 else "no JPEG"
        wrong.append(f"its thumbnail is answered {status}: {said}")
    return wrong, size


def _get(place: tuple[str, int], cookie: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*place, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
