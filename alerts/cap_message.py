"""CAP 1.2 of an order: Alert, Update, Cancel with their chain, one info block for each language. Pure.

Source: Common Alerting Protocol 1.2 (OASIS, 2010-07-01). The mapping of levels stands in `rules/cap.toml`.
Every message ends (`expires`), and is held against the schema before anybody gets it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any, Final

from lxml import etree

from alerts.drill_wall import Notice
from alerts.ruby import with_readings_behind
from alerts.terms import WRITTEN, terms
from geo.municipality import six_digits

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
JST: Final = timezone(timedelta(hours=9))
_MSG_TYPE: Final = {"issue": "Alert", "update": "Update", "lift": "Cancel"}
#: CAP forbids blanks, commas, `<` and `&` in identifier and sender
_PLAIN: Final = re.compile(r"[^\s,<&]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class CapError(ValueError):
    """Raised when an order cannot become a valid CAP message; names what forbids it."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who answers for the messages. `id` is unique in the world, as a rule an address of e-mail."""

    id: str
    #: page of the residents, for `web`; None = not told
    web: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An earlier message of the chain."""

    sender: str
    identifier: str
    sent: datetime

    def __str__(self) -> str:
        """Return the triple as CAP writes it."""
        return f"{self.sender},{self.identifier},{cap_time(self.sent)}"


@dataclass(frozen=True, kw_only=True)
class CapMessage:
    """A message that holds against the schema; `content` is UTF-8 XML."""

    identifier: str
    msg_type: str
    status: str
    references: tuple[Reference, ...]
    sent: datetime
    expires: datetime
    content: bytes


def cap_time(moment: datetime) -> str:
    """Return a moment as CAP wants it: whole seconds, Japanese time, an offset and never `Z`."""
    return moment.astimezone(JST).isoformat(timespec="seconds")


def identifier_of(sender: Sender, notice: Notice) -> str:
    """Return the identifier of a revision's message; the same revision has always the same."""
    bulletin = notice.bulletin
    moment = bulletin.effective_at.astimezone(JST)
    return f"{sender.id.replace('@', '.')}.{moment:%Y%m%dT%H%M%S}.{bulletin.order_id}.{bulletin.revision}"


def cap_message(
    notice: Notice, *, sender: Sender, sent: datetime, references: Sequence[Reference] = ()
) -> CapMessage:
    """Return the CAP message of a revision that came into force.

    `references` are all earlier messages of the order, the oldest first; without them the message is an
    Alert whatever it does, for nobody could apply it. Raises `CapError`.
    """
    bulletin = notice.bulletin
    if not _PLAIN.fullmatch(sender.id):
        raise CapError(f"sender {sender.id!r} holds a blank, a comma, '<' or '&'")
    if bulletin.expires_at <= sent:
        raise CapError(f"order {bulletin.order_id} ended at {bulletin.expires_at}, before {sent}")
    identifier = identifier_of(sender, notice)
    msg_type = _MSG_TYPE[bulletin.act] if references else "Alert"
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _put(alert, "identifier", identifier)
    _put(alert, "sender", sender.id)
    _put(alert, "sent", cap_time(sent))
    _put(alert, "status", notice.status)
    _put(alert, "msgType", msg_type)
    if bulletin.recorded_source is not None:
        _put(alert, "source", bulletin.recorded_source)
    _put(alert, "scope", "Public")
    if notice.status == "Exercise":
        _put(alert, "note", "訓練 / Drill: no real danger is meant.")
    if references:
        _put(alert, "references", " ".join(map(str, references)))
    for language in WRITTEN:
        _info(alert, notice, language, sender)
    content = etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    check(content)
    return CapMessage(
        identifier=identifier,
        msg_type=msg_type,
        status=notice.status,
        references=tuple(references),
        sent=sent,
        expires=bulletin.expires_at,
        content=content,
    )


def check(content: bytes) -> None:
    """Hold bytes against the schema of CAP 1.2. Raises `CapError` with the first fault."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        document = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise CapError(f"not XML: {fault}") from fault
    schema = _schema()
    if not schema.validate(document):
        raise CapError(f"not CAP 1.2: {schema.error_log[0].message}")


def xml_text(text: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold."""
    return _CONTROL.sub("", text)


@cache
def rules() -> Mapping[str, Any]:
    """Return the mapping of `rules/cap.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "cap.toml").read_text(encoding="utf-8"))


@cache
def _schema() -> etree.XMLSchema:
    text = (files("alerts") / "cap_schema" / "cap12.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text))


def _put(parent: etree._Element, name: str, text: str) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = xml_text(text)


def _info(alert: etree._Element, notice: Notice, language: str, sender: Sender) -> None:
    """Add what the message says in one language, in the order that the schema demands."""
    bulletin, table = notice.bulletin, rules()
    lifted = bulletin.act == "lift"
    meaning = table["lifted"] if lifted else table["level"][str(bulletin.level)]
    words = {part: with_readings_behind(text) for part, text in notice.texts.get(language, {}).items()}
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _put(info, "language", table["languages"][language])
    for category in table["category"][bulletin.hazard]:
        _put(info, "category", category)
    _put(info, "event", _event(bulletin.level, language, lifted=lifted))
    for response in meaning["response"]:
        _put(info, "responseType", response)
    for name in ("urgency", "severity", "certainty"):
        _put(info, name, meaning[name])
    if bulletin.level == 3 and not lifted:
        _put(info, "audience", with_readings_behind(terms().word("order.3", language).text))
    _put(info, "effective", cap_time(bulletin.effective_at))
    _put(info, "expires", cap_time(bulletin.expires_at))
    _put(info, "senderName", bulletin.area_name)
    for part, name in (("headline", "headline"), ("body", "description"), ("instruction", "instruction")):
        if words.get(part, "").strip():
            _put(info, name, words[part])
    if sender.web is not None:
        _put(info, "web", sender.web)
    codes = table["codes"]
    _named(info, "parameter", codes["level"], str(bulletin.level))
    _named(info, "parameter", codes["kind"], codes["order"])
    _area(info, notice)


def _event(level: int, language: str, *, lifted: bool) -> str:
    words = [terms().word(f"order.{level}", language).text]
    if lifted:
        words.append(terms().word("label.lifted", language).text)
    return with_readings_behind(" ".join(words))


def _named(parent: etree._Element, element: str, name: str, value: str) -> None:
    pair = etree.SubElement(parent, f"{{{NAMESPACE}}}{element}")
    _put(pair, "valueName", name)
    _put(pair, "value", value)


def _area(info: etree._Element, notice: Notice) -> None:
    bulletin = notice.bulletin
    area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    named = "、".join(bulletin.districts)
    _put(area, "areaDesc", f"{bulletin.area_name}（{named}）" if named else bulletin.area_name)
    for polygon in polygons(bulletin.geometry):
        _put(area, "polygon", polygon)
    _named(area, "geocode", rules()["codes"]["geocode"], six_digits(bulletin.area))


def polygons(geometry: Mapping[str, Any] | None) -> list[str]:
    """Return the outer rings of GeoJSON as CAP writes them: `lat,lon lat,lon …`, first = last.

    CAP knows no holes: who stands in one is told too. Raises `CapError` for another kind of geometry.
    """
    if geometry is None:
        return []
    if geometry.get("type") == "Polygon":
        parts = [geometry["coordinates"]]
    elif geometry.get("type") == "MultiPolygon":
        parts = geometry["coordinates"]
    else:
        raise CapError(f"a geometry of the type {geometry.get('type')!r} is no area")
    return [" ".join(f"{lat:.5f},{lon:.5f}" for lon, lat, *_ in rings[0]) for rings in parts]
