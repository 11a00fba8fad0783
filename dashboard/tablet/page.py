"""The tablet's own front end, served so that its service worker decides what is kept on the device."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from dashboard.answer import json_answer
from dashboard.errors import NotFoundError
from dashboard.static import StaticFiles, web_folder

router = APIRouter()
_INDEX: Final = "index.html"
#: modules of the live map that the tablet uses too, served below its own path so that they are kept with it
SHARED: Final = ("clock.js", "element.js")


def tablet_folder() -> Path:
    """Return the folder of the tablet's front end that is installed with the program."""
    return Path(str(files("shelters"))) / "tablet"


@cache
def tablet_files() -> StaticFiles:
    """Return the tablet's files, read once. Raises `NotFoundError` when they are not installed."""
    try:
        shared = {f"live-map/{name}": web_folder() / name for name in SHARED}
        return StaticFiles(tablet_folder(), shared)
    except FileNotFoundError as fault:
        raise NotFoundError("the tablet's front end is not installed") from fault


@router.get("/tablet")
def without_slash() -> Response:
    """Send to the page: relative addresses and the service worker's scope need the slash."""
    return Response(status_code=308, headers={"Location": "/tablet/", "Cache-Control": "no-cache"})


@router.get("/tablet/files.json")
def file_list() -> Response:
    """Return what there is to keep on the device, under a version of everything."""
    found = tablet_files()
    return json_answer({"version": found.version, "files": found.names})


@router.get("/tablet/{path:path}")
def tablet_file(path: str, request: Request) -> Response:
    """Serve a file of the tablet's front end; unchanged ones are not sent again."""
    file = tablet_files()[path or _INDEX]
    etag = f'"{hashlib.sha256(file.content).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": etag, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, 200, {**headers, "Content-Encoding": "gzip"}, file.media_type)
    return Response(file.content, 200, headers, file.media_type)
