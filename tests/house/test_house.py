"""The house checks itself: floors, sizes, words, addresses, vendored files, rules with their source."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("alerts", "dashboard", "geo", "ingest", "ops", "recovery", "sensors", "shelters")
FORBIDDEN_NAMES = {"utils", "common", "core", "helpers", "helper", "manager", "misc", "util"}


def tracked(*suffixes: str) -> list[Path]:
    """Files under version control (or about to be), without vendored ones."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [
        ROOT / name
        for name in listed
        if name.endswith(suffixes) and "/vendor/" not in name and (ROOT / name).is_file()
    ]


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    """The import linter cannot see what a parent package imports."""
    for path in tracked("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, path
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked(".py", ".js", ".css", ".sql")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
        and "migrations/versions" not in str(path)
    }
    assert long == {}


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = []
    for path in tracked(".py"):
        if "migrations/versions" in str(path):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({lines})")
    assert long == []


def test_rooms_are_named_after_nouns() -> None:
    for path in tracked(".py", ".js"):
        assert path.stem not in FORBIDDEN_NAMES, path
        assert not FORBIDDEN_NAMES & set(path.relative_to(ROOT).parts[:-1]), path


def test_every_module_and_public_function_is_documented() -> None:
    bare = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if not ast.get_docstring(tree):
                bare.append(str(path.relative_to(ROOT)))
            if "migrations/versions" in str(path):
                continue
            bare += [
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                for node in tree.body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
                and not any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list)
            ]
    assert bare == []


def test_screens_need_no_address_from_outside() -> None:
    outside = re.compile(r"https?://(?!localhost|127\.0\.0\.1|www\.w3\.org)[a-z0-9.-]+\.[a-z]{2,}")
    for path in tracked(".js", ".html", ".css"):
        if "/web/" in str(path) or "/tablet/" in str(path):
            assert not outside.search(path.read_text(encoding="utf-8")), path


def test_pages_hold_no_inline_script_or_style() -> None:
    pages = [*(ROOT / "dashboard/web").glob("*.html"), *(ROOT / "shelters/tablet").glob("*.html")]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), path


def test_vendored_files_are_the_ones_that_were_vendored() -> None:
    """Each vendor folder's README names its files with their SHA-256."""
    for folder in ("dashboard/web/vendor", "shelters/tablet/vendor", "tests/browser/vendor"):
        readme = ROOT / folder / "README.md"
        text = readme.read_text(encoding="utf-8")
        files = [path for path in readme.parent.rglob("*") if path.is_file() and path != readme]
        assert files
        for path in files:
            if path.suffix in (".js", ".css", ".mjs"):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                assert digest in text, f"{path.relative_to(ROOT)} is not the file that {readme.name} names"


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/rules/*.toml")), ids=lambda path: path.name)
def test_rules_say_where_they_come_from(path: Path) -> None:
    """Each top-level table, or each of its entries, has a source, a date and whether it was verified."""

    def sourced(table: dict[str, object]) -> bool:
        if {"source", "as_of", "verified"} <= table.keys():
            date.fromisoformat(str(table["as_of"]))
            return bool(table["source"]) and isinstance(table["verified"], bool)
        inner = [
            entry
            for value in table.values()
            for entry in (value if isinstance(value, list) else [value])
            if isinstance(entry, dict)
        ]
        return bool(inner) and all(sourced(entry) for entry in inner)

    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    if {"source", "as_of", "verified"} <= tables.keys():
        assert sourced(tables)
        return
    for name, table in tables.items():
        assert isinstance(table, dict | list), f"{path.name}: {name} stands outside every table"
        if isinstance(table, list) and sourced(tables.get(f"{name}s", {})):
            continue  # the table of the plural speaks for all entries of the array
        for entry in table if isinstance(table, list) else [table]:
            assert sourced(entry), f"{path.name}: {name} does not say source, as_of and verified"


def test_readme_names_every_dependency_and_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"] + project["optional-dependencies"]["test"]:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert f"`{name}`" in readme, f"README does not say why {name} is needed"
    from typer.main import get_command

    from ops.command import app

    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        named = command.hidden or f"./sonae {name}" in readme
        assert named, f"README does not name ./sonae {name}"


def test_lock_pins_every_dependency_with_hashes() -> None:
    for name in ("run.txt", "test.txt"):
        text = (ROOT / "lock" / name).read_text(encoding="utf-8")
        pins = re.findall(r"^([a-z0-9_.-]+)==", text, re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "http" not in re.sub(r"http-ece|httpx|httpcore|httptools", "", text)
