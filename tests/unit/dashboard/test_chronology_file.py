"""The chronology's CSV: what was written is read back as itself, what cannot be used is named."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.chronology_file import (
    CATEGORIES,
    COLUMNS,
    ChronologyFileError,
    cells,
    csv_line,
    key_of,
    read_file,
    surplus,
)

PRINTED = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(1, 10**6),
            "event_at": st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC)),
            "recorded_at": st.just(datetime(2026, 6, 2, tzinfo=UTC)),
            "category": st.sampled_from(CATEGORIES),
            "severity": st.integers(0, 5),
            "object_id": st.none() | st.sampled_from(["36302", "=g1", "'x"]),
            "text": PRINTED.filter(lambda text: text.strip() != ""),
            "text_en": PRINTED,
            "author": st.none() | PRINTED,
            "corrects_id": st.none() | st.integers(1, 9),
            "params": st.just({"origin": "file"}),
            "code": st.sampled_from(["note", "import"]),
        }
    ),
    max_size=8,
)


def written(rows: list[dict[str, Any]]) -> bytes:
    return ("\ufeff" + csv_line(COLUMNS) + "".join(csv_line(cells(row)) for row in rows)).encode()


@given(ROWS)
def test_a_file_of_ours_adds_nothing(rows: list[dict[str, Any]]) -> None:
    told, faults = read_file(written(rows))
    assert faults == []
    assert Counter(row.key for row in told) == Counter(map(key_of, rows))
    assert surplus(told, Counter(map(key_of, rows))) == []
    assert [row.severity for row in told] == [row["severity"] for row in rows]


@given(ROWS)
def test_no_cell_of_ours_is_a_formula(rows: list[dict[str, Any]]) -> None:
    table = list(csv.reader(io.StringIO(written(rows).decode("utf-8-sig"), newline="")))
    assert not [cell for line in table for cell in line if cell[:1] in set("=+-@\t\r")]


def test_bad_rows_are_named_and_good_ones_kept() -> None:
    text = "発生日時,内容,重要度\n2026/06/02 23:10,堤防を巡視,2\n昨夜,x,\n"
    text += "2026-06-02 23:11,,\n2026-06-02 23:12,y,9\n"
    for encoding in ("utf-8", "cp932"):
        told, faults = read_file(text.encode(encoding))
        assert [(row.text, row.severity, row.at.astimezone(UTC).hour) for row in told] == [
            ("堤防を巡視", 2, 14)
        ]
        assert [fault.line for fault in faults] == [3, 4, 5]
        assert "昨夜" in faults[0].reason


def test_a_twice_told_row_adds_what_is_not_known() -> None:
    text = "日時,内容,分類\n" + "2026-06-02 23:10,同じ,災対本部\n" * 3
    told, _ = read_file(text.encode())
    assert (told[0].category, told[0].foreign) == ("note", "災対本部")
    assert len(surplus(told, {told[0].key: 1})) == 2


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", "内容\nx\n".encode(), b"\xff\xfe\x00", b'"event_at,text\n' + b"x" * 200_000]
)
def test_what_is_no_chronology_is_refused(data: bytes) -> None:
    with pytest.raises(ChronologyFileError):
        read_file(data)
