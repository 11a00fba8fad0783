"""The feed: valid Atom, the same bytes for the same messages, whatever the words hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lxml import etree

from alerts.cap_feed import ATOM, Entry, cap_feed, entry_of
from alerts.cap_message import Sender

SENDER = Sender(id="saigai@example.jp", web="https://example.jp/")
AT = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
ROW = {
    "identifier": "saigai.example.jp.20260602T233600.3.1",
    "msg_type": "Alert",
    "status": "Exercise",
    "sent_at": AT,
    "expires_at": AT + timedelta(hours=12),
    "order_id": 3,
    "area_code": "36301",
    "area_name": "徳島県勝浦郡勝浦町",
    "texts": {"ja": {"headline": "【警戒レベル4 避難指示】勝浦町", "instruction": "避難\x0b <b>&"}},
}
REQUIRED = {"feed": ("id", "title", "updated", "author"), "entry": ("id", "title", "updated", "summary")}


def read(content: bytes) -> etree._Element:
    root = etree.fromstring(content)
    for name, wanted in REQUIRED.items():
        for node in root.iter(f"{{{ATOM}}}{name}"):
            for child in wanted:
                assert len(node.findall(f"{{{ATOM}}}{child}")) == 1, (name, child)
    return root


def test_a_feed_is_atom_and_names_each_message_once() -> None:
    first = entry_of(ROW)
    assert first.headline == "【訓練】【警戒レベル4 避難指示】勝浦町"
    second = replace(
        first, identifier="saigai.example.jp.20260602T234600.3.2", sent_at=AT + timedelta(minutes=10)
    )
    root = read(cap_feed([second, first], sender=SENDER, drill=True))
    ids = [node.text for node in root.iter(f"{{{ATOM}}}id")]
    assert len(set(ids)) == len(ids) == 3
    assert root.findtext(f"{{{ATOM}}}updated") == "2026-06-02T14:46:00Z"
    links = [node.get("href") for node in root.iter(f"{{{ATOM}}}link") if node.get("rel") == "alternate"]
    assert links[0] == "https://example.jp/feeds/cap/saigai.example.jp.20260602T234600.3.2.xml"
    assert "訓練" in str(root.findtext(f"{{{ATOM}}}title"))


def test_equal_messages_give_equal_bytes_and_none_give_a_feed() -> None:
    entry: Entry = entry_of(ROW)
    assert cap_feed([entry], sender=SENDER, drill=True) == cap_feed([entry], sender=SENDER, drill=True)
    empty = read(cap_feed([], sender=Sender(id="x.invalid"), drill=False, area="36301"))
    assert empty.findtext(f"{{{ATOM}}}updated") == "1970-01-01T00:00:00Z"
    assert [node.get("href") for node in empty.iter(f"{{{ATOM}}}link")] == ["/feeds/cap.atom?area=36301"]
