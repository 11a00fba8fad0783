"""Fixed words of evacuation information in the languages of the national list (`rules/terms.toml`).

Nothing is translated by a machine. A word that a language lacks is answered in English with the fact
(`Word.fallback`), so that a caller can say so and show やさしい日本語 beside it. Pure but for reading
its own table once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

#: languages in which whole orders are written; of the others there are fixed words
WRITTEN: Final = ("ja", "easy", "en")
_FALLBACK: Final = "en"
_ABOUT: Final = frozenset({"key", "source", "as_of", "verified"})


class TermError(LookupError):
    """Raised when there is no such term or language; names it."""


@dataclass(frozen=True)
class Word:
    """A fixed word. `language` is the one it is in; `fallback` = not the one that was asked for."""

    text: str
    language: str
    fallback: bool


@dataclass(frozen=True)
class Term:
    """A term with its words by language; a language that is missing has no source at hand."""

    key: str
    words: Mapping[str, str]
    source: str
    verified: bool


@dataclass(frozen=True)
class Terms:
    """The whole table."""

    #: name of each language in itself, by code
    languages: Mapping[str, str]
    by_key: Mapping[str, Term]
    #: names that were abolished and are never printed
    abolished: tuple[str, ...]

    def word(self, key: str, language: str, **values: object) -> Word:
        """Return a term in a language, its `{braces}` filled; English where the language lacks it.

        Raises `TermError`.
        """
        if language not in self.languages:
            raise TermError(f"{language!r} is not a language of the table: {', '.join(self.languages)}")
        term = self.by_key.get(key)
        if term is None:
            raise TermError(f"there is no term {key!r}")
        found = language if language in term.words else _FALLBACK
        text = term.words[found]
        return Word(text.format(**values) if values else text, found, found != language)

    def missing(self, language: str) -> tuple[str, ...]:
        """Return the keys for which a language has no word."""
        return tuple(key for key, term in self.by_key.items() if language not in term.words)

    def abolished_in(self, text: str) -> str | None:
        """Return the first abolished name that a text uses, None when it uses none."""
        return next((name for name in self.abolished if name in text), None)


@cache
def terms() -> Terms:
    """Return the table that comes with the program. Raises `TermError` when it contradicts itself."""
    text = (files("alerts") / "rules" / "terms.toml").read_text(encoding="utf-8")
    return read_terms(tomllib.loads(text))


def read_terms(table: Mapping[str, Any]) -> Terms:
    """Return the table from its parsed TOML. Raises `TermError` naming the entry that is wrong."""
    languages = {entry["code"]: entry["name"] for entry in table["languages"]["names"]}
    by_key: dict[str, Term] = {}
    for entry in table["term"]:
        key = entry["key"]
        words = {name: value for name, value in entry.items() if name not in _ABOUT}
        if unknown := set(words) - set(languages):
            raise TermError(f"{key}: {', '.join(sorted(unknown))} is not a language of the table")
        if lacking := set(WRITTEN) - set(words):
            raise TermError(f"{key}: has no word in {', '.join(sorted(lacking))}")
        if key in by_key:
            raise TermError(f"{key} stands twice")
        by_key[key] = Term(key, words, entry["source"], entry["verified"])
    return Terms(languages, by_key, tuple(table["abolished"]["names"]))
