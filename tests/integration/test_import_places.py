"""The command `import places` on a real PostGIS: what it writes, prints and reports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from geo.engine import connect
from ops.places import ImportFileError, import_areas, import_places

HEADER = "共通ID,施設・場所名,住所,洪水,緯度,経度\n"
GOOD = "E3620100002201,川内北小学校,徳島県徳島市川内町,1,34.1,134.58\n"
SWAPPED = "E3620100003201,[red]公園[/red],徳島県徳島市,,134.58,34.1\n"
BAD = "E3620100004201,=HYPERLINK(1),徳島県徳島市,1,0,0\n"


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def count(database_url: str, table: str) -> int:
    with connect(database_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_bad_rows_are_listed_and_the_rest_goes_in(
    database_url: str, tmp_path: Path, console: Console
) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(HEADER + GOOD + SWAPPED + BAD, encoding="cp932")
    report = tmp_path / "report.csv"
    (imported,) = import_places(database_url, [path], console=console, report=report)
    assert imported.registered is not None
    assert (imported.registered.inserted, imported.file.rejected) == (2, 1)
    assert count(database_url, "evacuation_site") == 2
    assert "lies outside Japan" in printed(console)
    assert "swapped" in printed(console)
    rows = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["line"], row["row"]) for row in rows] == [("3", "taken"), ("4", "rejected")]


def test_a_dry_run_needs_no_database(tmp_path: Path, console: Console) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(HEADER + GOOD)
    (imported,) = import_places(None, [path], console=console)
    assert imported.registered is None
    assert len(imported.file.refuges) == 1


def test_nothing_is_written_when_one_of_the_files_is_no_list(
    database_url: str, tmp_path: Path, console: Console
) -> None:
    good, bad = tmp_path / "sites.csv", tmp_path / "levels.csv"
    good.write_text(HEADER + GOOD)
    bad.write_text("time,level\n1,2\n")
    with pytest.raises(ImportFileError, match=r"levels\.csv"):
        import_places(database_url, [good, bad], console=console)
    assert count(database_url, "evacuation_site") == 0


def test_areas_are_imported_with_what_was_left_out(
    database_url: str, tmp_path: Path, console: Console
) -> None:
    ring = [[134.5, 34], [134.6, 34], [134.6, 34.1], [134.5, 34]]
    features = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for properties in (
            {"N03_001": "徳島県", "N03_004": "徳島市", "N03_007": "36201"},
            {"N03_001": "徳島県", "N03_004": "所属未定地", "N03_007": None},
        )
    ]
    path = tmp_path / "n03.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    import_areas(database_url, [path], console=console)
    assert count(database_url, "area") == 1
    assert "1 municipalities (1 new" in printed(console)
    assert "has no code" in printed(console)
    with pytest.raises(ImportFileError, match=r"absent\.geojson"):
        import_areas(database_url, [tmp_path / "absent.geojson"], console=console)
