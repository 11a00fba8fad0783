from sensors.flags import REASON_NAMES, Flag, Reason, reason_names


def test_flags_are_those_of_qartod() -> None:
    assert [int(flag) for flag in Flag] == [1, 2, 3, 4, 9]


def test_every_reason_is_one_bit_of_sixteen_and_has_a_name() -> None:
    assert all(reason.bit_count() == 1 and reason < 1 << 16 for reason in Reason)
    assert len(set(REASON_NAMES.values())) == len(Reason)


def test_names_of_a_mask_come_lowest_bit_first() -> None:
    assert reason_names(0) == []
    assert reason_names(Reason.LATE | Reason.RANGE) == ["range", "late"]
    assert reason_names(int(Reason.CLOCK_AHEAD)) == ["clock-ahead"]
