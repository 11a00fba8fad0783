"""An order as CAP 1.2: valid, chained, ending, in three languages, and a drill never Actual."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from alerts.cap_message import (
    NAMESPACE,
    CapError,
    CapMessage,
    Reference,
    Sender,
    cap_message,
    check,
    polygons,
)
from alerts.drill_wall import OrderBulletin, notice_of
from alerts.order_text import Facts, draft_texts

SENDER = Sender(id="saigai@example.jp", web="https://example.jp/")
AT = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
SQUARE = {
    "type": "MultiPolygon",
    "coordinates": [[[[134.4, 33.9], [134.5, 33.9], [134.5, 34.0], [134.4, 33.9]]]],
}


def bulletin(act: str = "issue", revision: int = 1, level: int = 4, kind: str = "actual") -> OrderBulletin:
    facts = Facts(
        act=act, level=level, hazard="flood", area="勝浦町", districts=["横瀬"], reason="水位の上昇"
    )
    return OrderBulletin(
        incident_id=1,
        incident_kind=kind,
        order_id=3,
        revision=revision,
        act=act,
        level=level,
        hazard="flood",
        area="36301",
        area_name="徳島県勝浦郡勝浦町",
        place="勝浦町",
        texts=draft_texts(facts),
        effective_at=AT + timedelta(minutes=revision),
        expires_at=AT + timedelta(hours=12),
        districts=("横瀬",),
        geometry=SQUARE,
    )


def made(told: OrderBulletin, *before: CapMessage) -> CapMessage:
    references = [Reference(sender=SENDER.id, identifier=it.identifier, sent=it.sent) for it in before]
    return cap_message(notice_of(told), sender=SENDER, sent=told.effective_at, references=references)


def said(message: CapMessage, name: str) -> list[str]:
    found = etree.fromstring(message.content).iter(f"{{{NAMESPACE}}}{name}")
    return [element.text or "" for element in found]


@pytest.mark.parametrize(
    ("level", "meaning"),
    [
        (3, ("Prepare", "Expected", "Severe", "Likely")),
        (4, ("Evacuate", "Immediate", "Severe", "Likely")),
        (5, ("Shelter", "Immediate", "Extreme", "Likely")),
    ],
)
def test_each_level_has_its_meaning_and_every_language_its_block(
    level: int, meaning: tuple[str, ...]
) -> None:
    message = made(bulletin(level=level))
    assert said(message, "language") == ["ja", "ja-simple", "en"]
    for name, value in zip(("responseType", "urgency", "severity", "certainty"), meaning, strict=True):
        assert set(said(message, name)) == {value}
    assert said(message, "expires") == ["2026-06-03T11:36:00+09:00"] * 3
    assert said(message, "status") == ["Actual"]
    assert "363014" in said(message, "value")
    assert said(message, "polygon")[0].startswith("33.90000,134.40000 ")
    assert "《" not in message.content.decode()


def test_the_chain_is_alert_update_cancel_with_everything_before_it() -> None:
    first = made(bulletin())
    second = made(bulletin("update", 2, 5), first)
    third = made(bulletin("lift", 3, 5), first, second)
    assert [it.msg_type for it in (first, second, third)] == ["Alert", "Update", "Cancel"]
    assert said(second, "references") == [f"saigai@example.jp,{first.identifier},2026-06-02T23:37:00+09:00"]
    assert said(third, "references")[0].split() == [
        f"saigai@example.jp,{first.identifier},2026-06-02T23:37:00+09:00",
        f"saigai@example.jp,{second.identifier},2026-06-02T23:38:00+09:00",
    ]
    assert set(said(third, "responseType")) == {"AllClear"}
    assert len({first.identifier, second.identifier, third.identifier}) == 3


def test_a_drill_is_an_exercise_and_says_so_in_every_block() -> None:
    message = made(bulletin(kind="drill"))
    assert said(message, "status") == ["Exercise"]
    assert [headline[:4] for headline in said(message, "headline")] == ["【訓練】", "【訓練（", "[DRI"]


def test_what_nobody_could_use_is_refused() -> None:
    ended = replace(bulletin(), expires_at=AT)
    with pytest.raises(CapError, match="ended at"):
        made(ended)
    with pytest.raises(CapError, match="blank"):
        cap_message(notice_of(bulletin()), sender=Sender(id="a b"), sent=AT)
    with pytest.raises(CapError, match="no area"):
        polygons({"type": "Point", "coordinates": [134, 34]})
    with pytest.raises(CapError, match="not CAP"):
        check(made(bulletin()).content.replace(b"<scope>Public</scope>", b""))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80))
def test_any_words_become_a_valid_message(body: str, district: str) -> None:
    told = bulletin()
    texts = {language: {**words, "body": body} for language, words in told.texts.items()}
    message = made(replace(told, texts=texts, districts=(district,)))
    check(message.content)
