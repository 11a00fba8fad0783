"""Rasters: metres on the ground, datum, cells of a line, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import CRS
from shapely.geometry import LineString, Point, Polygon, shape

from geo.terrain import TerrainError, banded, geometries, project, read_raster, resample, write_raster


def raster(path: Path, values: np.ndarray, crs: str | None, transform: rasterio.Affine, **tags: str) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype="float32",
        crs=crs, transform=transform, nodata=-9999,
    ) as file:  # fmt: skip
        file.write(values.astype("float32"), 1)
        file.update_tags(**tags)
    return path


def nagano(path: Path, values: np.ndarray, **tags: str) -> Path:
    """Write a Web Mercator raster near 36.7° north, cells of 10 m on paper."""
    return raster(path, values, "EPSG:3857", rasterio.Affine(10, 0, 15392000, 0, -10, 4397000), **tags)


def test_web_mercator_cells_are_smaller_on_the_ground(tmp_path: Path) -> None:
    terrain = read_raster(nagano(tmp_path / "a.tif", np.zeros((20, 30))))
    # cos(latitude), the ellipsoid adding a third of a per cent north to south
    assert terrain.dx_m == pytest.approx(10 * np.cos(np.radians(36.66)), rel=2e-3)
    assert terrain.dy_m == pytest.approx(terrain.dx_m, rel=5e-3)


def test_plane_rectangular_cells_are_what_they_say(tmp_path: Path) -> None:
    path = raster(
        tmp_path / "a.tif", np.zeros((9, 9)), "EPSG:6676", rasterio.Affine(5, 0, -1000, 0, -5, 60000)
    )
    terrain = read_raster(path)
    assert (terrain.dx_m, terrain.dy_m) == pytest.approx((5.0, 5.0), rel=3e-4)


def test_geographic_cells_are_measured_too(tmp_path: Path) -> None:
    path = raster(
        tmp_path / "a.tif", np.zeros((9, 9)), "EPSG:6668", rasterio.Affine(1e-4, 0, 138, 0, -1e-4, 36)
    )
    terrain = read_raster(path)
    assert (terrain.dx_m, terrain.dy_m) == pytest.approx((9.01, 11.10), rel=2e-3)


def test_nodata_is_unknown_and_the_datum_is_kept(tmp_path: Path) -> None:
    values = np.array([[1.0, -9999.0], [2.0, 3.0]])
    terrain = read_raster(nagano(tmp_path / "a.tif", values, VERTICAL_DATUM="T.P."))
    np.testing.assert_array_equal(terrain.values, [[1, np.nan], [2, 3]])
    assert terrain.datum == "T.P."
    write_raster(tmp_path / "b.tif", terrain.values, terrain, unit="m", description="ground")
    again = read_raster(tmp_path / "b.tif")
    np.testing.assert_array_equal(again.values, terrain.values)
    assert (again.datum, again.transform) == ("T.P.", terrain.transform)
    with rasterio.open(tmp_path / "b.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    with pytest.raises(TerrainError, match=r"T\.P\., not above ellipsoid"):
        read_raster(tmp_path / "a.tif", datum="ellipsoid")
    assert read_raster(nagano(tmp_path / "c.tif", values), datum="T.P.").datum == "T.P."


@pytest.mark.parametrize(
    ("crs", "transform", "culprit"),
    [
        (None, rasterio.Affine(10, 0, 0, 0, -10, 0), "does not say"),
        ("EPSG:3857", rasterio.Affine(10, 1, 0, 0, -10, 0), "rotated"),
        ("EPSG:3857", rasterio.Affine(10, 0, 0, 0, 10, 0), "north up"),
        ("EPSG:3857", rasterio.Affine(1e5, 0, 15392000, 0, -1e5, 4397000), "differ"),
    ],
)
def test_a_raster_that_cannot_be_placed_is_refused(
    tmp_path: Path, crs: str | None, transform: rasterio.Affine, culprit: str
) -> None:
    path = raster(tmp_path / "bad.tif", np.zeros((9, 9)), crs, transform)
    with pytest.raises(TerrainError, match=f"bad.tif.*{culprit}"):
        read_raster(path)


def test_a_file_that_is_no_raster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text("no raster")
    with pytest.raises(TerrainError, match=r"a\.tif cannot be read"):
        read_raster(tmp_path / "a.tif")


def test_points_and_lines_fall_into_cells(tmp_path: Path) -> None:
    terrain = read_raster(nagano(tmp_path / "a.tif", np.zeros((20, 30))))
    rows, columns = terrain.cells(Point(15392000 + 15, 4397000 - 25))
    assert (rows.tolist(), columns.tolist()) == ([2], [1])
    line = LineString([(15392005, 4396995), (15392045, 4396995)])
    rows, columns = terrain.cells(line)
    assert (set(rows.tolist()), columns.tolist()) == ({0}, [0, 1, 2, 3, 4])
    with pytest.raises(TerrainError, match="outside the terrain"):
        terrain.cells(Point(0, 0))
    with pytest.raises(TerrainError, match="not at a Polygon"):
        terrain.cells(Polygon([(0, 0), (1, 0), (1, 1)]))


def test_geojson_says_its_crs_or_is_in_degrees() -> None:
    point = {"type": "Point", "coordinates": [138.27, 36.68]}
    found, crs = geometries({"type": "FeatureCollection", "features": [{"geometry": point}]}, "x")
    assert crs.to_epsg() == 4326
    assert project(found[0], crs, CRS.from_epsg(3857)).x == pytest.approx(15392146, abs=2)
    metres = {"type": "Point", "coordinates": [15392146, 4397000]}
    with pytest.raises(TerrainError, match="no longitude and latitude"):
        geometries(metres, "x.geojson")
    named = metres | {"crs": {"properties": {"name": "EPSG:3857"}}}
    assert geometries(named, "x")[1].to_epsg() == 3857
    for wrong in ({}, {"type": "FeatureCollection", "features": []}, {"type": "FeatureCollection"}):
        with pytest.raises(TerrainError, match=r"bad\.geojson"):
            geometries(wrong, "bad.geojson")


def test_a_roughness_map_is_read_at_the_cells_of_the_terrain(tmp_path: Path) -> None:
    terrain = read_raster(nagano(tmp_path / "a.tif", np.zeros((20, 30))))
    coarse = np.array([[0.03, 0.05], [0.06, -9999]])
    path = raster(
        tmp_path / "n.tif", coarse, "EPSG:3857", rasterio.Affine(150, 0, 15392000, 0, -100, 4397000)
    )
    at = resample(read_raster(path), terrain)
    assert at[0, 0] == pytest.approx(0.03)
    assert at[0, 29] == pytest.approx(0.05)
    assert np.isnan(at[19, 29])


def test_bands_cover_what_they_should_and_nothing_else(tmp_path: Path) -> None:
    terrain = read_raster(nagano(tmp_path / "a.tif", np.zeros((4, 4))))
    depth = np.array([[0, 0.1, 0.4, 0.4], [0, 0.1, 0.4, 9], [0, 0, 0, np.nan], [0.3, 0, 0, 0]])
    features = banded(depth, terrain, (0.05, 0.3, 0.5))
    classes = {feature["properties"]["from"]: feature for feature in features}
    assert set(classes) == {0.05, 0.3, 0.5}
    assert classes[0.5]["properties"]["to"] is None
    areas = {
        limit: project(shape(feature["geometry"]), CRS.from_epsg(4326), terrain.crs).area
        for limit, feature in classes.items()
    }
    assert areas == pytest.approx({0.05: 200, 0.3: 400, 0.5: 100}, rel=1e-6)
    json.dumps(features)
    assert banded(np.full((4, 4), np.nan), terrain, (0.05,)) == []
