"""Telegrams of 気象庁's disaster XML, from bytes to a bulletin.

Read are Kind *and* Status of the body, never a word of the text: a headline may name what is not in
force. Every telegram tells all that its series has in force; what it does not state is not in force.
Source: 気象庁防災情報XMLフォーマット, 解説資料 and sample telegrams of 2025-06-30.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final

from lxml import etree

from alerts.bulletin import ActualBulletin, Bulletin, ExerciseBulletin, TrialBulletin, UnusedKindError
from alerts.jma_area import municipalities_of, telegram_rules
from alerts.jma_kind import lifted, statement_of
from alerts.jma_river import river_statements
from alerts.telegram_xml import child, children, local, moment, text
from alerts.warning import InfoType, Statement, Telegram, TelegramError
from geo.municipality import PREFECTURES

INFO_TYPES: Final[dict[str, InfoType]] = {
    "発表": "issue",
    "遅延": "issue",
    "訂正": "correction",
    "取消": "cancellation",
}
#: a telegram says the same of ever larger areas; what it says of the smallest is read
FINEST_FIRST: Final = (
    "(市町村等)",
    "(市町村等をまとめた地域等)",
    "(発表細分)",
    "(一次細分区域等)",
    "(府県予報区等)",
)


@dataclass(frozen=True)
class Form:
    """How the telegrams of one title are read, and which series they continue."""

    form: str
    series: str


@cache
def _forms() -> dict[str, Form]:
    return {entry["title"]: Form(entry["form"], entry["series"]) for entry in telegram_rules()["telegram"]}


def is_used(title: str) -> bool:
    """Whether telegrams of this title (Control/Title) carry warnings that are used here."""
    return folded(title) in _forms()


def folded(words: str) -> str:
    """Return words with full-width letters, digits and brackets folded (レベル４ → レベル4)."""
    return unicodedata.normalize("NFKC", words).strip()


def read_jma(root: etree._Element, data: bytes, name: str) -> Bulletin:
    """Return the bulletin that a `Report` is.

    Raises `UnusedKindError` for a kind that Sonae does not use, `TelegramError` for what cannot be read.
    """
    control, head = child(root, "Control"), child(root, "Head")
    if control is None or head is None:
        raise TelegramError(f"{name}: a Report without Control and Head", code="bad-form")
    title = folded(text(control, "Title"))
    form = _forms().get(title)
    if form is None:
        raise UnusedKindError(title or "(no title)")
    digest = hashlib.sha256(data).hexdigest()[:12]
    sent = text(control, "DateTime")
    source_id = f"jma:{form.series}:{text(control, 'EditorialOffice')}:{sent}:{digest}"
    status = folded(text(control, "Status"))
    if status == "試験":
        return TrialBulletin(source_id, text(head, "Title"), status)
    telegram = _telegram(root, form, source_id, moment(sent, f"{name}: Control/DateTime"))
    if status == "通常":
        return ActualBulletin(telegram)
    if status == "訓練":
        return ExerciseBulletin(telegram_of_training(telegram))
    raise TelegramError(f"{name}: Control/Status is {status!r}, not 通常, 訓練 or 試験", code="bad-status")


def telegram_of_training(telegram: Telegram) -> Telegram:
    """Return the telegram marked as an exercise, in a series that no actual one continues."""
    return replace(telegram, standing="exercise", series=f"exercise:{telegram.series}")


def _telegram(root: etree._Element, form: Form, source_id: str, sent_at: datetime) -> Telegram:
    head, body = child(root, "Head"), child(root, "Body")
    info = folded(text(head, "InfoType"))
    if info not in INFO_TYPES:
        raise TelegramError(f"{source_id}: InfoType is {info!r}", code="bad-info-type")
    issued_at = moment(text(head, "ReportDateTime"), f"{source_id}: ReportDateTime")
    event_id, serial = text(head, "EventID"), folded(text(head, "Serial"))
    publisher, code = _publisher(root, form)
    statements: tuple[Statement, ...] = ()
    announces = form.form == "announcement"
    if INFO_TYPES[info] != "cancellation" and not announces:
        statements = tuple(
            river_statements(head, body) if form.form == "river" else _statements(head, body, form)
        )
    headline = text(head, "Headline", "Text")
    return Telegram(
        source_id=source_id,
        publisher=publisher,
        issued_at=issued_at,
        sent_at=sent_at,
        statements=statements,
        series=f"jma:{form.series}:{event_id if form.form == 'river' else code}",
        info_type=INFO_TYPES[info],
        report_key=f"{event_id}#{serial or '*'}" if event_id else "",
        title=folded(text(head, "Title")),
        announces=announces,
        headlines={"ja": headline} if headline else {},
    )


def _publisher(root: etree._Element, form: Form) -> tuple[str, str]:
    """Return whom a telegram speaks for: a prefecture (or part of one) by its name and JMA code."""
    if (area := child(root, "Body", "TargetArea")) is not None:
        return _prefecture(text(area, "Name"), text(area, "Code"))
    wanted = "(府県予報区等)"
    head, body = child(root, "Head"), child(root, "Body")
    found: dict[str, str] = {}
    for holder in (*children(child(head, "Headline"), "Information"), *children(body, "Warning")):
        if not folded(holder.get("type") or "").endswith(wanted):
            continue
        for area in holder.iter():
            if local(area) == "Area" and text(area, "Code"):
                found.setdefault(*_prefecture(text(area, "Name"), text(area, "Code")))
    if found:
        return "・".join(found), next(iter(found.values()))
    codes = {text(area, "Code")[:2] for area in root.iter() if local(area) == "Area" and text(area, "Code")}
    if form.form != "river" and len(codes) == 1 and (prefecture := PREFECTURES.get(codes.pop())):
        return prefecture, prefecture
    office = text(root, "Control", "EditorialOffice")
    return office, office


def _prefecture(name: str, code: str) -> tuple[str, str]:
    """Return the prefecture's own name where the forecast area is a whole prefecture."""
    if code[2:] == "0000" and code[:2] in PREFECTURES and PREFECTURES[code[:2]].startswith(name[:2]):
        return PREFECTURES[code[:2]], code
    return name, code


def _statements(head: etree._Element | None, body: etree._Element | None, form: Form) -> Iterator[Statement]:
    warnings = list(children(body, "Warning"))
    if not warnings:
        raise TelegramError("the body holds no Warning", code="no-warning")
    valid = text(head, "ValidDateTime")
    expires_at = moment(valid, "ValidDateTime") if valid and form.form == "tornado" else None
    new_scheme = "レベル4" in folded(text(head, "Title"))
    for warning in (_finest(warnings),) if form.form != "landslide" else warnings:
        for item in children(warning, "Item"):
            areas = [
                *children(item, "Area"),
                *(a for g in children(item, "Areas") for a in children(g, "Area")),
            ]
            for kind in children(item, "Kind"):
                if lifted(kind):
                    continue
                for area in areas:
                    yield statement_of(
                        kind,
                        form=form.form,
                        new_scheme=new_scheme,
                        region=text(area, "Name") or "(地域名なし)",
                        areas=municipalities_of(text(area, "Code")),
                        expires_at=expires_at,
                    )


def _finest(warnings: list[etree._Element]) -> etree._Element:
    for ending in FINEST_FIRST:
        for warning in warnings:
            if folded(warning.get("type") or "").endswith(ending):
                return warning
    return warnings[-1]
