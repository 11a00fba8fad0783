"""The printed notice of an order (PDF): large, black and white, three languages, a code to the newest state.

Typeset by typst with the system's Noto Sans CJK JP; without that font there is no page, for boxes instead
of characters would be pinned to walls. The same notice gives the same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import segno
import typst

from alerts.cap_message import JST
from alerts.drill_wall import DrillNotice, Notice
from alerts.ruby import with_readings_behind
from alerts.terms import terms

FONT: Final = "Noto Sans CJK JP"
PACKAGE: Final = "fonts-noto-cjk"


class NoticePageError(RuntimeError):
    """Raised when the page cannot be made here; says what is missing."""


def notice_page(notice: Notice, *, public_url: str | None) -> bytes:
    """Return the notice as PDF. Raises `NoticePageError`, naming the package of a missing font."""
    require_font()
    source = (files("alerts") / "notice_page.typ").read_bytes()
    told = json.dumps(_told(notice, public_url), ensure_ascii=False)
    try:
        made = typst.compile(
            source,
            format="pdf",
            sys_inputs={"told": told},
            timestamp=int(notice.bulletin.effective_at.timestamp()),
        )
    except typst.TypstError as fault:
        raise NoticePageError(f"the notice could not be typeset: {fault}") from fault
    if not isinstance(made, bytes):
        raise NoticePageError("the notice could not be typeset: nothing came out")
    return made


def resident_url(public_url: str, area: str) -> str:
    """Return the address of the resident page of a municipality."""
    return f"{public_url.rstrip('/')}/?area={area}"


def _told(notice: Notice, public_url: str | None) -> dict[str, Any]:
    bulletin, table = notice.bulletin, terms()
    words = {
        language: {part: with_readings_behind(text) for part, text in told.items()}
        for language, told in notice.texts.items()
    }
    url = None if public_url is None else resident_url(public_url, bulletin.area)
    return {
        "title": words["ja"]["headline"],
        "drill": isinstance(notice, DrillNotice),
        "lifted": bulletin.act == "lift",
        "place": bulletin.area_name,
        "at": _clock(bulletin.effective_at, "現在"),
        "until": ""
        if bulletin.act == "lift"
        else _clock(bulletin.expires_at, "まで（延長することがあります）"),
        "ja": words["ja"],
        "easy": words.get("easy"),
        "en": words.get("en"),
        "names": {code: with_readings_behind(table.languages[code]) for code in ("easy", "en")},
        "url": url,
        "qr": None if url is None else _qr(url),
    }


def _qr(url: str) -> str:
    # error correction M: a sheet on a wall gets wet and torn
    return str(segno.make(url, error="m", micro=False).svg_inline(scale=4, border=4))


def _clock(moment: datetime, words: str) -> str:
    local = moment.astimezone(JST)
    return f"{local.month}月{local.day}日 {local:%H:%M} {words}"


@cache
def _families() -> frozenset[str]:
    return frozenset(typst.Fonts(include_system_fonts=True, include_embedded_fonts=False).families())


def require_font() -> None:
    """See that the font is installed. Raises `NoticePageError` naming its package."""
    if FONT not in _families():
        raise NoticePageError(f"the font {FONT} is missing: install the package {PACKAGE}")
