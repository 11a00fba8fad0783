"""Draft words of an order in ja, やさしい日本語 and English, from fixed terms; a person edits them.

The form is that of a public alert: 【警戒レベル4 避難指示】○○町, then when, where, what, what to do, where to
go, whom to ask (避難情報に関するガイドライン, 内閣府, 2021, revised 2026-03, for names and actions). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.ruby import without_readings
from alerts.terms import WRITTEN, Terms, terms

PARTS: Final = ("headline", "body", "instruction")
#: no channel takes more; channels have limits of their own [characters]
LONGEST: Final = {"headline": 120, "body": 2000, "instruction": 2000}
#: so many places to go to are named; a choice among more would send everybody to the same few
NAMED_REFUGES: Final = 5

Texts = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the words are made from. Names are as the registers have them (Japanese)."""

    act: str
    level: int
    hazard: str
    area: str
    districts: Sequence[str] = ()
    #: one sentence in Japanese, of the officer or from the proposal
    reason: str = ""
    reason_en: str = ""
    #: places to escape to that are designated for the hazard
    refuges: Sequence[str] = ()
    contact: str = ""


def draft_texts(facts: Facts) -> Texts:
    """Return `{"headline", "body", "instruction"}` for each language in which orders are written."""
    return {language: _text(terms(), facts, language) for language in WRITTEN}


def faults(texts: Mapping[str, Mapping[str, str]], *, level: int, act: str) -> list[str]:
    """Return what makes words unfit to be signed, each naming language and part; empty = fit.

    Refused are an abolished name, a headline that names another level, blanks and overlong parts.
    """
    table, found = terms(), []
    for language in WRITTEN:
        words = texts.get(language, {})
        for part in PARTS:
            text = words.get(part, "")
            if not text.strip():
                found.append(f"texts.{language}.{part} is blank")
            if len(text) > LONGEST[part]:
                found.append(f"texts.{language}.{part} has {len(text)} characters, at most {LONGEST[part]}")
            if name := table.abolished_in(without_readings(text)):
                found.append(f"texts.{language}.{part} uses the abolished name {name}")
        found += _wrong_names(table, words.get("headline", ""), language, level, act)
    if unknown := sorted(set(texts) - set(table.languages)):
        found.append(f"texts: {', '.join(unknown)} is not a language")
    return found


def _wrong_names(table: Terms, headline: str, language: str, level: int, act: str) -> list[str]:
    plain = without_readings(headline).casefold()

    def named(key: str) -> bool:
        return without_readings(table.word(key, language).text).casefold() in plain

    found = []
    if not named(f"level.{level}") or not named(f"order.{level}"):
        found.append(f"texts.{language}.headline does not name level {level} as it is officially called")
    found += [
        f"texts.{language}.headline names level {other}, the order is of level {level}"
        for other in (3, 4, 5)
        if other != level and (named(f"level.{other}") or named(f"order.{other}"))
    ]
    if act == "lift" and not named("label.lifted"):
        found.append(f"texts.{language}.headline does not say that the order is lifted")
    return found


def _text(table: Terms, facts: Facts, language: str) -> dict[str, str]:
    def say(key: str, **values: object) -> str:
        return table.word(key, language, **values).text

    lift = facts.act == "lift"
    headline = say(
        "label.headline.lifted" if lift else "label.headline.order",
        level=say(f"level.{facts.level}"),
        order=say(f"order.{facts.level}"),
        now=say(f"now.{facts.level}"),
        area=facts.area,
    )
    comma, colon, end = (", ", ": ", ".") if language == "en" else ("、", "：", "。")
    where = comma.join(facts.districts) or f"{facts.area} {say('label.whole')}"
    lines = [] if lift else [f"{say('label.when')}{colon}{say('label.now')}"]
    lines.append(f"{say('label.where')}{colon}{where}")
    lines.append(f"{say('label.what')}{colon}{say(f'hazard.{facts.hazard}')}")
    reason = facts.reason_en if language == "en" else facts.reason
    # A reason in officers' Japanese does not belong into plain Japanese.
    if reason and language != "easy":
        lines.append(f"{say('label.why')}{colon}{reason.rstrip(end)}{end}")
    do = say("label.lifted.action") if lift else say(f"action.{facts.level}")
    steps = [f"{say('label.act')}{colon}{do}"]
    if not lift and facts.level < 5:
        steps.append(f"{say('label.refuge')}{colon}{_refuges(table, facts.refuges, language, comma)}")
    steps.append(f"{say('label.contact')}{colon}{facts.contact or facts.area}")
    return {"headline": headline, "body": "\n".join(lines), "instruction": "\n".join(steps)}


def _refuges(table: Terms, refuges: Sequence[str], language: str, comma: str) -> str:
    if not refuges:
        return table.word("label.refuge.unknown", language).text
    if len(refuges) > NAMED_REFUGES:
        return table.word("label.refuge.many", language, n=len(refuges)).text
    return comma.join(refuges)
