"""The front end's files: read once at the start, served under an address that names their content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from dashboard.errors import NotFoundError

router = APIRouter()

#: what the pages say in place of the version
PLACEHOLDER: Final = "{version}"
#: the address of a file names its content, so it never changes
FOR_EVER: Final = "public, max-age=31536000, immutable"

#: the suffixes that are served, each with its type; told by us, because a system's table may know
#: modules as text/plain, which a browser told `nosniff` refuses
TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
#: packed already
PACKED: Final = frozenset({".png", ".woff2"})
#: shorter files do not gain by packing [bytes]
WORTH_PACKING: Final = 1024


@dataclass(frozen=True)
class StaticFile:
    """A file's content, type and packed content."""

    content: bytes
    suffix: str

    @property
    def media_type(self) -> str:
        """The content type that is told."""
        return TYPES[self.suffix]

    @cached_property
    def packed(self) -> bytes | None:
        """The gzipped content, None where packing gains nothing."""
        if self.suffix in PACKED or len(self.content) < WORTH_PACKING:
            return None
        return gzip.compress(self.content, 6, mtime=0)


class StaticFiles:
    """All files of a folder, by their path in it. What is not in here cannot be asked for."""

    def __init__(self, folder: Path, also: Mapping[str, Path] | None = None) -> None:
        """Read `folder`, and `also` single files from elsewhere by the path they are served under.

        Raises `FileNotFoundError` when the folder is none, or a single file is missing.
        """
        if not folder.is_dir():
            raise FileNotFoundError(f"the front end's folder {folder} is missing")
        root = folder.resolve()
        self._files = {
            path.relative_to(root).as_posix(): StaticFile(path.read_bytes(), path.suffix)
            for path in sorted(root.rglob("*"))
            if path.suffix in TYPES and path.is_file() and path.resolve().is_relative_to(root)
        }
        for name, path in (also or {}).items():
            self._files[name] = StaticFile(path.read_bytes(), path.suffix)
        digest = hashlib.blake2b(digest_size=8)
        for name, file in self._files.items():
            digest.update(f"{name}\0{len(file.content)}\0".encode() + file.content)
        #: hash of all names and contents
        self.version = digest.hexdigest()

    def __getitem__(self, path: str) -> StaticFile:
        """Return the file at `path`. Raises `NotFoundError`."""
        try:
            return self._files[path]
        except KeyError:
            raise NotFoundError(f"there is no file {path[:100]!r}") from None

    @property
    def names(self) -> list[str]:
        """The paths of all files, in order."""
        return list(self._files)

    def page(self, name: str) -> bytes:
        """Return the page `name` with the version in the addresses of its files. Raises `NotFoundError`."""
        return self[name].content.replace(PLACEHOLDER.encode(), self.version.encode())


def web_folder() -> Path:
    """Return the folder of the front end that is installed with this package."""
    return Path(str(files("dashboard"))) / "web"


@router.get("/static/{version}/{path:path}")
def static_file(version: str, path: str, request: Request) -> Response:
    """Serve a file of the front end."""
    static: StaticFiles = request.app.state.parts.static
    if version != static.version:
        # An older page would mix old modules with new ones: it must be loaded anew.
        raise NotFoundError(f"version {version[:32]!r} is not served any more; reload the page")
    file = static[path]
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, 200, {**headers, "Content-Encoding": "gzip"}, file.media_type)
    return Response(file.content, 200, headers, file.media_type)
