"""What a reader of a simulated flood must know beside the picture, in Japanese and English.

The words, and the figures of runs that start by themselves, stand in `geo/rules/inundation.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

Note = dict[str, Any]


@cache
def rules() -> dict[str, Any]:
    """Return the rules of simulated floods."""
    return tomllib.loads((files("geo") / "rules" / "inundation.toml").read_text(encoding="utf-8"))


def note(code: str, **values: float) -> Note:
    """Return a note `{"code", "ja", "en"}`, its values filled in. Raises `KeyError` for an unknown code."""
    words = rules()["notes"][code]
    return {"code": code, **{language: words[language].format(**values) for language in ("ja", "en")}}


def with_notes(held: Iterable[Note], more: Iterable[Note]) -> list[Note]:
    """Return the notes, each code once, a newer wording at the older place."""
    found = {one["code"]: one for one in held}
    found.update({one["code"]: one for one in more})
    return list(found.values())
