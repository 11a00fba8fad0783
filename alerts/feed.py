"""Atom feeds of official messages, from bytes to entries (RFC 4287)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from alerts.telegram_xml import children, local, read_xml, text
from alerts.warning import TelegramError

ATOM: Final = "{http://www.w3.org/2005/Atom}feed"
#: no more entries than this are taken from one answer; 気象庁's longest feed has some thousands
ENTRIES_MOST: Final = 10_000


@dataclass(frozen=True)
class Entry:
    """One message that a feed names."""

    id: str
    #: as the feed says it; another value means that the entry changed
    updated: str
    title: str
    #: where the message lies; None when the feed does not say, or leads to another server
    address: str | None


def read_feed(data: bytes, address: str) -> list[Entry]:
    """Return the entries of a feed at `address`, in the feed's order; those without an id have none to keep.

    A link to another server than the feed's own is not followed. Raises `TelegramError`.
    """
    root = read_xml(data, address)
    if root.tag != ATOM:
        raise TelegramError(f"{address}: {root.tag} is no Atom feed", code="bad-feed")
    found = []
    for entry in children(root, "entry"):
        link = _link(entry)
        id_ = text(entry, "id") or link
        if id_:
            target = _same_server(link, address)
            found.append(Entry(id_, text(entry, "updated"), text(entry, "title"), target))
        if len(found) >= ENTRIES_MOST:
            break
    return found


def _link(entry: etree._Element) -> str:
    links = [link for link in entry if local(link) == "link" and link.get("rel", "alternate") == "alternate"]
    xml = [link for link in links if "xml" in (link.get("type") or "")]
    return next((link.get("href") or "" for link in (*xml, *links)), "")


def _same_server(link: str, address: str) -> str | None:
    if not link:
        return None
    try:
        target = urljoin(address, link)
        one, other = urlsplit(target), urlsplit(address)
        same = (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
    except ValueError:
        return None
    return target if same else None
