from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sensors.device_time import TIME_FORMS, parse_time
from sensors.reading import UnreadableMessage

JST = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-03T00:04:00+09:00", "2026-06-02T15:04:00"),
        ("2026-06-03T00:04:00Z", "2026-06-03T00:04:00"),
        ("2026-06-03 00:04:00.25+0900", "2026-06-02T15:04:00.250000"),
        ("2026-06-03T00:04:00.1234567-03:30", "2026-06-03T03:34:00.123456"),
        ("2026/06/03 09:00", "2026-06-03T00:00:00"),
        ("2026/6/3 9:00:05", "2026-06-03T00:00:05"),
        ("2026-06-02 24:00", "2026-06-02T15:00:00"),
        ("2026-12-31T24:00:00+09:00", "2026-12-31T15:00:00"),
        ("2024-02-28 24:00", "2024-02-28T15:00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
        (" 2026-06-03T00:04:00Z ", "2026-06-03T00:04:00"),
    ],
)
def test_text_of_many_forms_becomes_utc(text: str, expected: str) -> None:
    time = parse_time(text, "text", JST)
    assert time.tzinfo is UTC
    assert time.replace(tzinfo=None) == datetime.fromisoformat(expected)


def test_a_written_zone_beats_that_of_the_source() -> None:
    zone = timezone(timedelta(hours=-5))
    assert parse_time("2026-06-03T00:00:00Z", "text", zone) == datetime(2026, 6, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (1_780_499_040, "epoch-s"),
        (1_780_499_040.0, "epoch-s"),
        ("1780499040", "epoch-s"),
        (1_780_499_040_000, "epoch-ms"),
        ("1780499040000.0", "epoch-ms"),
    ],
)
def test_counts_since_1970_become_utc(value: object, form: str) -> None:
    expected = datetime(2026, 6, 3, 15, 4, tzinfo=UTC)
    assert parse_time(value, form, None) == expected  # type: ignore[arg-type]


def test_a_dead_clock_is_a_time_like_any_other() -> None:
    assert parse_time(0, "epoch-s", None) == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form", "reason"),
    [
        ("2026-06-03T00:04:00", "text", "no zone"),
        ("2026-06-31T00:00:00Z", "text", "day is out of range|day 31 must be"),
        ("2026-06-03T24:01:00Z", "text", "no time of day"),
        ("2026-06-03T25:00:00Z", "text", "no time of day"),
        ("2026-06-03T12:60:00Z", "text", "no time of day"),
        ("2026-06-03T12:00:00+09:60", "text", "no possible zone"),
        ("2026-06-03T12:00:00+25:00", "text", "strictly between"),
        ("9999-12-31T24:00:00-01:00", "text", "out of range"),
        ("0001-01-01T00:00:00+09:00", "text", "out of range"),
        ("yesterday", "text", "must look like"),
        ("２０２６-06-03T00:04:00Z", "text", "must look like"),
        ("2026-06-03T00:04:00Z" + " " * 60, "text", "must look like"),
        (1780499040, "text", "must be text"),
        (None, "text", "must be text"),
        (True, "epoch-s", "must be a number"),
        ("soon", "epoch-s", "must be a number"),
        (-1, "epoch-s", "before 1970"),
        (1e300, "epoch-s", "too large|out of range|days="),
        (10**400, "epoch-ms", "too large"),
        (float("nan"), "epoch-s", "NaN|nan"),
        ([1], "epoch-s", "must be a number"),
    ],
)
def test_what_is_no_time_is_refused(value: object, form: str, reason: str) -> None:
    with pytest.raises(UnreadableMessage, match=reason) as caught:
        parse_time(value, form, None)  # type: ignore[arg-type]
    assert caught.value.code == "bad-time"
    assert len(caught.value.detail) < 200


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)), st.integers(-720, 840))
def test_rfc_3339_is_read_exactly(moment: datetime, minutes: int) -> None:
    assume(2 <= moment.year <= 9998)
    written = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_time(written.isoformat(), "text", None) == written


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.none(), st.booleans()))
def test_any_value_is_a_time_or_unreadable(value: object) -> None:
    for form in TIME_FORMS:
        try:
            time = parse_time(value, form, JST)
        except UnreadableMessage:
            continue
        assert time.tzinfo is UTC
