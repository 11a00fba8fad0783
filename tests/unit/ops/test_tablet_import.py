from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.tablet_import import read_file, summary
from shelters.export_file import export_of, split_pages
from shelters.export_import import Imported
from shelters.operation_log import Result

EXPORT = export_of({"device": "t-1", "shelter": "h1", "operations": [{"id": "x"}]})


def test_files_and_texts_of_pages_are_read(tmp_path: Path) -> None:
    whole, pages = tmp_path / "export.json", tmp_path / "pages.txt"
    whole.write_bytes(EXPORT)
    pages.write_text("\n\n".join(split_pages(EXPORT)) + "\n")
    assert read_file(whole).device == read_file(pages).device == "t-1"


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    for data in (b"{}", b"SONAE-OPS1:nonsense", b"SONAE-OPS1:\xff"):
        wrong.write_bytes(data)
        with pytest.raises(OpsError, match=r"wrong\.json"):
            read_file(wrong)


def test_what_was_set_aside_is_told_with_its_reason() -> None:
    done = Imported([Result(id="x", result="quarantined", reason="malformed")], 0, 1)
    assert summary(Path("a.json"), done) == (
        "a.json: 1 quarantined, 1 photos refused\n  1 in quarantine: malformed"
    )
    assert summary(Path("a.json"), Imported([], 0, 0)) == "a.json: nothing in it"
