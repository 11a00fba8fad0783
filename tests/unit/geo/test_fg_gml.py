"""Elevation models of 基盤地図情報: small meshes made by hand in the structure of the official files.

No real file is among them: their terms do not let them be passed on with a program.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from geo.fg_archive import read_ground
from geo.fg_gml import read_mesh
from geo.terrain import TerrainError

SURFACE = "地表面"


def mesh_xml(
    heights: str,
    *,
    corner: tuple[float, float] = (35.0, 135.0),
    cells: tuple[int, int] = (3, 2),
    cell: float = 0.2 / 3600,
    start: str = "0 0",
    reference: str = "fguuid:jgd2011.bl",
    order: str = "+x-y",
    as_of: str = "2016-10-01",
    doctype: str = "",
) -> str:
    """Return one mesh; `cells` are columns and rows, `corner` latitude and longitude in the south-west."""
    (south, west), (columns, rows) = corner, cells
    return f"""<?xml version="1.0" encoding="UTF-8"?>{doctype}
<Dataset xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2"
 gml:id="Dataset1">
<gml:description>基盤地図情報メタデータ ID=fmdid:15-3101</gml:description>
<DEM gml:id="DEM001"><fid>fgoid:10-00100-15-60101-51350000</fid>
<lfSpanFr gml:id="DEM001-1"><gml:timePosition>{as_of}</gml:timePosition></lfSpanFr>
<devDate gml:id="DEM001-2"><gml:timePosition>2099-01-01</gml:timePosition></devDate>
<orgGILvl>0</orgGILvl><type>5mメッシュ（標高）</type><mesh>51350000</mesh>
<coverage gml:id="DEM001-3">
<gml:boundedBy><gml:Envelope srsName="{reference}">
<gml:lowerCorner>{south:.9f} {west:.9f}</gml:lowerCorner>
<gml:upperCorner>{south + rows * cell:.9f} {west + columns * cell:.9f}</gml:upperCorner>
</gml:Envelope></gml:boundedBy>
<gml:gridDomain><gml:Grid gml:id="DEM001-4" dimension="2"><gml:limits><gml:GridEnvelope>
<gml:low>0 0</gml:low><gml:high>{columns - 1} {rows - 1}</gml:high>
</gml:GridEnvelope></gml:limits><gml:axisLabels>x y</gml:axisLabels></gml:Grid></gml:gridDomain>
<gml:rangeSet><gml:DataBlock><gml:rangeParameters><gml:QuantityList uom="DEM構成点"/></gml:rangeParameters>
<gml:tupleList>
{heights}
</gml:tupleList></gml:DataBlock></gml:rangeSet>
<gml:coverageFunction><gml:GridFunction><gml:sequenceRule order="{order}">Linear</gml:sequenceRule>
<gml:startPoint>{start}</gml:startPoint></gml:GridFunction></gml:coverageFunction>
</coverage></DEM></Dataset>
"""


def tuples(*heights: float, kind: str = SURFACE) -> str:
    return "\n".join(f"{kind},{height:.2f}" for height in heights)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_heights_run_eastward_from_the_north_west(tmp_path: Path) -> None:
    text = mesh_xml(tuples(1, 2, 3) + "\n" + "内水面,-9999.\n海水面,-9999.00\nデータなし,5.00")
    ground = read_ground([write(tmp_path / "FG-GML-5135-00-00-DEM5A-20161001.xml", text)])
    np.testing.assert_array_equal(ground.raster.values, [[1, 2, 3], [np.nan] * 3])
    west, south, east, north = ground.raster.bounds
    assert (west, south) == pytest.approx((135.0, 35.0), abs=1e-9)
    assert (east - west, north - south) == pytest.approx((0.6 / 3600, 0.4 / 3600), abs=2e-9)
    assert (ground.raster.dx_m, ground.raster.dy_m) == pytest.approx((5.07, 6.16), rel=5e-3)
    assert (ground.raster.datum, ground.raster.crs.to_epsg()) == ("T.P.", 6668)
    assert (ground.unknown, ground.as_of, ground.meshes) == (3, ("2016-10-01", "2016-10-01"), 1)
    assert ground.surfaces == {SURFACE: 3, "内水面": 1, "海水面": 1, "データなし": 1}


def test_cells_left_out_before_the_start_and_after_the_end_are_unknown(tmp_path: Path) -> None:
    text = mesh_xml(tuples(7, 8), start="2 0")
    ground = read_ground([write(tmp_path / "a.xml", text)])
    np.testing.assert_array_equal(ground.raster.values, [[np.nan, np.nan, 7], [8, np.nan, np.nan]])


def test_meshes_in_zips_of_zips_are_laid_side_by_side(tmp_path: Path) -> None:
    cell = 0.2 / 3600
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("FG-GML-5135-00-00-DEM5A-20161001.xml", mesh_xml(tuples(1, 2, 3, 4, 5, 6)))
        archive.writestr("fmdid15-3101.xml", "<Metadata/>")
    outer = tmp_path / "PackDLMap.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("FG-GML-513500-DEM5A-20161001.zip", inner.getvalue())
    east = write(
        tmp_path / "FG-GML-5135-00-01-DEM5A-20161001.xml",
        mesh_xml(tuples(*range(11, 17)), corner=(35.0 + 2 * cell, 135.0 + 3 * cell)),
    )
    ground = read_ground([outer, east])
    unknown = [np.nan] * 3
    np.testing.assert_array_equal(
        ground.raster.values,
        [[*unknown, 11, 12, 13], [*unknown, 14, 15, 16], [1, 2, 3, *unknown], [4, 5, 6, *unknown]],
    )
    assert ground.passed_over == ["PackDLMap.zip/FG-GML-513500-DEM5A-20161001.zip/fmdid15-3101.xml"]


def test_laser_comes_before_photographs_and_new_before_old(tmp_path: Path) -> None:
    gap = tuples(1, 1) + "\nデータなし,-9999.\n" + tuples(1, 1, 1)
    laser_old = write(tmp_path / "FG-GML-5135-00-00-DEM5A-20100101.xml", mesh_xml(gap, as_of="2010-01-01"))
    laser_new = write(
        tmp_path / "FG-GML-5135-00-00-DEM5A-20200101.xml", mesh_xml(tuples(2), as_of="2020-01-01")
    )
    photo = write(
        tmp_path / "FG-GML-5135-00-00-dem5b-20240101.xml", mesh_xml(tuples(*[3] * 6), as_of="2024-01-01")
    )
    ground = read_ground([photo, laser_old, laser_new])
    np.testing.assert_array_equal(ground.raster.values, [[2, 1, 3], [1, 1, 1]])
    assert ground.as_of == ("2010-01-01", "2024-01-01")


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"cell": 0.4 / 3600}, "b.xml .* have cells of different size"),
        ({"reference": "fguuid:jgd2024.bl"}, "b.xml is in fguuid:jgd2024.bl, a.xml in fguuid:jgd2011.bl"),
        ({"corner": (35.0, 135.0 + 0.1 / 3600)}, "b.xml lies between the cells of a.xml"),
        ({"corner": (36.0, 136.0)}, "more than 1000000"),
    ],
)
def test_meshes_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, object], culprit: str) -> None:
    first = write(tmp_path / "a.xml", mesh_xml(tuples(1, 2, 3, 4, 5, 6)))
    second = write(tmp_path / "b.xml", mesh_xml(tuples(1, 2, 3, 4, 5, 6), **change))  # type: ignore[arg-type]
    with pytest.raises(TerrainError, match=culprit):
        read_ground([first, second], most_cells=1_000_000)


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("", "no well-formed XML"),
        ("<Dataset/>", "is no elevation model: it has no high"),
        (mesh_xml(tuples(1))[:-40], "no well-formed XML"),
        (mesh_xml(tuples(1), reference="fguuid:tokyo.bl"), "unknown reference 'fguuid:tokyo.bl'"),
        (mesh_xml(tuples(1), order="+x+y"), r"order '\+x\+y'"),
        (mesh_xml(tuples(*range(7))), "7 heights from cell .0, 0. on do not fit 3 × 2 cells"),
        (mesh_xml(tuples(1), start="3 0"), "do not fit"),
        (mesh_xml(tuples(1), start="x"), "startPoint is 'x'"),
        (mesh_xml("地表面,high"), "could not convert"),
        (mesh_xml("地表面"), "no pairs"),
        (mesh_xml("地表面,inf"), "infinite"),
        (mesh_xml(tuples(1), cells=(4000, 4000)), "4000 × 4000 cells are no mesh"),
        (mesh_xml(tuples(1), corner=(91.0, 135.0)), "span no mesh"),
        (mesh_xml("データなし,-9999."), "no height at all"),
        (mesh_xml("&x;,1", doctype='<!DOCTYPE d [<!ENTITY x "地表面">]>'), "declares a document type"),
    ],
)
def test_what_is_no_mesh_is_refused_by_name(tmp_path: Path, text: str, culprit: str) -> None:
    with pytest.raises(TerrainError, match=rf"(?s)odd\.xml.*{culprit}"):
        read_ground([write(tmp_path / "odd.xml", text)])


def test_a_file_that_is_too_large_is_refused_while_it_is_read() -> None:
    with pytest.raises(TerrainError, match=r"a\.xml is larger than 1000 bytes"):
        read_mesh(io.BytesIO(mesh_xml(tuples(1)).encode()), "a.xml", most_bytes=1000)


def test_archives_without_a_model_and_broken_ones_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(TerrainError, match=r"no elevation model in .*empty\.zip"):
        read_ground([tmp_path / "empty.zip"])
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DEM.xml", mesh_xml(tuples(1, 2, 3, 4, 5, 6)))
    content = bytearray(whole.read_bytes())
    content[60:80] = bytes(20)
    (tmp_path / "broken.zip").write_bytes(content)
    with pytest.raises(TerrainError, match=r"broken\.zip"):
        read_ground([tmp_path / "broken.zip"])
