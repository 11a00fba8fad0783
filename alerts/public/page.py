"""The resident page's files, read once and ready to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from alerts.public.ready import PAGE_CACHE, Ready, ready, ready_json

#: the suffixes that are served, each with its type
TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_PACKED: Final = frozenset({".png", ".woff2"})
_INDEX: Final = "index.html"


def page_folder() -> Path:
    """Return the folder of the resident page that is installed with the program."""
    return Path(str(files("alerts"))) / "resident"


def page_answers(folder: Path) -> dict[str, Ready]:
    """Return the answers of the page's files by path, `/` and `/files.json` (what to keep on a device).

    Raises `FileNotFoundError` when the page is not installed.
    """
    names = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.suffix in TYPES and path.is_file()
    ]
    if _INDEX not in names:
        raise FileNotFoundError(f"the resident page's folder {folder} holds no {_INDEX}")
    found = {f"/{name}": _file(folder / name) for name in names}
    found["/"] = found[f"/{_INDEX}"]
    kept = [name for name in names if name != _INDEX]
    found["/files.json"] = ready_json({"files": kept}, cache=PAGE_CACHE)
    return found


def _file(path: Path) -> Ready:
    return ready(
        path.read_bytes(), TYPES[path.suffix], PAGE_CACHE, packing=path.suffix not in _PACKED, level=9
    )
