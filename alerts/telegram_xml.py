"""Reading the XML of strangers: no document type, no entities, no network, no huge trees.

A telegram is a message of a few hundred kilobytes. Whatever needs more of the parser than elements,
attributes and text is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from alerts.warning import TelegramError

#: longest telegram [bytes]; the longest of 気象庁's samples has about 200 KB
SIZE_MAX: Final = 4 * 1024 * 1024
_DOCTYPE: Final = "<!DOCTYPE"


def read_xml(data: bytes, name: str) -> etree._Element:
    """Return the root of a document. Raises `TelegramError` that names `name` and what is wrong."""
    if len(data) > SIZE_MAX:
        raise TelegramError(f"{name}: {len(data)} bytes, a telegram has at most {SIZE_MAX}", code="too-large")
    _refuse_doctype(data, name)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise TelegramError(f"{name}: no XML: {fault}", code="not-xml") from fault
    if root is None:
        raise TelegramError(f"{name}: empty", code="not-xml")
    if root.getroottree().docinfo.internalDTD is not None:
        raise TelegramError(f"{name}: it declares a document type (DOCTYPE)", code="doctype")
    return root


def _refuse_doctype(data: bytes, name: str) -> None:
    """Refuse a document type before the parser sees it, in whatever encoding it is hidden."""
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        if _DOCTYPE.encode(encoding) in data:
            raise TelegramError(f"{name}: it declares a document type (DOCTYPE)", code="doctype")


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Yield the children called `name`, of whatever namespace."""
    if element is not None:
        yield from (child for child in element if local(child) == name)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first element down `path`, None when there is none."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text(element: etree._Element | None, *path: str) -> str:
    """Return the text of the first element down `path`, stripped; "" when there is none."""
    found = child(element, *path)
    return "" if found is None else (found.text or "").strip()


def moment(words: str, what: str) -> datetime:
    """Return an RFC 3339 time in UTC. Raises `TelegramError` naming `what` when it has no zone or is none."""
    try:
        at = datetime.fromisoformat(words)
        if at.tzinfo is None:
            raise TelegramError(f"{what}: {words!r} has no zone", code="bad-time")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        if isinstance(fault, TelegramError):
            raise
        raise TelegramError(f"{what}: {words!r} is no time", code="bad-time") from fault
