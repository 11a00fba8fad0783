from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dashboard.errors import NotFoundError
from dashboard.static import StaticFiles


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "style").mkdir(parents=True)
    (folder / "map.html").write_text('<script src="/static/{version}/map.js"></script>')
    (folder / "map.js").write_text("import './live.js';" + " " * 2000)
    (folder / "style/page.css").write_text("p{}")
    (folder / "secret.py").write_text("x")
    (tmp_path / "outside.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "outside.js")
    return folder


def test_pages_name_the_version(web: Path) -> None:
    static = StaticFiles(web)
    assert static.page("map.html").decode() == f'<script src="/static/{static.version}/map.js"></script>'


def test_modules_have_the_type_browsers_want(web: Path) -> None:
    static = StaticFiles(web)
    assert static["map.js"].media_type.startswith("text/javascript")
    assert static["style/page.css"].media_type.startswith("text/css")


def test_large_texts_are_packed(web: Path) -> None:
    static = StaticFiles(web)
    packed = static["map.js"].packed
    assert packed is not None
    assert gzip.decompress(packed) == static["map.js"].content
    assert static["style/page.css"].packed is None


@pytest.mark.parametrize(
    "path",
    [
        "../outside.js",
        "style/../../outside.js",
        "/etc/passwd",
        "link.js",
        "secret.py",
        "",
        "style",
        "map.js/",
    ],
)
def test_nothing_else_can_be_asked_for(web: Path, path: str) -> None:
    with pytest.raises(NotFoundError):
        StaticFiles(web)[path]


def test_version_names_the_content(web: Path) -> None:
    before = StaticFiles(web).version
    assert StaticFiles(web).version == before
    (web / "style/page.css").write_text("p{color:red}")
    assert StaticFiles(web).version != before


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        StaticFiles(tmp_path / "nowhere")
