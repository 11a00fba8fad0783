"""The Atom feed of our CAP messages (RFC 4287). Pure: equal messages give equal bytes, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from alerts.cap_message import Sender, xml_text
from alerts.drill_wall import drill_mark, marked
from alerts.ruby import without_readings
from geo.moment import utc_text

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
CAP_MEDIA_TYPE: Final = "application/cap+xml; charset=utf-8"
#: entries of a feed, the newest first; who was away longer follows the references of the messages
LONGEST: Final = 200
#: what an empty feed says it was updated at: it never was
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS: Final = {"Alert": "発令", "Update": "更新", "Cancel": "解除"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message as the feed names it."""

    identifier: str
    msg_type: str
    status: str
    sent_at: datetime
    expires_at: datetime
    area: str
    area_name: str
    headline: str
    summary: str


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return the entry of a row of `sql/delivery.sql`, marked when it is a drill's."""
    words = row["texts"].get("ja", {})
    headline, summary = (without_readings(words.get(part, "")) for part in ("headline", "instruction"))
    if row["status"] == "Exercise":
        headline, summary = marked(headline, "ja"), marked(summary, "ja")
    return Entry(
        identifier=row["identifier"],
        msg_type=row["msg_type"],
        status=row["status"],
        sent_at=row["sent_at"],
        expires_at=row["expires_at"],
        area=row["area_code"],
        area_name=row["area_name"] or row["area_code"],
        headline=headline,
        summary=summary,
    )


def cap_feed(entries: Sequence[Entry], *, sender: Sender, drill: bool, area: str | None = None) -> bytes:
    """Return the feed of `entries`, the newest first; addresses are absolute when the sender has one."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    of = f":{area}" if area else ""
    _put(root, "id", f"urn:sonae:cap-feed:{sender.id}{of}")
    _put(root, "title", f"{drill_mark('ja') if drill else ''}避難情報（CAP 1.2）")
    newest = max((entry.sent_at for entry in entries), default=_NEVER)
    _put(root, "updated", utc_text(newest))
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    _put(author, "name", sender.id)
    base = (sender.web or "").rstrip("/")
    path = f"/feeds/cap.atom?area={area}" if area else "/feeds/cap.atom"
    etree.SubElement(root, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=base + path)
    for entry in entries:
        _entry(root, entry, base)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def message_path(identifier: str) -> str:
    """Return the path of a message."""
    return f"/feeds/cap/{identifier}.xml"


def _entry(root: etree._Element, entry: Entry, base: str) -> None:
    node = etree.SubElement(root, f"{{{ATOM}}}entry")
    _put(node, "id", f"urn:sonae:cap:{entry.identifier}")
    _put(node, "title", entry.headline)
    _put(node, "updated", utc_text(entry.sent_at))
    _put(node, "published", utc_text(entry.sent_at))
    etree.SubElement(
        node,
        f"{{{ATOM}}}link",
        rel="alternate",
        type="application/cap+xml",
        href=base + message_path(entry.identifier),
    )
    for term, label in (
        (entry.msg_type, _WORDS[entry.msg_type]),
        (entry.status, "訓練" if entry.status == "Exercise" else "実際"),
        (entry.area, entry.area_name),
    ):
        etree.SubElement(node, f"{{{ATOM}}}category", term=term, label=label)
    _put(node, "summary", entry.summary)


def _put(parent: etree._Element, name: str, text: str) -> None:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = xml_text(text)
