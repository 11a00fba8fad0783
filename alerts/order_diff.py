"""What changed between two revisions of an order, by field and by word, for the eyes of the second signer.

Pure. Japanese has no blanks: a run of one kind of character counts as a word.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from alerts.order import Content

_WORD: Final = re.compile(r"[A-Za-z]+|[0-9０-９]+|[一-鿿々〆〇]+|[ぁ-ゟ]+|[ァ-ヿ]+|\s+|.", re.DOTALL)
_PLAIN: Final = ("level", "hazard", "reason", "expires_at", "households", "persons")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that both have (`same`), that is `gone`, or `new`."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldDiff:
    """One field: its name (`texts.ja.body`), whether it changed, and its words."""

    field: str
    changed: bool
    pieces: tuple[Piece, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


def words_of(text: str) -> list[str]:
    """Return a text cut into words; joined again they are the text."""
    return _WORD.findall(text)


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return how `before` becomes `after`: `same` and `gone` are the one, `same` and `new` the other."""
    old, new = words_of(before), words_of(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("gone", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("new", "".join(new[j1:j2])))
    return tuple(pieces)


def content_diff(before: Content | None, after: Content) -> list[FieldDiff]:
    """Return every field of `after` with its words against `before`; without one everything is new."""
    old = {} if before is None else _fields(before)
    new = _fields(after)
    return [
        FieldDiff(
            name, old.get(name, "") != new.get(name, ""), word_diff(old.get(name, ""), new.get(name, ""))
        )
        for name in dict.fromkeys([*new, *old])
    ]


def _fields(content: Content) -> dict[str, str]:
    found = {name: _told(getattr(content, name)) for name in _PLAIN}
    found["districts"] = "、".join(_names(content.districts))
    found["geometry"] = "" if content.geometry is None else _told(content.geometry)
    for language, words in content.texts.items():
        for part, text in words.items():
            found[f"texts.{language}.{part}"] = text
    return found


def _told(value: object) -> str:
    return "" if value is None else str(value)


def _names(districts: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(district.get("name") or district.get("code")) for district in districts]
