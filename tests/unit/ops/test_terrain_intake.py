"""`./sonae terrain fetch` and `from-gml` as their user meets them: files out, words, refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geo.settings import Settings, SettingsError, read_settings
from geo.terrain import read_raster
from ops.terrain_intake import TerrainIntakeError, fetch, from_gml, lines
from tests.unit.geo.elevation_tiles import encode, serving
from tests.unit.geo.test_fg_gml import mesh_xml, tuples, write

SURVEYS = "dem5a,dem5b,dem5c,dem10b"
#: a place near Hoyasu, 20 m wide
BBOX = "138.2700,36.6800,138.2702,36.6802"


def test_fetched_ground_can_be_flooded_at_once_and_again_without_a_network(tmp_path: Path) -> None:
    out = tmp_path / "ground.tif"
    settings = Settings(state_dir=tmp_path / "state")
    with serving(lambda path: encode(np.full((256, 256), 331.2)) if "dem_png" in path else 404) as (
        address,
        _,
    ):
        told = fetch(BBOX, SURVEYS, out, replace(settings, gsi_tiles=address))
    terrain = read_raster(out)
    assert terrain.datum == "T.P."
    np.testing.assert_allclose(terrain.values, 331.2, atol=1e-4)
    assert told["cells_by_survey"]["dem10b"] == terrain.values.size
    assert any("dem10b 100.0%" in line for line in lines(told))
    with rasterio.open(out) as file:
        assert (file.tags()["CREDIT"], file.tags()["SOURCE"]) == ("国土地理院", SURVEYS)
    assert fetch(BBOX, SURVEYS, out, replace(settings, gsi_tiles=address)) == told


@pytest.mark.parametrize(
    ("bbox", "source", "culprit"),
    [
        ("138,36", SURVEYS, "--bbox '138,36'"),
        ("a,b,c,d", SURVEYS, "--bbox"),
        (BBOX, "dem1a", "dem1a is none of dem5a"),
        (BBOX, "dem5a,dem5a", "each once"),
        (BBOX, "", "must name surveys"),
        ("138.3,36.6,138.2,36.7", SURVEYS, "west, south, east, north"),
        (BBOX, "dem5a", "cannot be reached"),
    ],
)
def test_what_cannot_be_fetched_is_refused_by_name(
    tmp_path: Path, bbox: str, source: str, culprit: str
) -> None:
    with serving(lambda _: 404) as (address, _):
        pass
    settings = Settings(state_dir=tmp_path, gsi_tiles=address)
    with pytest.raises(TerrainIntakeError, match=culprit):
        fetch(bbox, source, tmp_path / "a.tif", settings)
    assert not (tmp_path / "a.tif").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with serving(lambda _: encode(np.zeros((256, 256)))) as (address, _):
        settings = Settings(state_dir=tmp_path, gsi_tiles=address)
        with pytest.raises(TerrainIntakeError, match=r"no folder .*nowhere"):
            fetch(BBOX, "dem5a", tmp_path / "nowhere" / "a.tif", settings)


def test_the_server_of_the_tiles_is_a_setting() -> None:
    assert (
        read_settings({"SONAE_GSI_TILES": "http://tiles.example/xyz"}).gsi_tiles == "http://tiles.example/xyz"
    )
    assert read_settings({}).gsi_tiles.startswith("https://")
    with pytest.raises(SettingsError, match="SONAE_GSI_TILES"):
        read_settings({"SONAE_GSI_TILES": "file:///tiles"})


def test_ground_from_gml_keeps_its_datum_and_says_what_it_is_made_of(tmp_path: Path) -> None:
    text = mesh_xml(tuples(1, 2, 3, 4, 5) + "\nデータなし,-9999.")
    told = from_gml([write(tmp_path / "FG-GML-5135-00-00-DEM5A-20161001.xml", text)], tmp_path / "b.tif")
    terrain = read_raster(tmp_path / "b.tif")
    np.testing.assert_array_equal(terrain.values, [[1, 2, 3], [4, 5, np.nan]])
    assert terrain.datum == told["datum"] == "T.P."
    said = "\n".join(lines(told))
    assert "1 meshes in fguuid:jgd2011.bl, heights of 2016-10-01" in said
    assert "unknown ground: 16.7%" in said
    with pytest.raises(TerrainIntakeError, match=r"c\.xml"):
        from_gml([write(tmp_path / "c.xml", "<a/>")], tmp_path / "c.tif")
    with pytest.raises(TerrainIntakeError, match=r"d\.xml: No such file"):
        from_gml([tmp_path / "d.xml"], tmp_path / "c.tif")
