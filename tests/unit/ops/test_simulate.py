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
from ops.simulate import SimulateError, Task, read_hydrograph, show_summary, simulate

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
    line = {"type": "LineString", "coordinates": [[105, 59715], [105, 59675]]}
    place(tmp_path / "in.geojson", line)
    return Task(
        terrain=tmp_path / "ground.tif", inflow=tmp_path / "in.geojson", discharge="20", manning="0.035",
        hours=0.5, out=tmp_path / "out",
    )  # fmt: skip


def place(path: Path, geometry: dict[str, object]) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:6676"}}
    features = [{"type": "Feature", "properties": {}, "geometry": geometry}]
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))


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


def test_a_hydrograph_comes_from_a_file(task: Task) -> None:
    path = task.terrain.parent / "q.csv"
    path.write_text("time_s,discharge_m3_s\n0,0\n1800,20\n")
    assert simulate(replace(task, discharge=str(path)), console=QUIET)["volume"][
        "brought_m3"
    ] == pytest.approx(18_000)
    assert read_hydrograph("3.5").at(9.0) == 3.5
    path.write_text("time,q\n0,0\n")
    with pytest.raises(SimulateError, match=r"q\.csv needs numbers"):
        read_hydrograph(str(path))


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"discharge": "-5"}, "negative"),
        ({"discharge": "nan"}, "not a finite number"),
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
