from pathlib import Path

from sensors.flags import REASON_NAMES, Flag, Reason, reason_names

DOCUMENT = Path(__file__).parents[3] / "docs" / "quality.md"


def test_flags_are_those_of_qartod() -> None:
    assert [int(flag) for flag in Flag] == [1, 2, 3, 4, 9]


def test_every_reason_is_one_bit_of_sixteen_and_has_a_name() -> None:
    assert all(reason.bit_count() == 1 and reason < 1 << 16 for reason in Reason)
    assert len(set(REASON_NAMES.values())) == len(Reason)


def test_names_of_a_mask_come_lowest_bit_first() -> None:
    assert reason_names(0) == []
    assert reason_names(Reason.LATE | Reason.RANGE) == ["range", "late"]
    assert reason_names(int(Reason.CLOCK_AHEAD)) == ["clock-ahead"]


def test_every_reason_is_explained_to_the_operator() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in REASON_NAMES.values() if f"| `{name}` |" not in text] == []
