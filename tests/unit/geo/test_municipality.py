from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.municipality import (
    PREFECTURES,
    AmbiguousCodeError,
    MunicipalityCodeError,
    check_digit,
    five_digits,
    prefecture_of,
    read_code,
    six_digits,
)

codes = st.builds(
    lambda prefecture, rest: f"{prefecture}{rest:03d}",
    st.sampled_from(sorted(PREFECTURES)),
    st.integers(0, 999),
)


# Published six-digit codes: Sapporo, Chiyoda, Utsunomiya, Tokushima, Takamatsu, Yaizu, Hakodate.
@pytest.mark.parametrize("six", ["011002", "131016", "092011", "362018", "372013", "222127", "012025"])
def test_check_digit_of_published_codes(six: str) -> None:
    assert six_digits(six[:5]) == six
    assert five_digits(six) == six[:5]


def test_there_are_47_prefectures_in_order() -> None:
    assert (PREFECTURES["01"], PREFECTURES["13"], PREFECTURES["36"], PREFECTURES["47"]) == (
        "北海道",
        "東京都",
        "徳島県",
        "沖縄県",
    )
    assert len(PREFECTURES) == 47


@given(codes)
def test_six_digits_come_back(code: str) -> None:
    assert read_code(six_digits(code)) == code


@given(codes, st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_or_names_another_code(code: str, place: int, add: int) -> None:
    six = six_digits(code)
    wrong = six[:place] + str((int(six[place]) + add) % 10) + six[place + 1 :]
    # Weighted sums modulo 11 notice a single wrong digit, except that remainders 0 and 1 of the
    # sum share the digits 1 and 0 with others (eleven remainders, ten digits).
    try:
        read = read_code(wrong)
    except MunicipalityCodeError:
        return
    assert read == wrong[:5]
    assert check_digit(read) == int(wrong[5])


@given(codes.filter(lambda code: code.startswith("0")))
def test_a_lost_leading_zero_is_found_with_the_prefecture(code: str) -> None:
    assert read_code(six_digits(code)[1:], prefecture=code[:2]) == code
    assert read_code(code[1:], prefecture=code[:2]) == code


@given(codes)
def test_five_digits_are_never_read_wrongly_without_saying_so(code: str) -> None:
    readings: tuple[str, ...]
    try:
        readings = (read_code(code),)
    except AmbiguousCodeError as fault:
        readings = fault.readings
    assert readings[0] == code
    assert readings[1:] in ((), (f"0{code[:4]}",))


def test_92011_is_utsunomiya() -> None:
    assert read_code("92011") == "09201"
    assert read_code("９２０１１") == "09201"
    assert read_code("92011.0") == "09201"
    assert read_code("'092011") == "09201"


def test_ambiguous_five_digits_are_decided_by_the_prefecture() -> None:
    both = next(
        f"{prefecture}{rest:03d}"
        for prefecture in ("11", "13", "22")
        for rest in range(1000)
        if check_digit(f"0{prefecture}{rest:03d}"[:5]) == rest % 10
    )
    with pytest.raises(AmbiguousCodeError, match="prefecture is not stated"):
        read_code(both)
    assert read_code(both, prefecture=both[:2]) == both
    assert read_code(both, prefecture=f"0{both[0]}") == f"0{both[:4]}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "five or six digits"),
        ("徳島市", "five or six digits"),
        ("362019", "must be 8"),
        ("480000", "no prefecture 48"),
        ("99999", "no prefecture 99"),
        ("1234567", "five or six digits"),
        ("123", "five or six digits"),
        ("0100", "five or six digits"),
        ("36201.5", "five or six digits"),
        ("-36201", "five or six digits"),
        ("٣٦٢٠١", "five or six digits"),
    ],
)
def test_what_is_no_code_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(MunicipalityCodeError, match=reason):
        read_code(text)


def test_a_code_that_contradicts_the_address_is_refused() -> None:
    with pytest.raises(MunicipalityCodeError, match="徳島県, the address in 香川県"):
        read_code("362018", prefecture="37")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("徳島県吉野川市", "36"),
        ("神奈川県横浜市", "14"),
        ("鹿児島県", "46"),
        ("京都府", "26"),
        ("高松市", None),
        ("", None),
    ],
)
def test_prefecture_of_an_address(words: str, code: str | None) -> None:
    assert prefecture_of(words) == code
