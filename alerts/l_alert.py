"""An order in the shape of Lアラート: its keys and fields, not its restricted schema. Pure.

The real documents (XML定義書, EDXLフォーマット定義書) go to those who have an agreement. What is known of the
keys is kept, so that an adapter to the real thing is a change of names: a document id that stays when
the order is updated, a revision that grows, the country, the six digits of the municipality, the kind of
operation. The namespace says that it is not Lアラート. Mapping: docs/deliveries.md.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from lxml import etree

from alerts.cap_message import cap_time, xml_text
from alerts.drill_wall import DrillNotice, Notice
from alerts.ruby import without_readings
from alerts.terms import terms
from geo.municipality import six_digits

NAMESPACE: Final = "urn:sonae:l-alert-shaped:1"
#: ISO 3166-1 numeric
COUNTRY: Final = "392"
KINDS: Final = {"Actual": "実運用", "Exercise": "訓練"}
_ACTS: Final = {"issue": "発令", "update": "発令", "lift": "解除"}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document with the key by which a hub knows it."""

    document_id: str
    revision: int
    city: str
    #: 運用種別
    kind: str
    content: bytes

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Document, country, municipality and kind of operation."""
        return (self.document_id, COUNTRY, self.city, self.kind)


def document(notice: Notice, *, sender: str) -> Document:
    """Return an order as a document; an update and a lifting have the id of the order they belong to."""
    bulletin = notice.bulletin
    name = f"{sender}:{notice.status}:{bulletin.incident_id}:{bulletin.order_id}:{bulletin.issued_at}"
    document_id = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    city, kind = six_digits(bulletin.area), KINDS[notice.status]
    root = etree.Element(f"{{{NAMESPACE}}}EvacuationInformation", nsmap={None: NAMESPACE})
    head = _put(root, "Head")
    for field, value in (
        ("documentId", document_id),
        ("documentRevision", str(bulletin.revision)),
        ("country", COUNTRY),
        ("cityCode", city),
        ("operation", kind),
        ("category", "避難情報"),
        ("reportedAt", cap_time(bulletin.effective_at)),
        ("validUntil", cap_time(bulletin.expires_at)),
        ("sender", sender),
    ):
        _put(head, field, value)
    if isinstance(notice, DrillNotice):
        _put(head, "notice", "これは訓練です")
    body = _put(root, "Body")
    _put(body, "alertLevel", str(bulletin.level))
    _put(body, "order", without_readings(terms().word(f"order.{bulletin.level}", "ja").text))
    _put(body, "act", _ACTS[bulletin.act])
    _put(body, "municipality", bulletin.area_name)
    for district in bulletin.districts:
        _put(body, "district", district)
    for field, count in (("households", bulletin.households), ("persons", bulletin.persons)):
        if count is not None:
            _put(body, field, str(count))
    _put(body, "reason", bulletin.reason)
    for part, text in notice.texts.get("ja", {}).items():
        _put(body, part, without_readings(text))
    return Document(
        document_id=document_id,
        revision=bulletin.revision,
        city=city,
        kind=kind,
        content=etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True),
    )


class SimulatedNode:
    """A hub that is none: it keeps documents by their key as the real one is said to, and says what it is."""

    def __init__(self) -> None:
        """Begin without documents."""
        self.held: dict[tuple[str, str, str, str], Document] = {}

    def take(self, given: Document) -> str:
        """Keep a document and return the receipt; a revision that is not newer is answered, not kept."""
        before = self.held.get(given.key)
        if before is not None and given.revision <= before.revision:
            return f"SIMULATOR: revision {given.revision} is not newer than {before.revision}, ignored"
        self.held[given.key] = given
        return f"SIMULATOR: kept {given.document_id} revision {given.revision}; nothing reached Lアラート"


def _put(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = None if text is None else xml_text(text)
    return element
