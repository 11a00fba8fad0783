"""`./sonae simulate` as its user meets it: files in, files out, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rich.console import Console

from geo.terrain import read_raster
from ops.simulate import simulate
from ops.simulate_input import read_ground, read_series
from ops.simulate_output import show_summary
from ops.simulate_task import SimulateError, Task

QUIET = Console(quiet=True)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    y, x = np.mgrid[:60, :80]
    ground = (100 + 0.02 * np.abs(y - 30) - 0.01 * x).astype("float32")
    ground[:, 70:] = -9999
    with rasterio.open(
        tmp_path / "ground.tif", "w", driver="GTiff", height=60, width=80, count=1, dtype="float32",
        crs="EPSG:6676", transform=rasterio.Affine(10, 0, 0, 0, -10, 60000), nodata=-9999,
    ) as file:  # fmt: skip
        file.write(ground, 1)
        file.update_tags(VERTICAL_DATUM="T.P.")
    place(tmp_path / "in.geojson", line((105, 59715), (105, 59675)))
    return Task(
        terrain=tmp_path / "ground.tif", inflow=tmp_path / "in.geojson", discharge="20", manning="0.035",
        hours=0.5, out=tmp_path / "out",
    )  # fmt: skip


def place(path: Path, geometry: dict[str, object], **properties: object) -> Path:
    crs = {"type": "name", "properties": {"name": "EPSG:6676"}}
    features = [{"type": "Feature", "properties": properties, "geometry": geometry}]
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path


def line(*points: tuple[float, float]) -> dict[str, object]:
    return {"type": "LineString", "coordinates": list(points)}


def point(x: float, y: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [x, y]}


def test_a_simulation_leaves_rasters_polygons_and_a_summary(task: Task) -> None:
    summary = simulate(task, console=QUIET)
    assert summary == json.loads((task.out / "summary.json").read_text())
    assert summary["complete"]
    assert summary["volume"]["brought_m3"] == pytest.approx(36_000)
    assert summary["volume"]["stored_m3"] == pytest.approx(36_000, rel=1e-6)
    assert summary["datum"] == "T.P."
    depth, peak, arrival = (read_raster(task.out / f"{name}.tif") for name in ("depth", "peak", "arrival"))
    assert depth.datum == "T.P."
    assert np.isnan(depth.values[:, 70:]).all()
    assert not np.isnan(depth.values[:, :70]).any()
    assert np.nansum(depth.values) * depth.dx_m * depth.dy_m == pytest.approx(36_000, rel=1e-5)
    assert np.nanmax(arrival.values) <= 0.5
    assert (peak.values[:, :70] >= depth.values[:, :70]).all()
    for name in ("depth", "peak", "arrival"):
        collection = json.loads((task.out / f"{name}.geojson").read_text())
        assert collection["features"]
    assert {path.name[0] for path in task.out.iterdir()}.isdisjoint(".")


def test_the_summary_is_told_to_a_person(task: Task) -> None:
    console = Console(record=True, width=200, quiet=False, file=(task.terrain.parent / "said").open("w"))
    show_summary(simulate(task, console=QUIET), task.out, console=console)
    assert "in 36,000 m³, stored 36,000 m³" in console.export_text()
    console.file.close()


def test_a_stopped_simulation_says_so_and_resumes(task: Task) -> None:
    task = replace(task, checkpoint_hours=0.2, processes=1)
    asked = 0

    def cancel() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    stopped = simulate(task, console=QUIET, cancel=cancel)
    assert not stopped["complete"]
    assert 0 < stopped["simulated_h"] < 0.5
    resumed = simulate(task, console=QUIET)
    through = simulate(replace(task, checkpoint_hours=None, out=task.out / "through"), console=QUIET)
    assert resumed["complete"]
    assert resumed["area_km2"] == pytest.approx(through["area_km2"], rel=0.02)
    with pytest.raises(SimulateError, match="another simulation"):
        simulate(replace(task, discharge="30"), console=QUIET)
    place(task.inflow, line((115, 59715), (115, 59675)))  # type: ignore[arg-type]
    with pytest.raises(SimulateError, match="another simulation"):
        simulate(task, console=QUIET)


def test_a_hydrograph_comes_from_a_file(task: Task) -> None:
    path = task.terrain.parent / "q.csv"
    path.write_text("time_s,discharge_m3_s\n0,0\n1800,20\n")
    assert simulate(replace(task, discharge=str(path)), console=QUIET)["volume"][
        "brought_m3"
    ] == pytest.approx(18_000)
    assert read_series("3.5", "--discharge", "discharge_m3_s").at(9.0) == 3.5
    path.write_text("time,q\n0,0\n")
    with pytest.raises(SimulateError, match=r"q\.csv needs numbers"):
        read_series(str(path), "--discharge", "discharge_m3_s")


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"discharge": "-5"}, "negative"),
        ({"discharge": "nan"}, "--discharge nan: .*not a finite number"),
        ({"discharge": None}, "--inflow needs --discharge"),
        ({"inflow": None}, "--discharge needs --inflow"),
        ({"inflow": None, "discharge": None}, "nothing brings water"),
        ({"rain": "-1"}, "--rain -1.* negative"),
        ({"rain": "nowhere.csv"}, r"nowhere\.csv: No such file"),
        ({"stage_level": "3"}, "--stage-level needs --stage"),
        ({"stage": Path("nowhere.geojson")}, "--stage needs --stage-level"),
        ({"pumps": Path("nowhere.geojson")}, r"nowhere\.geojson: No such file"),
        ({"levees": Path("nowhere.geojson")}, r"nowhere\.geojson: No such file"),
        ({"discharge": "nowhere.csv"}, r"nowhere\.csv: No such file"),
        ({"manning": "-1"}, "Manning"),
        ({"manning": "nowhere.tif"}, r"nowhere\.tif cannot be read"),
        ({"hours": -1.0}, "--hours -1"),
        ({"hours": float("nan")}, "--hours nan"),
        ({"terrain": Path("nowhere.tif")}, r"nowhere\.tif cannot be read"),
        ({"inflow": Path("nowhere.geojson")}, r"nowhere\.geojson: No such file"),
        ({"open_edges": ["north"]}, "--open 'north'"),
        ({"precision": "float16"}, "float16"),
        ({"datum": "ellipsoid"}, "not above ellipsoid"),
    ],
)
def test_what_cannot_be_is_refused_by_name(task: Task, change: dict[str, object], culprit: str) -> None:
    with pytest.raises(SimulateError, match=culprit):
        simulate(replace(task, **change), console=QUIET)  # type: ignore[arg-type]


def test_an_inflow_beside_the_terrain_or_on_unknown_ground_is_refused(task: Task) -> None:
    place(task.inflow, {"type": "Point", "coordinates": [-500, 59700]})
    with pytest.raises(SimulateError, match=r"in\.geojson: .*outside the terrain"):
        simulate(task, console=QUIET)
    place(task.inflow, {"type": "Point", "coordinates": [755, 59700]})
    with pytest.raises(SimulateError, match=r"in\.geojson: row .* no known ground"):
        simulate(task, console=QUIET)
    task.inflow.write_text("{")
    with pytest.raises(SimulateError, match=r"in\.geojson is not JSON"):
        simulate(task, console=QUIET)


def test_people_and_places_of_files_are_counted_in_the_water(task: Task) -> None:
    folder = task.terrain.parent
    to_degrees = Transformer.from_crs(6676, 4326, always_xy=True).transform
    wet, dry, unknown, outside = (
        to_degrees(x, y) for x, y in ((205, 59695), (205, 59995), (755, 59700), (900, 0))
    )
    people = folder / "people.csv"
    points = enumerate((wet, dry, unknown, outside, ("", "")), 1)
    rows = [f"{number},{lon},{lat},{10**number}" for number, (lon, lat) in points]
    people.write_text("id,lon,lat,persons\n" + "\n".join(rows) + "\n")
    shelters = folder / "shelters.csv"
    header = "共通ID,施設・場所名,住所,緯度,経度,受入対象者"
    shelters.write_text(
        f"{header}\nE2020100006111,中学校,長野県長野市,{wet[1]},{wet[0]},\n", encoding="cp932"
    )
    homes = folder / "homes.csv"
    homes.write_text(
        f"kind,name,lon,lat\ncare_home,丘の家,{dry[0]},{dry[1]}\ncare_home,谷,{wet[0]},{wet[1]}\n"
    )
    summary = simulate(replace(task, people=people, places=[shelters, homes]), console=QUIET)
    assert summary["impact"] == {
        "people": 10, "people_unknown": 1000, "people_synthetic": False, "households": None, "shelters": 1,
        "sites": 0, "facilities": 1, "rejected_rows": 1,
    }  # fmt: skip
    told = json.loads((task.out / "impact.json").read_text())
    assert [place["name"] for place in told["places"]] == ["谷", "中学校"]
    assert told["totals"]["people_total"] == 1110
    assert told["rejected"][0] == {
        "file": "people.csv", "line": 6, "column": "緯度, 経度", "reason": told["rejected"][0]["reason"],
    }  # fmt: skip
    with pytest.raises(SimulateError, match=r"ground\.tif is no list of places|ground\.tif is UTF-16"):
        simulate(replace(task, places=[task.terrain]), console=QUIET)


@pytest.mark.parametrize(
    "rows", ["0,1\n60,nan\n", "0,1\n60,inf\n", "0,1\n0,2\n", "0,1\n60,-2\n", "", "0,x\n", "0\n"]
)
def test_a_hydrograph_that_is_none_is_refused_by_the_name_of_its_file(task: Task, rows: str) -> None:
    path = task.terrain.parent / "q.csv"
    path.write_text("time_s,discharge_m3_s\n" + rows)
    with pytest.raises(SimulateError, match=r"(?s)(q\.csv|in\.geojson).*(finite|increase|negative|numbers)"):
        simulate(replace(task, discharge=str(path)), console=QUIET)


def test_places_in_another_crs_are_moved_and_those_in_none_refused(task: Task) -> None:
    metres = point(105, 59700)
    (task.terrain.parent / "bare.geojson").write_text(json.dumps(metres))
    with pytest.raises(SimulateError, match=r"bare\.geojson: .* is no longitude and latitude; say its crs"):
        simulate(replace(task, inflow=task.terrain.parent / "bare.geojson"), console=QUIET)
    odd = metres | {"crs": {"type": "name", "properties": {"name": "EPSG:1"}}}
    (task.terrain.parent / "odd.geojson").write_text(json.dumps(odd))
    with pytest.raises(SimulateError, match=r"odd\.geojson is not GeoJSON"):
        simulate(replace(task, inflow=task.terrain.parent / "odd.geojson"), console=QUIET)
    with rasterio.open(task.terrain, "r+") as file:
        file.crs = rasterio.CRS()
    with pytest.raises(SimulateError, match=r"ground\.tif does not say its coordinate reference system"):
        simulate(task, console=QUIET)


def test_a_roughness_map_that_does_not_overlap_is_refused(task: Task) -> None:
    with rasterio.open(
        task.terrain.parent / "n.tif", "w", driver="GTiff", height=6, width=8, count=1, dtype="float32",
        crs="EPSG:6676", transform=rasterio.Affine(10, 0, 0, 0, -10, 0),
    ) as file:  # fmt: skip
        file.write(np.full((6, 8), 0.03, "float32"), 1)
    with pytest.raises(SimulateError, match=r"n\.tif gives no roughness for 4200 cells"):
        simulate(replace(task, manning=str(task.terrain.parent / "n.tif")), console=QUIET)


def test_rain_alone_floods(task: Task) -> None:
    dry = replace(task, inflow=None, discharge=None)
    summary = simulate(replace(dry, rain="36"), console=QUIET)
    # 36 mm/h for half an hour on 4200 cells of 100 m²
    assert summary["volume"]["brought_m3"] == pytest.approx(4200 * 100 * 0.018, rel=2e-3)
    assert summary["forcings"] == ["--rain 36"]
    path = task.terrain.parent / "rain.csv"
    path.write_text("time_s,rain_mm_h\n0,0\n1800,36\n")
    half = simulate(replace(dry, rain=str(path)), console=QUIET)
    assert half["volume"]["brought_m3"] == pytest.approx(4200 * 100 * 0.009, rel=2e-3)


def test_a_stage_fills_the_land_to_its_level_and_falls_again(task: Task) -> None:
    place(task.terrain.parent / "sea.geojson", line((695, 59705), (695, 59695)))
    stage = replace(
        task, inflow=None, discharge=None, stage=task.terrain.parent / "sea.geojson", stage_level="100",
        hours=3.0, manning="0.02",
    )  # fmt: skip
    simulate(stage, console=QUIET)
    depth, ground = read_raster(stage.out / "depth.tif").values, read_raster(task.terrain).values
    wet = depth[:, :70] > 0.05
    np.testing.assert_allclose((ground + depth)[:, :70][wet], 100.0, atol=0.01)
    assert wet[30, 40:70].all()
    path = task.terrain.parent / "tide.csv"
    path.write_text("time_s,level_m\n0,100\n5400,100\n7200,99\n")
    fallen = simulate(replace(stage, stage_level=str(path)), console=QUIET)
    assert fallen["volume"]["taken_m3"] > 0


def test_a_pump_takes_its_capacity(task: Task) -> None:
    with_pump = replace(
        task, pumps=place(task.terrain.parent / "p.geojson", point(105, 59695), capacity_m3_s=2)
    )
    assert simulate(with_pump, console=QUIET)["volume"]["taken_m3"] == pytest.approx(3600, rel=0.05)
    for said, culprit in (({}, "None"), ({"capacity_m3_s": "2"}, "'2'"), ({"capacity_m3_s": True}, "True")):
        place(task.terrain.parent / "p.geojson", point(105, 59695), **said)
        with pytest.raises(SimulateError, match=rf"p\.geojson, feature 1: capacity_m3_s is {culprit}"):
            simulate(with_pump, console=QUIET)
    place(task.terrain.parent / "p.geojson", point(105, 59695), capacity_m3_s=-2)
    with pytest.raises(SimulateError, match=r"p\.geojson, feature 1: capacity is -2"):
        simulate(with_pump, console=QUIET)


def beyond(task: Task) -> float:
    """Return the largest depth east of x = 300 m."""
    simulate(task, console=QUIET)
    return float(np.nanmax(read_raster(task.out / "peak.tif").values[:, 30:]))


def test_levees_and_embankments_hold_the_water_back(task: Task) -> None:
    across = line((300, 60010), (300, 59390))
    assert beyond(task) > 0.3
    levee = place(task.terrain.parent / "levee.geojson", across, crest_m=105.0)
    assert beyond(replace(task, levees=levee)) == 0.0
    low = place(task.terrain.parent / "low.geojson", across, crest_m=99.8)
    assert beyond(replace(task, levees=low)) > 0.1
    rail = place(task.terrain.parent / "rail.geojson", across, height_m=3.0)
    assert beyond(replace(task, embankments=rail)) == 0.0
    _, grid = read_ground(replace(task, embankments=rail))
    assert grid.crest_x_m is not None
    np.testing.assert_allclose(grid.crest_x_m[:, 29], grid.ground_m[:, 29:31].mean(axis=1) + 3, atol=0.11)


def test_a_levee_across_unknown_ground_holds_on_both_sides(task: Task) -> None:
    rail = place(task.terrain.parent / "rail.geojson", line((600, 59705), (790, 59705)), height_m=2.0)
    _, grid = read_ground(replace(task, embankments=rail))
    assert grid.crest_y_m is not None
    # the row of faces between the rows of the line, as far as the ground is known
    assert np.isfinite(grid.crest_y_m[28:30, 60:70]).any(axis=0).all()


@pytest.mark.parametrize(
    ("option", "geometry", "properties", "culprit"),
    [
        ("levees", line((300, 60010), (300, 59390)), {}, "crest_m is None; it must be a number"),
        ("levees", line((300, 60010), (300, 59390)), {"crest_m": float("nan")}, "crest_m is nan"),
        ("levees", line((-300, 60010), (-300, 59390)), {"crest_m": 1.0}, "passes between no two cells"),
        ("levees", point(300, 59700), {"crest_m": 1.0}, "held back by lines, not by a Point"),
        (
            "embankments",
            line((300, 60010), (300, 59390)),
            {"height_m": 0},
            "height_m is 0; it must be positive",
        ),
        ("embankments", line((750, 59900), (750, 59500)), {"height_m": 1}, "over no known ground"),
    ],
)
def test_a_line_that_holds_nothing_back_is_refused(
    task: Task, option: str, geometry: dict[str, object], properties: dict[str, object], culprit: str
) -> None:
    path = place(task.terrain.parent / "line.geojson", geometry, **properties)
    with pytest.raises(SimulateError, match=rf"line\.geojson, feature 1.*{culprit}"):
        simulate(replace(task, **{option: path}), console=QUIET)  # type: ignore[arg-type]


def test_levels_are_not_compared_with_heights_above_nobody_knows_what(task: Task) -> None:
    with rasterio.open(task.terrain, "r+") as file:
        file.update_tags(VERTICAL_DATUM="")
    levee = place(task.terrain.parent / "levee.geojson", line((300, 60010), (300, 59390)), crest_m=105.0)
    with pytest.raises(SimulateError, match=r"ground\.tif does not say what its heights are above.* --datum"):
        simulate(replace(task, levees=levee), console=QUIET)
    assert simulate(replace(task, levees=levee, datum="T.P.", hours=0.01), console=QUIET)["datum"] == "T.P."
