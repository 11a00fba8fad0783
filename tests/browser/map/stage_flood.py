"""A simulated flood for the stage: the real solver on the ground of Hoyasu, told as the server tells it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from pyproj import Transformer
from rasterio.transform import Affine  # type: ignore[import-untyped]
from shapely.geometry import LineString

from geo.depth_rules import depth_rules
from geo.flood.exposure import Exposure, Places, reached
from geo.forecast.exposure import footing_of, people_on
from geo.forecast.simulation_lines import flood_lines
from geo.forecast.simulation_member import MemberFlood, MemberTask, ShownField, flood_member
from geo.forecast.simulation_note import note
from geo.forecast.simulation_place import breach_cells
from geo.forecast.simulation_screen import TILE, screen_grid
from geo.live_value import inundation_value
from geo.terrain import Raster, read_raster
from ops.scenario import FOLDER
from tests.browser.map.conftest import filled
from tests.browser.map.stage import Stage, utc

HOYASU: Final = FOLDER / "chikuma-2019"
BREACH: Final = ((138.2755622, 36.6862768), (138.2758051, 36.6865796))
HOURS: Final = 4
FRAME_S: Final = 1200
#: t = 0; the incident's clock stands 80 minutes later
STARTS_AT: Final = datetime(2019, 10, 12, 19, tzinfo=UTC)
RUN: Final = "3"
_COARSER: Final = 2
#: what the people of the scenario have in common
_MADE_UP: Final = {
    **dict.fromkeys(("ages", "district", "as_of")),
    "synthetic": True,
    "coarse": False,
    "source": "合成人口",
}


@cache
def ground() -> Raster:
    """Return the ground of Hoyasu on cells twice as large, unknown where any part of a cell is."""
    fine = read_raster(HOYASU / "terrain.tif")
    rows, columns = (side // _COARSER for side in fine.shape)
    parts = fine.values[: rows * _COARSER, : columns * _COARSER]
    values = parts.reshape(rows, _COARSER, columns, _COARSER).mean(axis=(1, 3))
    return Raster(
        values,
        fine.transform @ Affine.scale(_COARSER),
        fine.crs,
        fine.dx_m * _COARSER,
        fine.dy_m * _COARSER,
        fine.datum,
        fine.scale_spread,
    )


def _packed(name: str) -> bytes:
    return gzip.decompress((HOYASU / name).read_bytes())


def _exposure(raster: Raster) -> Exposure:
    """Return the scenario's people, shelters and sites on the ground."""
    rows: list[dict[str, Any]] = []
    for person in csv.DictReader(io.StringIO(_packed("people.csv.gz").decode())):
        numbers = {name: float(person[name]) for name in ("lon", "lat", "persons", "households")}
        rows.append(numbers | {"area_code": person["area_code"][:5]} | _MADE_UP)
    found = [
        (kind, feature["properties"], feature["geometry"]["coordinates"])
        for kind in ("shelter", "site")
        for feature in json.loads(_packed(f"{kind}s.geojson.gz"))["features"]
    ]
    lon, lat = (np.array([place[2][at] for place in found]) for at in (0, 1))
    x, y = Transformer.from_crs(4326, raster.crs, always_xy=True).transform(lon, lat)
    footing = footing_of(raster)
    cells = reached(footing, np.asarray(x), np.asarray(y), (raster.dx_m, raster.dy_m))
    inside = cells[:, 0] >= 0
    there = [place for place, known in zip(found, inside, strict=True) if known]
    places = Places(
        cells=cells[inside],
        kinds=[kind for kind, _, _ in there],
        ids=[str(told["共通ID"]) for _, told, _ in there],
        names=[str(told["施設・場所名"]) for _, told, _ in there],
        areas=["20201" for _ in there],
        lon=lon[inside],
        lat=lat[inside],
    )
    people = people_on(rows, {"20201": "長野県長野市"}, raster)
    return Exposure(shape=raster.shape, cell_m2=footing.cell_m2, people=people, places=places)


@cache
def computed() -> tuple[MemberFlood, dict[tuple[str, int], ShownField]]:
    """Return the flood that 250 m³/s make in four hours, and its fields by quantity and time."""
    raster = ground()
    rows, columns = breach_cells(raster, LineString(BREACH))
    fields: dict[tuple[str, int], ShownField] = {}
    task = MemberTask(
        name="median",
        ground_m=raster.values,
        dx_m=raster.dx_m,
        dy_m=raster.dy_m,
        manning=0.04,
        rows=rows,
        columns=columns,
        time_s=[0.0],
        m3_s=[250.0],
        until_s=HOURS * 3600.0,
        frame_s=FRAME_S,
        screen=screen_grid(raster),
        exposure=_exposure(raster),
    )
    made = flood_member(
        task,
        show=lambda field: fields.__setitem__((field.quantity, field.t_s), field),
        tell=lambda _: None,
        cancel=lambda: False,
    )
    return made, fields


def row(state: str = "done", *, until_s: int = HOURS * 3600, **changed: Any) -> dict[str, Any]:
    """Return a run as its row in the database, computed up to `until_s`."""
    made, _ = computed()
    done = state == "done"
    screen = screen_grid(ground())
    return {
        "id": RUN,
        "title": "破堤想定 長野県長野市",
        "title_en": "What if the levee goes: 長野県長野市",
        "cause": "drawn",
        "state": state,
        "progress": until_s / (HOURS * 3600),
        "member": None if done else "median",
        "fault": None,
        "requested_by": "当直 一郎",
        "requested_at": STARTS_AT,
        "started_at": STARTS_AT,
        "finished_at": STARTS_AT + timedelta(minutes=5) if done else None,
        "stop_asked": False,
        "starts_at": STARTS_AT,
        "hours": HOURS,
        "frame_s": FRAME_S,
        "manning": 0.04,
        "gauge_id": None,
        "site_id": None,
        "breach": {"type": "LineString", "coordinates": [list(point) for point in BREACH]},
        "bounds": screen.bounds(),
        "terrain_id": 1,
        "terrain_name": "千曲川 穂保周辺 20 m",
        "terrain_datum": "T.P.",
        "terrain_credit": "国土地理院 DEM5A を加工",
        "discharge": {
            "source": "constant",
            "words": "一定 250 m³/s",
            "words_en": "250 m³/s throughout",
            "peak_m3_s": {"median": 250.0},
        },
        "notes": [note("not-observed"), note("limits")],
        "frames": {"median": list(range(0, until_s + 1, FRAME_S))},
        "summary": {"median": made.summary} if done else {},
        **changed,
    }


def value(state: str = "done", **changed: Any) -> dict[str, Any]:
    """Return a run as the picture holds it."""
    return inundation_value(row(state, **changed))


def put(stage: Stage, state: str = "done", **changed: Any) -> None:
    """Show a run on the stage, with everything that is there of it."""
    found = row(state, **changed)
    told = inundation_value(found)
    base = f"/api/inundations/{told['id']}"
    grid = screen_grid(ground()).document()
    unknown = bool(np.isnan(ground().values).any())
    more = {"grid": grid, "frames_s": found["frames"], "terrain_unknown": unknown, "request": {}}
    stage.answers[base] = told | more
    made, fields = computed()
    for (quantity, t_s), field in fields.items():
        there = t_s in found["frames"].get("median", ()) if quantity == "depth" else state == "done"
        if there:
            _tiles(stage, f"{base}/median/{quantity}/{t_s}", field)
    if state == "done":
        limits = depth_rules().class_limits_m
        stage.answers[f"{base}/median/lines"] = flood_lines(made.peak_m, made.arrival_s, ground(), limits)
        stage.answers[f"{base}/median/impact"] = made.impact
    stage.put("inundation", str(told["id"]), told)


def _tiles(stage: Stage, base: str, field: ShownField) -> None:
    rows, columns = ground().shape
    for row_ in range(-(-rows // TILE)):
        for column in range(-(-columns // TILE)):
            stage.tiles[f"{base}/{row_}/{column}"] = None
    for tile in field.tiles:
        stage.tiles[f"{base}/{tile.row}/{tile.column}"] = tile.data


def flooded(state: str = "done", *, gauges: bool = False, after: timedelta = timedelta(minutes=80)) -> Stage:
    """Return a stage with the run on it, the incident's clock `after` the breach."""
    stage = filled()
    if not gauges:
        stage.objects["gauge"] = {}
    clock = {"base": utc(STARTS_AT + after), "wall": utc(datetime.now(UTC)), "speed": 0.001}
    incident = {**stage.objects["incident"]["1"][1], "kind": "drill", "name": "千曲川 穂保（計算）"}
    incident["clock"] = {**clock, "end": utc(STARTS_AT + timedelta(days=1))}
    stage.objects["incident"] = {"1": (1, incident)}
    put(stage, state)
    return stage


def depth_at(lon: float, lat: float, t_s: int) -> int:
    """Return the code of the depth [cm] at a place, from the tiles that the stage serves."""
    _, fields = computed()
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    grid = screen_grid(ground())
    at_row, at_column = int((grid.north - y) // grid.cell_y), int((x - grid.west) // grid.cell_x)
    for tile in fields["depth", t_s].tiles:
        if (tile.row, tile.column) == (at_row // TILE, at_column // TILE):
            codes = np.frombuffer(zlib.decompress(tile.data), "<u2").reshape(TILE, TILE)
            return int(codes[at_row % TILE, at_column % TILE])
    return 0
