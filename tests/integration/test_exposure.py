"""People, facilities and roads through the database: imported, read on a raster, in the water."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import rasterio
from rich.console import Console

from geo.engine import connect
from geo.flood.impact import assess
from geo.forecast.exposure import read_exposure
from geo.terrain import Raster, read_raster
from ops.exposures import ExposureImportError, PeopleTask, import_facilities, import_people, import_roads

#: 40 × 40 cells of 10 m in plane rectangular zone IV, in the middle of 高松市
WEST, NORTH = 51_000.0, 149_000.0
PEOPLE = "id,lon,lat,persons,households,age_0_14,age_15_64,age_65_over,area_code,district\n"


@pytest.fixture
def raster(tmp_path: Path) -> Raster:
    path = tmp_path / "ground.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=40, width=40, count=1, dtype="float32", crs="EPSG:6672",
        transform=rasterio.Affine(10, 0, WEST, 0, -10, NORTH),
    ) as file:  # fmt: skip
        file.write(np.zeros((40, 40), "float32"), 1)
    return read_raster(path, datum="T.P.")


def degrees(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of metres east and south of the raster's corner."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(6672, 4326, always_xy=True).transform(WEST + x, NORTH - y)
    return float(lon), float(lat)


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect(database_url) as connection:
        west, east = (degrees(x, 200)[0] for x in (0, 400))
        middle = (west + east) / 2
        for code, name, left, right in (
            ("37201", "香川県高松市", west - 1, middle), ("37341", "香川県三木町", middle, east + 1),
        ):  # fmt: skip
            connection.execute(
                "INSERT INTO area (code, name, geom, source)"
                " VALUES (%s, %s, ST_Multi(ST_MakeEnvelope(%s, 33, %s, 35, 4326)), 'test')",
                (code, name, left, right),
            )
        connection.commit()
        yield connection


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=250)


def people_file(folder: Path, *rows: str) -> Path:
    path = folder / "people.csv"
    path.write_text(PEOPLE + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def person(name: str, x: float, y: float, persons: int, area: str = "", district: str = "") -> str:
    lon, lat = degrees(x, y)
    return f"{name},{lon:.7f},{lat:.7f},{persons},{persons // 2},1,1,{persons - 2},{area},{district}"


def all_of(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return [row[0] if len(row) == 1 else row for row in connection.execute(query).fetchall()]


def test_what_is_imported_stands_in_the_water(
    database_url: str, connection: psycopg.Connection[Any], raster: Raster, tmp_path: Path, console: Console
) -> None:
    rows = (
        person("a", 5, 5, 10), person("b", 395, 5, 20, district="東"), person("c", 5, 395, 40, "37201"),
        person("far", 5000, 5, 80), "bad,,,5,,,,,,",
    )  # fmt: skip
    result = import_people(database_url, PeopleTask(path=people_file(tmp_path, *rows)), console=console)
    assert (result.written and result.written.inserted, result.rejected) == (4, 1)
    facilities = tmp_path / "facilities.csv"
    (lon, lat), (far_lon, far_lat) = degrees(5, 15), degrees(215, 205)
    facilities.write_text(
        f"kind,name,lon,lat\ncare_home,丘の家,{lon},{lat}\nunderpass,坂下,{far_lon},{far_lat}\n"
    )
    import_facilities(database_url, [facilities], kind=None, source=None, console=console)
    road = {"type": "LineString", "coordinates": [degrees(-300, 25), degrees(395, 25)]}
    roads = tmp_path / "roads.geojson"
    roads.write_text(json.dumps({"features": [{"properties": {"name": "国道11号"}, "geometry": road}]}))
    import_roads(database_url, [roads], name_column=None, source="高松市", console=console)

    exposure = read_exposure(connection, raster)
    depth = np.zeros((2, 40, 40), np.float32)
    depth[:, :, 20:] = np.nan  # the eastern half is unknown ground
    depth[1, :10, :20] = 0.6
    arrival = np.where(depth[1] > 0, np.float32(3000), np.float32(np.nan))
    told = assess(depth, [0.0, 3600.0], arrival, depth[1], exposure).document()
    assert told["totals"]["people"] == [0, 10]
    assert (told["totals"]["people_unknown"], told["totals"]["people_total"]) == (20, 70)
    assert (told["totals"]["households"], told["totals"]["elderly"]) == ([0, 5], [0, 8])
    assert told["population"] == {
        "source": "people.csv", "as_of": None, "synthetic": False, "points": 3, "coarse_people": 20,
    }  # fmt: skip
    city, town, district = told["areas"]
    assert (city["name"], city["people_ever"], city["arrival_s"]) == ("香川県高松市", 10, 3000)
    assert city["wet_km2"] == pytest.approx(0.02, rel=0.01)
    assert (town["code"], town["people_unknown"], town["unknown_km2"]) == ("37341", 20, 0.08)
    assert (district["kind"], district["name"], district["people_unknown"]) == ("district", "東", 20)
    home, underpass = told["places"]
    assert (home["kind"], home["name"], home["area"], home["peak_m"]) == ("care_home", "丘の家", "37201", 0.6)
    assert home["closed_from_s"] == 3200
    assert (underpass["kind"], underpass["unknown"]) == ("underpass", True)
    (road_told,) = told["roads"]
    assert road_told["name"] == "国道11号"
    assert road_told["length_m"] == pytest.approx(395, abs=8)
    assert road_told["wet_m"][1] == pytest.approx(200, abs=8)
    assert road_told["unknown_m"] == pytest.approx(195, abs=8)


def test_an_empty_database_knows_nothing(connection: psycopg.Connection[Any], raster: Raster) -> None:
    exposure = read_exposure(connection, raster)
    assert exposure.people is None
    assert exposure.areas is not None
    connection.execute("DELETE FROM area")
    assert read_exposure(connection, raster).areas is None


def test_importing_again_changes_nothing_and_a_new_edition_replaces_the_old(
    database_url: str, connection: psycopg.Connection[Any], tmp_path: Path, console: Console
) -> None:
    rows = [person("a", 5, 5, 10), person("b", 15, 5, 20)]
    task = PeopleTask(path=people_file(tmp_path, *rows), source="高松市")
    import_people(database_url, task, console=console)
    again = import_people(database_url, task, console=console).written
    assert again is not None
    assert (again.inserted, again.updated, again.unchanged, again.removed) == (0, 0, 2, 0)
    people_file(tmp_path, person("a", 5, 5, 11))
    newer = import_people(database_url, task, console=console).written
    assert newer is not None
    assert (newer.inserted, newer.updated, newer.unchanged, newer.removed) == (0, 1, 0, 1)
    assert all_of(connection, "SELECT sum(persons) FROM people_point") == [11]


def test_the_same_people_are_not_counted_twice(
    database_url: str, connection: psycopg.Connection[Any], tmp_path: Path, console: Console
) -> None:
    path = people_file(tmp_path, person("a", 5, 5, 10))
    import_people(database_url, PeopleTask(path=path, source="住民基本台帳"), console=console)
    census = PeopleTask(path=path, source="国勢調査", synthetic=True)
    with pytest.raises(ExposureImportError, match=r"37201: 10 people of '住民基本台帳'.*--replace"):
        import_people(database_url, census, console=console)
    assert all_of(connection, "SELECT source FROM people_point") == ["住民基本台帳"]
    connection.commit()
    replaced = PeopleTask(path=path, source="国勢調査", synthetic=True, replace=True)
    result = import_people(database_url, replaced, console=console)
    assert result.written is not None
    assert (result.written.inserted, result.written.removed) == (1, 1)
    assert all_of(connection, "SELECT source, synthetic FROM people_point") == [("国勢調査", True)]


def test_a_file_without_one_usable_row_removes_nobody(
    database_url: str, connection: psycopg.Connection[Any], tmp_path: Path, console: Console
) -> None:
    task = PeopleTask(path=people_file(tmp_path, person("a", 5, 5, 10)), source="高松市")
    import_people(database_url, task, console=console)
    people_file(tmp_path, "a,,,5,,,,,,")
    with pytest.raises(ExposureImportError, match=r"none of its 1 rows.*no place"):
        import_people(database_url, task, console=console)
    assert all_of(connection, "SELECT count(*) FROM people_point") == [1]


def test_people_spread_over_built_area_keep_their_district(
    database_url: str, connection: psycopg.Connection[Any], tmp_path: Path, console: Console
) -> None:
    def polygon(west: float, east: float, **facts: str) -> dict[str, Any]:
        ring = [degrees(x, y) for x, y in ((west, 0), (east, 0), (east, 400), (west, 400), (west, 0))]
        return {"properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    files = {"districts": [polygon(0, 100, 町名="東")], "built": [polygon(50, 200)]}
    for name, features in files.items():
        document = {"type": "FeatureCollection", "features": features}
        (tmp_path / f"{name}.geojson").write_text(json.dumps(document))
    path = tmp_path / "people.csv"
    path.write_text("district,persons,households\n東,1001,400\n西,5,1\n")
    task = PeopleTask(
        path=path, districts=tmp_path / "districts.geojson", district_name="町名",
        built=tmp_path / "built.geojson", step_m=20,
    )  # fmt: skip
    result = import_people(database_url, task, console=console)
    assert result.rejected == 1
    rows = all_of(
        connection, "SELECT sum(persons), sum(households), count(*), bool_or(coarse) FROM people_point"
    )
    assert rows[0][:2] == (1001, 400)
    assert rows[0][2] > 30
    assert rows[0][3] is False
    lows = all_of(connection, "SELECT min(ST_X(geom)) FROM people_point")
    assert lows[0] > degrees(49, 0)[0]
    with pytest.raises(ExposureImportError, match="no feature has the property 'name'"):
        import_people(None, PeopleTask(path=path, districts=tmp_path / "districts.geojson"), console=console)


def test_a_dry_run_needs_no_database(tmp_path: Path, console: Console) -> None:
    result = import_people(
        None, PeopleTask(path=people_file(tmp_path, person("a", 5, 5, 10))), console=console
    )
    assert (result.written, result.rows) == (None, 1)
    assert isinstance(console.file, io.StringIO)
    assert "10 people at 1 points" in console.file.getvalue()
    with pytest.raises(ExposureImportError, match="absent"):
        import_facilities(None, [tmp_path / "absent.csv"], kind=None, source=None, console=console)
