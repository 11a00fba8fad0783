"""What we publish is read by the reader of official messages, with its chain and its side of the wall."""

from __future__ import annotations

from typing import Any

from lxml import etree

from alerts.bulletin import ActualBulletin, ExerciseBulletin
from alerts.cap_reading import cap_id, cap_rules, read_cap
from tests.unit.alerts.test_cap_message import SENDER, bulletin, made

RULES: dict[str, Any] = {**cap_rules(), "sender": [{"sender": SENDER.id, "publisher": "勝浦町"}]}


def test_alert_update_and_cancel_come_back_as_they_were_told() -> None:
    first = made(bulletin())
    second = made(bulletin("update", 2, 5), first)
    third = made(bulletin("lift", 3, 5), first, second)
    read = [read_cap(etree.fromstring(it.content), "ours", rules=RULES) for it in (first, second, third)]
    assert all(isinstance(it, ActualBulletin) for it in read)
    alert, update, cancel = (it.telegram for it in read if isinstance(it, ActualBulletin))
    assert alert.source_id == cap_id(SENDER.id, first.identifier)
    assert alert.statements[0].level == 4
    assert alert.statements[0].areas == ("36301",)
    assert set(alert.headlines) == {"ja", "ja-simple", "en"}
    assert update.replaces == (alert.source_id,)
    assert cancel.replaces == (alert.source_id, update.source_id)
    assert cancel.statements == ()


def test_a_drill_comes_back_as_an_exercise() -> None:
    drill = made(bulletin(kind="drill"))
    assert isinstance(read_cap(etree.fromstring(drill.content), "ours", rules=RULES), ExerciseBulletin)
