"""What one Kind of a telegram says: which warning, at which level, or that there is none."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

from lxml import etree

from alerts.telegram_xml import text
from alerts.warning import UNKNOWN_LEVEL, Statement
from alerts.warning_rules import Hazard, load_warning_rules

#: statuses that say that nothing is in force; any other word is taken as in force
NOT_IN_FORCE: Final = frozenset({"解除", "なし", "発表警報・注意報はなし"})
#: code of 解除 in a Kind of weather; of なし and 解除 in one of 土砂災害警戒情報
_LANDSLIDE_IN_FORCE: Final = "3"
_NAME: Final = re.compile(r"^(?:レベル(\d))?(.+?)(特別警報|危険警報|警報|注意報|注意情報)$")
_STEPS: Final = {"特別警報": 5, "危険警報": 4, "警報": 3, "注意報": 2, "注意情報": 2}


def lifted(kind: etree._Element) -> bool:
    """Whether a Kind says that nothing is in force."""
    return _folded(text(kind, "Status")) in NOT_IN_FORCE


def statement_of(
    kind: etree._Element,
    *,
    form: str,
    new_scheme: bool,
    region: str,
    areas: tuple[str, ...] | None,
    expires_at: datetime | None,
) -> Statement:
    """Return what a Kind that is in force states for an area; what it says in unknown words is kept."""
    name, code = _folded(text(kind, "Name")), text(kind, "Code")
    condition = _folded(text(kind, "Condition"))
    if form == "landslide":
        hazard, level, shown, unknown = _landslide(name, code, new_scheme=new_scheme)
    else:
        hazard, level, shown, unknown = read_kind(name, code)
    return Statement(
        region=region,
        hazard=hazard,
        level=level,
        name=f"{shown}({condition})".replace("(", "（").replace(")", "）") if condition else shown,
        status=_folded(text(kind, "Status")) or None,
        areas=areas,
        unknown_codes=unknown,
        expires_at=expires_at,
    )


def read_kind(name: str, code: str) -> tuple[str, int, str, tuple[str, ...]]:
    """Return hazard, level, what to call it, and the code if the rules do not know it.

    The name tells hazard and level; the code must agree, the higher level counts.
    """
    rules = load_warning_rules()
    match = _NAME.match(name)
    if match is None:
        shown = f"{name}（未知のコード {code}）" if name else f"未知のコード {code or '(なし)'}"
        return name or shown, UNKNOWN_LEVEL, shown, (code or "-",)
    number, word, step = match.groups()
    hazard = rules.hazard(word)
    level = max(int(number) if number else 0, _STEPS[step])
    if hazard.id == hazard.ja:
        # a hazard that the rules do not have, under its own name
        return word, min(level, 5), name, (code or "-",)
    by_code = _level_of(hazard, code)
    if by_code is None:
        return word, min(level, 5), f"{name}（未知のコード {code or 'なし'}）", (code or "-",)
    return word, max(min(level, 5), by_code), name, ()


def _landslide(name: str, code: str, *, new_scheme: bool) -> tuple[str, int, str, tuple[str, ...]]:
    if code == _LANDSLIDE_IN_FORCE and name == "警戒":
        return "土砂災害", 4, "レベル4土砂災害危険警報" if new_scheme else "土砂災害警戒情報", ()
    return "土砂災害", UNKNOWN_LEVEL, f"土砂災害 {name}（未知のコード {code or 'なし'}）", (code or "-",)


def _level_of(hazard: Hazard, code: str) -> int | None:
    return next((level for level, name in hazard.levels.items() if code in name.codes), None)


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip()
