"""Named SQL from `.sql` files: hot paths are text one can read, review and run in psql."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def load(package: str, file: str) -> dict[str, LiteralString]:
    """Return the named statements of `file` in `package`'s `sql` folder.

    A statement starts with a line `-- name: its_name` and ends where the next one starts. The files are
    part of the program, never user input, which is what lets their text count as literal.
    Raises `FileNotFoundError` or `ValueError` (a name twice).
    """
    parts = _NAME.split((files(package) / "sql" / file).read_text(encoding="utf-8"))
    names = parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{package}/sql/{file}: a statement name stands twice")
    return {name: cast("LiteralString", body.strip()) for name, body in zip(names, parts[2::2], strict=True)}
