from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from dashboard import errors
from dashboard.api.health import is_loopback
from dashboard.api.rules import river_level_rules, warning_level_rules
from dashboard.chronology_file import csv_line
from dashboard.errors import STATUS, BadInputError, DashboardError, TooManyAttemptsError, refused
from dashboard.headers import POLICY
from dashboard.live.viewport import ViewportError
from dashboard.live.websocket import read_view, short
from dashboard.parameters import contains, moment, viewport, words
from shelters.hazard import hazard_rules


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DashboardError) and kind is not DashboardError
    ]
    assert set(kinds) == set(STATUS)
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_a_refusal_names_code_and_culprit() -> None:
    answer = refused(BadInputError("bbox is wrong"))
    assert answer.status_code == 422
    assert msgspec.json.decode(answer.body) == {"error": "bad-input", "detail": "bbox is wrong"}


def test_too_many_attempts_says_when_to_come_back() -> None:
    answer = refused(TooManyAttemptsError(12))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "12")


def test_times_need_a_zone() -> None:
    assert moment("from", "2026-06-03T01:40:00+09:00") == datetime(2026, 6, 2, 16, 40, tzinfo=UTC)
    for text in ("2026-06-03T01:40:00", "yesterday", ""):
        with pytest.raises(BadInputError, match="from"):
            moment("from", text)


def test_search_words_are_literal() -> None:
    assert contains(words("q", " 50%_\\ ")) == "%50\\%\\_\\\\%"
    assert contains(words("q", "  ")) is None
    with pytest.raises(BadInputError, match="q"):
        words("q", "a\0b")


def test_viewport_parameter_names_its_fault() -> None:
    assert viewport(None) is None
    with pytest.raises(BadInputError, match="bbox"):
        viewport("1,2,3")


def test_csv_cells_are_never_formulas() -> None:
    assert csv_line(["=1+1", "@x", "-3", "a,b", 'c"d', ""]) == '\'=1+1,\'@x,\'-3,"a,b","c""d",\r\n'


def test_views() -> None:
    assert read_view('{"type":"view","bbox":null}') is None
    assert read_view('{"type":"view","bbox":[134,33,135,34.5]}') is not None
    for text in (
        "",
        "{}",
        '{"type":"view"}',
        '{"type":"other","bbox":null}',
        '{"type":"view","bbox":[1,2,3]}',
    ):
        with pytest.raises(msgspec.DecodeError):
            read_view(text)
    with pytest.raises(ViewportError):
        read_view('{"type":"view","bbox":[4,3,2,1]}')


def test_a_close_reason_fits_its_frame_and_stays_text() -> None:
    assert len(short("水" * 100).encode()) <= 123
    assert set(short("水" * 100)) == {"水"}


def test_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("192.0.2.1")
    assert not is_loopback(None)


def test_policy_allows_no_code_in_pages_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_rules_name_every_class_lowest_first() -> None:
    rules = river_level_rules()
    names = [entry["class"] for entry in rules["classes"]]
    assert names[-3:] == ["evacuation", "danger", "overflow"]
    assert {"below", "unknown"} <= set(names)
    danger = next(entry for entry in rules["classes"] if entry["class"] == "danger")
    assert danger["names"]["standard"]["ja"] == "氾濫危険水位"
    assert (danger["level"], danger["colour"], danger["text_colour"]) == (4, "#AA00AA", "#FFFFFF")
    assert rules["verified"] is False


def test_rules_of_warnings_and_hazards() -> None:
    assert [entry["level"] for entry in warning_level_rules()["levels"]] == [1, 2, 3, 4, 5]
    assert warning_level_rules()["source"]
    assert len(hazard_rules()["hazard"]) == 8
