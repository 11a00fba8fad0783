"""Make up the people of the scenario `chikuma-2019`: nobody counted them, and every row says so.

    python -m ops.scenarios.synthetic_people [--seed NUMBER] [--out FOLDER]

There is no statistic of people in the scenario's public data. So that its flood has somebody to count, people
are drawn by chance over the known ground of its terrain that is flatter than a slope limit, with one density
for all of it; some blocks are full and many empty, as a flood plain of orchards and hamlets is. The figures
below are assumptions, not measurements. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import shape

from geo.municipality import six_digits
from geo.terrain import Raster, read_raster

SLUG: Final = "chikuma-2019"
SEED: Final = 2019
#: people per km² of flat ground, a round number between an orchard village and a small town
DENSITY_KM2: Final = 1000.0
#: ground steeper than this is taken as not lived on
SLOPE: Final = 0.02
#: people are drawn for blocks of so many cells each way (about 50 m)
BLOCK: Final = 5
#: shape of the gamma distribution that makes blocks unequal; 1 would be an exponential
SHAPE: Final = 0.3
PERSONS_PER_HOUSEHOLD: Final = 2.5
#: shares of the age bands, rounded from what is usual in rural Japan
AGES: Final = {"age_0_14": 0.12, "age_15_64": 0.56, "age_65_74": 0.15, "age_75_over": 0.17}
COLUMNS: Final = (
    *("id", "lon", "lat", "persons", "households", *AGES),
    *("area_code", "synthetic", "note"),
)


def synthetic_people(
    terrain: Raster, areas: dict[str, Any], *, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return the rows of `people.csv`; `areas` are municipalities with `code` as GeoJSON."""
    rows, columns, cells = _blocks(_flat(terrain))
    area_km2 = cells * terrain.dx_m * terrain.dy_m / 1e6
    crowding = rng.gamma(SHAPE, 1 / SHAPE, len(cells))
    persons = rng.poisson(DENSITY_KM2 * area_km2 * crowding)
    lived = persons > 0
    lon, lat = _degrees(terrain, rows[lived], columns[lived])
    codes = _codes(areas, lon, lat)
    ages = rng.multinomial(persons[lived], list(AGES.values()))
    households = np.maximum(1, np.rint(persons[lived] / PERSONS_PER_HOUSEHOLD)).astype(int)
    return [
        {
            "id": f"合成-{number + 1:05d}",
            "lon": round(float(lon[number]), 6),
            "lat": round(float(lat[number]), 6),
            "persons": int(people),
            "households": int(households[number]),
            **dict(zip(AGES, (int(value) for value in ages[number]), strict=True)),
            "area_code": codes[number] and six_digits(codes[number]),
            "synthetic": 1,
            "note": "合成 synthetic",
        }
        for number, people in enumerate(persons[lived])
    ]


def _flat(terrain: Raster) -> NDArray[np.bool_]:
    """Return the known cells (ny, nx) whose slope to their neighbours is known and small."""
    along, across = np.gradient(terrain.values, terrain.dy_m, terrain.dx_m)
    with np.errstate(invalid="ignore"):
        flat: NDArray[np.bool_] = np.hypot(along, across) <= SLOPE
    # a cell's own height is not in the difference of its neighbours
    return flat & np.isfinite(terrain.values)


def _blocks(flat: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of a flat cell near the middle of each block, and how many flat cells it has."""
    rows, columns = np.nonzero(flat)
    width = -(-flat.shape[1] // BLOCK)
    block = rows // BLOCK * width + columns // BLOCK
    middle = np.hypot(rows % BLOCK - BLOCK // 2, columns % BLOCK - BLOCK // 2)
    order = np.lexsort((middle, block))
    names, first, cells = np.unique(block[order], return_index=True, return_counts=True)
    del names
    return rows[order][first], columns[order][first], cells


def _degrees(
    terrain: Raster, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    west, _south, _east, north = terrain.bounds
    x = west + (columns + 0.5) * terrain.transform.a
    y = north + (rows + 0.5) * terrain.transform.e
    lon, lat = Transformer.from_crs(terrain.crs, 4326, always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


def _codes(areas: dict[str, Any], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[str]:
    codes = np.full(len(lon), "", object)
    for feature in areas["features"]:
        ground = shape(feature["geometry"])
        shapely.prepare(ground)
        codes[shapely.contains_xy(ground, lon, lat)] = feature["properties"]["code"]
    return [str(code) for code in codes]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write `people.csv.gz` into the scenario's folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / SLUG)
    options = parser.parse_args(arguments)
    home = Path(__file__).parent / SLUG
    areas = json.loads(gzip.decompress((home / "municipalities.geojson.gz").read_bytes()))
    rng = np.random.default_rng(options.seed)
    rows = synthetic_people(read_raster(home / "terrain.tif"), areas, rng=rng)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)
    (options.out / "people.csv.gz").write_bytes(data)
    persons = sum(row["persons"] for row in rows)
    print(f"people.csv.gz: {len(rows)} rows, {persons:,} made-up people, {len(data):,} bytes")


if __name__ == "__main__":
    main()
