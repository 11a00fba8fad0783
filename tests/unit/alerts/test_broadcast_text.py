"""Words for carriers and loudspeakers: within limits, and honest about what they lack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from alerts.broadcast_text import cell_broadcast, loudspeaker, rules
from alerts.drill_wall import OrderBulletin, notice_of
from alerts.l_alert import NAMESPACE, SimulatedNode, document
from alerts.notice_page import FONT, NoticePageError, notice_page
from alerts.order_text import Facts, draft_texts

AT = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
READ = {"勝浦町": "かつうらちょう", "横瀬": "よこせ"}


def bulletin(level: int = 4, act: str = "issue", kind: str = "actual", **changed: object) -> OrderBulletin:
    facts = Facts(
        act=act,
        level=level,
        hazard="flood",
        area="勝浦町",
        districts=["横瀬"],
        reason="水位の上昇",
        refuges=["横瀬小学校"],
    )
    made = OrderBulletin(
        incident_id=1,
        incident_kind=kind,
        order_id=3,
        revision=1,
        act=act,
        level=level,
        hazard="flood",
        area="36301",
        area_name="徳島県勝浦郡勝浦町",
        place="勝浦町",
        texts=draft_texts(facts),
        effective_at=AT,
        expires_at=AT + timedelta(hours=12),
        districts=("横瀬",),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["actual", "drill"])
@pytest.mark.parametrize("level", [3, 4, 5])
@pytest.mark.parametrize("act", ["issue", "update", "lift"])
def test_what_the_desk_drafts_passes_the_lint_of_both_channels(kind: str, level: int, act: str) -> None:
    notice = notice_of(bulletin(level, act, kind))
    for text in (cell_broadcast(notice), loudspeaker(notice, READ)):
        assert [it for it in text.findings if it.severity == "error"] == []
    assert len(cell_broadcast(notice).title or "") <= 15
    assert loudspeaker(notice, READ).findings == ()


def found(text: str, **changed: object) -> set[str]:
    told = bulletin(**changed)  # type: ignore[arg-type]
    texts = {"ja": {"headline": text, "body": "", "instruction": ""}}
    return {it.text_en for it in cell_broadcast(notice_of(replace(told, texts=texts))).findings}


def test_the_lint_finds_what_would_mislead() -> None:
    assert "勝浦町 is not named" in found("避難してください 横瀬")
    assert "does not say what to do" in found("勝浦町 横瀬")
    assert "an abolished name: 避難勧告" in found("勝浦町 横瀬 避難勧告")
    assert "district not named: 横瀬" in found("勝浦町は避難してください")
    assert "the word 訓練 in what is no drill" in found("【訓練】勝浦町 横瀬 避難")
    assert "characters that phones cannot show: 🌊" in found("勝浦町 横瀬 避難 🌊")


def test_what_has_no_room_is_left_out_aloud_and_never_what_to_do() -> None:
    long = bulletin(reason="")
    texts = dict(long.texts["ja"], body="どこ：横瀬\n理由：" + "雨" * 600)
    made = cell_broadcast(notice_of(replace(long, texts={"ja": texts})))
    assert len(made.text) <= rules()["cell_broadcast"]["body"]
    assert "危険な場所から全員避難してください" in made.text
    assert any(it.text_en.startswith("left out for want of room: 理由") for it in made.findings)
    endless = dict(long.texts["ja"], instruction="行動：" + "避難" * 600)
    made = cell_broadcast(notice_of(replace(long, texts={"ja": endless})))
    assert len(made.text) <= rules()["cell_broadcast"]["body"]
    assert any("left out" in it.text_en for it in made.findings)


def test_a_voice_says_it_twice_with_readings_and_names_the_unread() -> None:
    made = loudspeaker(notice_of(bulletin(kind="drill")), READ)
    lines = (made.reading or "").splitlines()
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]
    assert lines[0] == "これはくんれんです。これはくんれんです。"
    assert "けいかいレベルよん、ひなんしじ。" in lines
    assert "たいしょうは、よこせです。" in lines
    unread = loudspeaker(notice_of(bulletin())).findings
    assert {it.text_en for it in unread} == {"no reading known: 勝浦町", "no reading known: 横瀬"}
    many = bulletin(districts=tuple(f"第{n}区" for n in range(40)))
    assert any("a long sentence" in it.text_en for it in loudspeaker(notice_of(many), READ).findings)


def test_the_hub_that_is_none_keeps_the_newest_and_says_what_it_is() -> None:
    node = SimulatedNode()
    first = document(notice_of(bulletin()), sender="a@example.jp")
    second = document(notice_of(bulletin(act="lift", revision=2)), sender="a@example.jp")
    assert first.document_id == second.document_id
    assert "SIMULATOR: kept" in node.take(first)
    assert "nothing reached" in node.take(second)
    assert "not newer" in node.take(first)
    drill = document(notice_of(bulletin(kind="drill")), sender="a@example.jp")
    assert drill.key != first.key
    read = etree.fromstring(drill.content)
    assert read.findtext(f".//{{{NAMESPACE}}}operation") == "訓練"
    assert read.findtext(f".//{{{NAMESPACE}}}cityCode") == "363014"


def test_a_notice_is_a_page_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    notice = notice_of(bulletin())
    page = notice_page(notice, public_url="https://example.jp")
    assert page.startswith(b"%PDF-")
    assert page == notice_page(notice, public_url="https://example.jp")
    assert page.count(b"/Type /Page\n") <= 1
    monkeypatch.setattr("alerts.notice_page._families", frozenset)
    with pytest.raises(NoticePageError, match=f"{FONT} is missing: install the package fonts-noto-cjk"):
        notice_page(notice, public_url=None)
