"""What a computed flood must have come to, counted from the fields that the dashboard serves, by plain code.

Nothing here uses the program's tiles, grids or sums: it is the second witness of volume and area.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from ops.check import Finding
from ops.flood_case import FloodCase

UNKNOWN: Final = 65535
#: depth from which ground counts as flooded [cm]
WET_CM: Final = 5

Codes = NDArray[np.uint16]


def whole_field(grid: Mapping[str, Any], read_tile: Callable[[int, int], bytes | None]) -> Codes:
    """Put a field (rows, columns) together from its tiles; `read_tile(row, column)` None = dry."""
    size, rows, columns = (int(grid[name]) for name in ("tile", "rows", "columns"))
    down, across = math.ceil(rows / size), math.ceil(columns / size)
    field = np.zeros((down * size, across * size), np.uint16)
    for row in range(down):
        for column in range(across):
            data = read_tile(row, column)
            if data is not None:
                square = np.frombuffer(zlib.decompress(data), "<u2").reshape(size, size)
                field[row * size : (row + 1) * size, column * size : (column + 1) * size] = square
    return field[:rows, :columns]


def cell_m2(grid: Mapping[str, Any]) -> float:
    """Return the area on the ground of a cell in the middle of a grid [m²], on the ellipsoid."""
    x = grid["west"] + grid["cell_x"] * grid["columns"] / 2
    y = grid["north"] - grid["cell_y"] * grid["rows"] / 2
    to_degrees = Transformer.from_crs(3857, 4326, always_xy=True)
    right, below = x + grid["cell_x"], y - grid["cell_y"]
    lon, lat = to_degrees.transform([x, right, right, x], [y, y, below, below])
    area, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    return abs(float(area))


def check_state(run: Mapping[str, Any]) -> Finding:
    """Compare how the run ended with what a run must."""
    wrong = [] if run["state"] == "done" else [f"the run is {run['state']}: {run['fault']}"]
    frames = run["frames_s"].get("median", [])
    until_s = run["hours"] * 3600
    expected = [*range(0, int(until_s), run["frame_s"]), int(until_s)]
    if frames != expected:
        wrong.append(
            f"{len(frames)} frames up to {frames[-1:]} s instead of {len(expected)} up to {until_s} s"
        )
    return Finding("the run was computed to its end", f"{len(frames)} frames, {run['hours']:g} h", wrong)


def check_volume(case: FloodCase, run: Mapping[str, Any], last: Codes) -> Finding:
    """Compare the volume that is told, and the one counted from the last depths, with the case."""
    told = run["summary"].get("median", {})
    known = last[last != UNKNOWN].astype(np.float64)
    counted = float(known.sum()) / 100 * cell_m2(run["grid"])
    volumes = {
        "brought": told.get("brought_m3", 0.0), "stored": told.get("stored_m3", 0.0),
        "counted from the map": counted,
    }  # fmt: skip
    wrong = [
        f"{name}: {volume:,.0f} m³, not {case.volume_m3:,.0f} m³ ± {case.volume_tolerance:.1%}"
        for name, volume in volumes.items()
        if abs(volume / case.volume_m3 - 1) > case.volume_tolerance
    ]
    shown = ", ".join(f"{name} {volume:,.0f} m³" for name, volume in volumes.items())
    return Finding("all the water is there", shown, wrong)


def check_area(case: FloodCase, run: Mapping[str, Any], last: Codes) -> Finding:
    """Compare the flooded area that is told, and the one counted from the map, with the case."""
    counted = float(((last != UNKNOWN) & (last >= WET_CM)).sum()) * cell_m2(run["grid"]) / 1e6
    areas = {"told": run["summary"].get("median", {}).get("area_km2", 0.0), "counted from the map": counted}
    wrong = [
        f"{name}: {area:.2f} km², not {case.area_km2:.1f} km² ± {case.area_tolerance:.0%}"
        for name, area in areas.items()
        if abs(area / case.area_km2 - 1) > case.area_tolerance
    ]
    return Finding(
        "about the right area is flooded", ", ".join(f"{n} {a:.2f} km²" for n, a in areas.items()), wrong
    )


def check_unknown(ground: NDArray[np.floating[Any]], fields: Mapping[str, Codes]) -> Finding:
    """Compare where each field is unknown with where the terrain is: never dry, and nowhere else."""
    unknown = np.isnan(ground)
    wrong = []
    for name, field in fields.items():
        if field.shape != ground.shape:
            wrong.append(f"{name} is {field.shape}, the terrain {ground.shape}")
        elif ((field == UNKNOWN) != unknown).any():
            wrong.append(f"{name}: {int(((field == UNKNOWN) != unknown).sum())} cells differ")
    return Finding(
        "unknown ground is unknown", f"{int(unknown.sum()):,} cells in {len(fields)} fields", wrong
    )


def check_order(depths: Iterable[Codes], peak: Codes, arrival: Codes) -> Finding:
    """See that no depth passes the peak (by more than its rounding), and that what got wet has an arrival."""
    wrong, frames = [], 0
    for frames, depth in enumerate(depths, 1):
        above = (depth != UNKNOWN) & (depth.astype(int) > peak.astype(int))
        if above.any():
            wrong.append(f"frame {frames}: {int(above.sum())} cells are deeper than the peak")
    # the peak is rounded: 4.6 cm are shown as 5
    late = (peak != UNKNOWN) & (peak > WET_CM) & (arrival >= UNKNOWN - 1)
    if late.any():
        wrong.append(f"{int(late.sum())} cells got wet and have no arrival")
    return Finding("peak and arrival fit the frames", f"{frames} frames", wrong)


def check_people(rows: Iterable[Mapping[str, str]], run: Mapping[str, Any], peak: Codes) -> Finding:
    """Compare the people that are told to stand in water with those of the file whose cell got wet.

    `rows` have lon, lat [degrees] and persons; the peak is rounded, so one per cent may differ.
    """
    grid = run["grid"]
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    wet = 0.0
    for row in rows:
        x, y = to_mercator.transform(float(row["lon"]), float(row["lat"]))
        column = math.floor((x - grid["west"]) / grid["cell_x"])
        line = math.floor((grid["north"] - y) / grid["cell_y"])
        if 0 <= line < peak.shape[0] and 0 <= column < peak.shape[1]:
            code = int(peak[line, column])
            wet += float(row["persons"]) if WET_CM <= code < UNKNOWN else 0.0
    told = run["summary"].get("median", {}).get("people")
    wrong = []
    if told is None:
        wrong.append("no people are told, although the scenario has some")
    elif abs(told - wet) > max(5.0, wet / 100):
        wrong.append(f"{told} people are told, {wet:.0f} of the file stand in wet cells")
    return Finding("people in the water", f"told {told}, from the file {wet:.0f}", wrong)
