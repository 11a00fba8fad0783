"""Readings over characters, kept in plain text as `漢字《かんじ》`.

A reading belongs to the unbroken run of Chinese characters before it, or to what stands between `｜`
and it. Screens draw `<ruby>`; where no reading can stand above, it stands behind or is left out.
Pure. The marks are those of 青空文庫 (Aozora Bunko, markup for typed texts).
"""

from __future__ import annotations

import re
from typing import Final

_MARKED: Final = re.compile(r"(?:｜([^｜《》]+)|([一-鿿々〆ヶ〇]+))《([^《》]+)》")


def parts(text: str) -> list[tuple[str, str | None]]:
    """Return the text in order as (characters, reading or None)."""
    found: list[tuple[str, str | None]] = []
    end = 0
    for match in _MARKED.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], None))
        found.append((match[1] or match[2], match[3]))
        end = match.end()
    if end < len(text):
        found.append((text[end:], None))
    return found


def without_readings(text: str) -> str:
    """Return the text as it is written without readings."""
    return "".join(characters for characters, _ in parts(text))


def with_readings_behind(text: str) -> str:
    """Return the text for channels that know no ruby: 避難（ひなん）."""
    return "".join(
        characters if reading is None else f"{characters}（{reading}）" for characters, reading in parts(text)
    )


def spoken(text: str) -> str:
    """Return the text with readings in place of the characters, for a voice."""
    return "".join(reading or characters for characters, reading in parts(text))
