"""Flood forecasts of designated rivers (指定河川洪水予報, VXKO) and notices of others (VXSU).

The headline's Kind tells the level for the forecast section; code 10 alone says that nothing is in force
(a title with 警報解除 may still be an advisory). The municipalities are those of 浸水想定地区.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from lxml import etree

from alerts.jma_area import municipalities_of
from alerts.telegram_xml import child, children, local, text
from alerts.warning import UNKNOWN_LEVEL, Statement, TelegramError
from alerts.warning_rules import load_warning_rules

#: ends the type of the Information that speaks of the forecast section itself
SECTIONS: Final = ("（予報区域）", "（発表区間）")
CLEARED: Final = "10"
HAZARD: Final = "氾濫"


def river_statements(head: etree._Element | None, body: etree._Element | None) -> Iterator[Statement]:
    """Yield what is in force on a river. Raises `TelegramError` when no forecast section is named."""
    sections = [
        information
        for information in children(child(head, "Headline"), "Information")
        if (information.get("type") or "").endswith(SECTIONS)
    ]
    if not sections:
        raise TelegramError("the headline names no forecast section", code="no-warning")
    areas = _flooded(body)
    for item in (item for section in sections for item in children(section, "Item")):
        kind = child(item, "Kind")
        code, name = text(kind, "Code"), unicodedata.normalize("NFKC", text(kind, "Name"))
        if code == CLEARED:
            continue
        level, shown, unknown = _read(name, code)
        for area in (area for group in children(item, "Areas") for area in children(group, "Area")):
            section = text(area, "Name") or text(area, "Code") or "(河川名なし)"
            yield Statement(
                region=section,
                hazard=HAZARD,
                level=level,
                name=shown,
                status=unicodedata.normalize("NFKC", text(kind, "Condition")) or None,
                areas=areas or None,
                unknown_codes=unknown,
                river=section,
            )


def _read(name: str, code: str) -> tuple[int, str, tuple[str, ...]]:
    levels = load_warning_rules().hazard(HAZARD).levels
    level = next((level for level, known in levels.items() if code in known.codes), None)
    if level is not None:
        return level, name or levels[level].ja, ()
    shown = f"{name}（未知のコード {code or 'なし'}）" if name else f"未知のコード {code or '(なし)'}"
    return UNKNOWN_LEVEL, shown, (code or "-",)


def _flooded(body: etree._Element | None) -> tuple[str, ...]:
    if body is None:
        return ()
    codes = {text(area, "CityCode") for area in body.iter() if local(area) == "Area"}
    known = (municipalities_of(code) or () for code in codes)
    return tuple(sorted({code for found in known for code in found}))
