from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.warning import OfficialWarning, Statement, Telegram, TelegramError, interpret
from alerts.warning_event import WarningEvent, events
from alerts.warning_rules import load_warning_rules
from alerts.warning_state import after, fold

RULES = load_warning_rules()
START = datetime(2026, 6, 2, tzinfo=UTC)


def telegram(
    hour: float, *statements: tuple[str, str, int], complete_from: int = 1, publisher: str = "徳島県"
) -> Telegram:
    return Telegram(
        source_id=f"t{hour:g}",
        publisher=publisher,
        issued_at=START + timedelta(hours=hour),
        statements=tuple(Statement(*statement) for statement in statements),
        complete_from=complete_from,
    )


def levels(state: dict[str, OfficialWarning]) -> dict[str, int]:
    return {id_: warning.level for id_, warning in state.items()}


def story(*telegrams: Telegram) -> list[list[WarningEvent]]:
    state: dict[str, OfficialWarning] = {}
    told = []
    for one in telegrams:
        now = after(state, one, RULES)
        told.append(events(state, now, one, RULES))
        state = now
    return told


def test_a_statement_gets_its_official_name_and_ground() -> None:
    (warning,) = interpret(telegram(1, ("南部", "土砂災害", 4)), RULES)
    assert warning.id == "36:南部:土砂災害"
    assert warning.name == "レベル4土砂災害危険警報"
    assert warning.areas == ("36204", "36301", "36302", "36368", "36383", "36387", "36388")
    assert warning.river is None


def test_a_river_warning_is_named_after_its_river() -> None:
    (warning,) = interpret(telegram(1, ("勝浦川水系勝浦川", "河川の氾濫", 4)), RULES)
    assert (warning.river, warning.name) == ("勝浦川", "勝浦川レベル4氾濫危険警報")
    assert warning.name_en == "Katsuura River: Level 4 flood danger warning"


def test_two_words_of_one_warning_are_one_warning_at_the_higher_level() -> None:
    told = telegram(1, ("徳島県", "低い土地の浸水", 3), ("徳島県", "河川の増水", 2))
    assert levels({w.id: w for w in interpret(told, RULES)}) == {"36:徳島県:大雨": 3}


def test_a_level_the_scheme_does_not_have_is_said_plainly() -> None:
    (warning,) = interpret(telegram(1, ("徳島県", "強風", 4)), RULES)
    assert warning.name == "暴風（レベル4相当）"


def test_a_whole_telegram_replaces_what_its_publisher_said() -> None:
    state = fold([telegram(1, ("南部", "土砂災害", 3), ("徳島県", "強風", 2))], RULES)
    state = after(state, telegram(2, ("南部", "土砂災害", 2)), RULES)
    assert levels(state) == {"36:南部:土砂災害": 2}
    assert after(state, telegram(3), RULES) == {}


def test_a_partial_telegram_does_not_lift_what_it_does_not_tell() -> None:
    storm = telegram(1, ("徳島県", "暴風", 3), ("徳島県", "落雷", 2))
    state = fold([storm, telegram(2, ("南部", "土砂災害", 4), complete_from=4)], RULES)
    assert levels(state) == {"36:徳島県:暴風": 3, "36:徳島県:雷": 2, "36:南部:土砂災害": 4}
    assert state["36:徳島県:暴風"].issued_at == storm.issued_at
    state = after(state, telegram(3, ("徳島県", "暴風", 3), complete_from=3), RULES)
    assert levels(state) == {"36:徳島県:暴風": 3, "36:徳島県:雷": 2}


def test_a_wider_statement_takes_the_place_of_a_narrower_one() -> None:
    state = fold([telegram(1, ("南部", "高波", 2))], RULES)
    state = after(state, telegram(2, ("徳島県", "高波", 3), complete_from=3), RULES)
    assert levels(state) == {"36:徳島県:波浪": 3}


def test_a_narrower_statement_leaves_the_lower_one_on_the_rest() -> None:
    state = fold([telegram(1, ("徳島県", "土砂災害", 3))], RULES)
    state = after(state, telegram(2, ("南部", "土砂災害", 4), complete_from=4), RULES)
    assert levels(state) == {"36:徳島県:土砂災害": 3, "36:南部:土砂災害": 4}


regions = st.sampled_from(["徳島県", "南部", "北部", "勝浦川水系勝浦川"])
words = st.sampled_from(["土砂災害", "低い土地の浸水", "河川の増水", "強風", "河川の氾濫"])
statements = st.lists(st.tuples(regions, words, st.integers(2, 5)), max_size=4)


@st.composite
def telegrams(draw: st.DrawFn) -> list[Telegram]:
    told = draw(st.lists(st.tuples(statements, st.booleans()), min_size=1, max_size=7))
    made = []
    for hour, (lines, partial) in enumerate(told):
        highest = max((level for *_, level in lines), default=1)
        kept = [line for line in lines if not partial or line[2] == highest]
        made.append(telegram(hour, *kept, complete_from=highest if partial else 1))
    return made


@given(telegrams(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(told: list[Telegram], order: random.Random) -> None:
    shuffled = [*told]
    order.shuffle(shuffled)
    assert fold(shuffled, RULES) == fold(told, RULES)


@given(telegrams())
def test_what_the_newest_telegram_says_is_in_force(told: list[Telegram]) -> None:
    state = fold(told, RULES)
    for warning in interpret(told[-1], RULES):
        assert state[warning.id] == warning
    for id_, warning in state.items():
        assert warning.level < told[-1].complete_from or id_ in {w.id for w in interpret(told[-1], RULES)}


@given(telegrams())
def test_the_chronology_tells_of_a_change_exactly_when_some_ground_changed(told: list[Telegram]) -> None:
    before: dict[str, OfficialWarning] = {}
    for one in told:
        now = after(before, one, RULES)
        entries = events(before, now, one, RULES)
        touched = {
            (e.params["hazard"], e.params["river"], area) for e in entries for area in e.params["areas"]
        }
        assert touched == {
            (hazard, river, area)
            for (hazard, river), area in ground(before).keys() | ground(now).keys()
            if ground(before).get(((hazard, river), area)) != ground(now).get(((hazard, river), area))
        }
        before = now


def ground(state: dict[str, OfficialWarning]) -> dict[tuple[tuple[str, str | None], str], int]:
    """Highest level of each subject in each municipality, the plain way."""
    found: dict[tuple[tuple[str, str | None], str], int] = {}
    for warning in state.values():
        for area in warning.areas:
            key = ((warning.hazard, warning.river), area)
            found[key] = max(found.get(key, 0), warning.level)
    return found


def test_the_chronology_of_a_night() -> None:
    told = story(
        telegram(1, ("徳島県", "強風", 2), complete_from=2),
        telegram(2, ("徳島県", "暴風", 3), ("南部", "土砂災害", 3), complete_from=3),
        telegram(3, ("徳島県", "土砂災害", 3), ("徳島県", "暴風", 3), complete_from=3),
        telegram(4, ("南部", "土砂災害", 4), ("勝浦川水系勝浦川", "河川の氾濫", 4), complete_from=4),
        telegram(5, ("北部", "低い土地の浸水", 3), complete_from=3),
        telegram(6, ("徳島県", "強風", 2), complete_from=2),
        telegram(7),
    )
    assert [[(event.severity, event.code, event.text) for event in entries] for entries in told] == [
        [(2, "warning.issued", "徳島県 強風注意報 発表")],
        [
            (3, "warning.issued", "徳島県南部 レベル3土砂災害警報 発表"),
            (3, "warning.raised", "徳島県 強風注意報 → 暴風警報"),
        ],
        [(3, "warning.issued", "徳島県北部 レベル3土砂災害警報 発表")],
        [
            (4, "warning.issued", "徳島県 勝浦川レベル4氾濫危険警報 発表"),
            (4, "warning.raised", "徳島県南部 レベル3土砂災害警報 → レベル4土砂災害危険警報"),
        ],
        [
            (3, "warning.issued", "徳島県北部 レベル3大雨警報 発表"),
            (
                0,
                "warning.below",
                "徳島県 勝浦川レベル4氾濫危険警報 レベル3未満に低下（下位レベルは記録なし）",
            ),
            (
                0,
                "warning.below",
                "徳島県北部 レベル3土砂災害警報 レベル3未満に低下（下位レベルは記録なし）",
            ),
            (
                0,
                "warning.below",
                "徳島県南部 レベル4土砂災害危険警報 レベル3未満に低下（下位レベルは記録なし）",
            ),
            (0, "warning.below", "徳島県 暴風警報 レベル3未満に低下（下位レベルは記録なし）"),
        ],
        [
            (2, "warning.issued", "徳島県 強風注意報 発表"),
            (0, "warning.lifted", "徳島県北部 レベル3大雨警報 解除"),
        ],
        [(0, "warning.lifted", "徳島県 強風注意報 解除")],
    ]


def test_ground_that_no_region_names_is_said_in_numbers() -> None:
    told = story(telegram(1, ("南部", "土砂災害", 2), ("勝浦川水系勝浦川", "土砂災害", 2)))
    assert [event.text for event in told[0]] == ["徳島県南部ほか計9市町村 レベル2土砂災害注意報 発表"]


def test_a_publisher_without_known_ground_is_still_told_of() -> None:
    told = story(telegram(1, ("東部", "土砂災害", 4), publisher="高知県"), telegram(2, publisher="高知県"))
    assert [[event.text for event in entries] for entries in told] == [
        ["高知県東部 レベル4土砂災害危険警報 発表"],
        ["高知県東部 レベル4土砂災害危険警報 解除"],
    ]


@pytest.mark.parametrize("level", [-1, 6, 40])
def test_a_level_that_cannot_be_is_refused(level: int) -> None:
    with pytest.raises(TelegramError, match="no warning level"):
        telegram(1, ("徳島県", "強風", level))


def test_a_telegram_needs_a_zone() -> None:
    with pytest.raises(TelegramError, match="has no zone"):
        Telegram(source_id="t", publisher="徳島県", issued_at=datetime(2026, 6, 2), statements=())  # noqa: DTZ001
