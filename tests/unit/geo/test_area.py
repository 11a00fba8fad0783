from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Polygon, box

from geo.area import AreaFileError, collect_areas, read_areas

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def n03(code: str | None, *names: str | None) -> dict[str, Any]:
    return dict(zip(("N03_001", "N03_003", "N03_004", "N03_005", "N03_007"), (*names, code), strict=True))


def test_rows_of_one_municipality_are_merged_under_its_full_name() -> None:
    rows = [
        (n03("36301", "徳島県", "勝浦郡", "勝浦町", None), box(0, 0, 1, 1)),
        (n03("36301", "徳島県", "勝浦郡", "勝浦町", None), box(2, 2, 3, 3)),
        (n03("14101", "神奈川県", None, "横浜市", "鶴見区"), box(5, 5, 6, 6)),
    ]
    file = collect_areas(rows, source="N03")
    assert [(area.code, area.name) for area in file.areas] == [
        ("14101", "神奈川県横浜市鶴見区"),
        ("36301", "徳島県勝浦郡勝浦町"),
    ]
    assert file.areas[1].ground.equals(MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]))
    assert file.faults == []


def test_parts_that_touch_are_joined_into_valid_ground() -> None:
    rows = [({"code": "36201", "name": "徳島県徳島市"}, box(x, 0, x + 1, 1)) for x in (0, 0.5, 1.5)]
    (area,) = collect_areas(rows, source="x").areas
    assert area.ground.is_valid
    assert area.ground.area == pytest.approx(2.5)


def test_invalid_ground_is_mended_and_said() -> None:
    file = collect_areas([({"code": "36201", "name": "徳島県徳島市"}, BOW_TIE)], source="x")
    assert file.areas[0].ground.is_valid
    assert file.areas[0].ground.area == pytest.approx(2)
    (fault,) = file.faults
    assert fault.kept
    assert "Self-intersection" in fault.reason


@pytest.mark.parametrize(
    ("attributes", "ground", "reason"),
    [
        (n03(None, "徳島県", None, "所属未定地", None), box(0, 0, 1, 1), "has no code"),
        ({"code": "362019", "name": "徳島県徳島市"}, box(0, 0, 1, 1), "check digit"),
        ({"code": "36201", "name": "香川県高松市"}, box(0, 0, 1, 1), "the address in 香川県"),
        ({"code": "36201", "name": "徳島県徳島市"}, None, "no geometry"),
        ({"code": "36201", "name": "徳島県徳島市"}, LineString([(0, 0), (1, 1)]), "not a polygon"),
        ({"code": "36201", "name": "徳島県徳島市"}, GeometryCollection(), "no geometry"),
    ],
)
def test_a_bad_row_is_reported_and_the_rest_goes_in(
    attributes: dict[str, Any], ground: Any, reason: str
) -> None:
    good = ({"code": "372013", "name": "香川県高松市"}, box(0, 0, 1, 1))
    file = collect_areas([(attributes, ground), good], source="x")
    assert [area.code for area in file.areas] == ["37201"]
    (fault,) = file.faults
    assert reason in fault.reason
    assert fault.where.startswith("row 1")
    assert not fault.kept


def test_a_file_of_something_else_is_refused_by_name() -> None:
    with pytest.raises(AreaFileError, match=r"rivers\.geojson: none of its 1 rows"):
        collect_areas([({"W05_004": "勝浦川"}, box(0, 0, 1, 1))], source="rivers.geojson")


def write(path: Path, epsg: str, ground: Polygon) -> Path:
    feature = {
        "type": "Feature",
        "properties": {"code": "36201", "name": "徳島県徳島市"},
        "geometry": ground.__geo_interface__,
    }
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{epsg}"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    return path


@pytest.mark.parametrize("crs", ["EPSG::6668", "OGC:1.3:CRS84", "EPSG::4326"])
def test_geographic_files_are_read(tmp_path: Path, crs: str) -> None:
    ground = box(134.5, 34, 134.6, 34.1)
    (area,) = read_areas(write(tmp_path / "n03.geojson", crs, ground)).areas
    assert area.ground.bounds == pytest.approx(ground.bounds)


def test_a_file_in_metres_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AreaFileError, match="longitude and latitude"):
        read_areas(write(tmp_path / "metres.geojson", "EPSG::6672", box(0, 0, 1000, 1000)))
