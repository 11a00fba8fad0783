"""Words of orders: official names, three languages, no abolished name, fixed terms or the lack of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from alerts import ruby
from alerts.order_text import Facts, draft_texts, faults
from alerts.terms import WRITTEN, TermError, read_terms, terms
from geo.live_value import ORDER_NAMES

TABLE = tomllib.loads((Path(__file__).parents[3] / "alerts/rules/terms.toml").read_text(encoding="utf-8"))
KANJI = range(0x4E00, 0xA000)


def facts(**changed: Any) -> Facts:
    return Facts(**{"act": "issue", "level": 4, "hazard": "flood", "area": "勝浦町", **changed})


@pytest.mark.parametrize("act", ["issue", "update", "lift"])
@pytest.mark.parametrize("level", [3, 4, 5])
@pytest.mark.parametrize("hazard", ["flood", "landslide", "surge", "inland"])
def test_every_draft_is_fit_to_sign(act: str, level: int, hazard: str) -> None:
    texts = draft_texts(facts(act=act, level=level, hazard=hazard, reason="増水", refuges=list("ABCDEFG")))
    assert faults(texts, level=level, act=act) == []
    assert set(texts) == set(WRITTEN)
    whole = "".join(part for words in texts.values() for part in words.values())
    assert not [name for name in terms().abolished if name in whole]


def test_a_draft_says_what_where_and_where_to() -> None:
    texts = draft_texts(facts(districts=["横瀬", "生名"], refuges=list("ABC"), contact="町役場"))
    assert texts["ja"]["headline"] == "【警戒レベル4 避難指示】勝浦町"
    assert "どこ：横瀬、生名" in texts["ja"]["body"]
    assert "避難先：A、B、C" in texts["ja"]["instruction"]
    many = draft_texts(facts(refuges=list("ABCDEFG")))
    assert "7か所" in many["ja"]["instruction"], "a few of many would be a crush"
    assert "町役場" in texts["ja"]["instruction"]
    assert texts["en"]["headline"] == "[Alert level 4: Evacuation order] 勝浦町"
    assert "全域" in draft_texts(facts())["ja"]["body"]
    assert "避難先" not in draft_texts(facts(level=5))["ja"]["instruction"], (
        "level 5 sends nobody through water"
    )


@pytest.mark.parametrize(
    ("language", "part", "text", "said"),
    [
        ("ja", "headline", "【警戒レベル3 高齢者等避難】勝浦町", "does not name level 4"),
        ("ja", "body", "避難勧告です", "abolished name 避難勧告"),
        ("easy", "body", "避難《ひなん》勧告《かんこく》です", "abolished name 避難勧告"),
        ("en", "instruction", " ", "texts.en.instruction is blank"),
        ("ja", "body", "あ" * 2001, "at most 2000"),
    ],
)
def test_unfit_words_are_named(language: str, part: str, text: str, said: str) -> None:
    texts = draft_texts(facts())
    texts[language][part] = text
    assert any(said in fault for fault in faults(texts, level=4, act="issue"))


def test_the_wire_names_orders_as_the_terms_do() -> None:
    assert {level: terms().word(f"order.{level}", "ja").text for level in (3, 4, 5)} == ORDER_NAMES


def test_fifteen_languages_and_plain_japanese() -> None:
    table = terms()
    assert len(set(table.languages) - {"easy"}) == 15
    for language in table.languages:
        for level in (3, 4, 5):
            word = table.word(f"level.{level}", language)
            assert not word.fallback, language
    word = table.word("order.4", "km")
    assert (word.fallback, word.language) == (True, "en")
    assert "order.4" in table.missing("km")
    with pytest.raises(TermError, match="xx"):
        table.word("order.4", "xx")
    with pytest.raises(TermError, match="nothing"):
        table.word("nothing", "ja")


def test_plain_japanese_has_a_reading_over_every_character() -> None:
    bare = [
        characters
        for term in terms().by_key.values()
        for characters, reading in ruby.parts(term.words["easy"])
        if reading is None and any(ord(letter) in KANJI for letter in characters)
    ]
    assert bare == []


def test_a_table_that_contradicts_itself_is_refused() -> None:
    first = TABLE["term"][0]
    for broken, said in (
        ([{**first, "xx": "y"}], "xx"),
        ([first, first], "twice"),
        ([{name: value for name, value in first.items() if name != "easy"}], "easy"),
    ):
        with pytest.raises(TermError, match=said):
            read_terms({**TABLE, "term": broken})


def test_readings() -> None:
    text = "川《かわ》の水｜4階《よんかい》へ"
    assert ruby.parts(text) == [("川", "かわ"), ("の水", None), ("4階", "よんかい"), ("へ", None)]
    assert ruby.without_readings(text) == "川の水4階へ"
    assert ruby.with_readings_behind(text) == "川（かわ）の水4階（よんかい）へ"
    assert ruby.spoken(text) == "かわの水よんかいへ"
