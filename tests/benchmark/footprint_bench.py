"""Footprints per second on hilly terrain, all at once, against one ray after the other in Python.

The naive version marches each ray in steps of half a cell and stops at the first ground it meets, for as many
rays as the walk has azimuths, twice: one for the near and one for the far edge. It finds no hidden ground.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from typing import Any

import numpy as np
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from geo.terrain import Raster
from sensors.footprint.footprint import View, angles_of_view, footprints
from sensors.footprint.frustum import FAN, axes
from sensors.footprint.ground import Ground
from sensors.footprint.limits import footprint_limits

#: Japanese plane rectangular zone IV; 24 x 24 km in cells of 10 m, hills of 300 m
ZONE, HALF_M, CELL_M = 6672, 12_000.0, 10.0
MANY, FEW = 600, 6


def hills() -> Ground:
    """Return hills as they stand behind the rivers of Tokushima, with a plain between."""
    cells = int(2 * HALF_M / CELL_M)
    at = -HALF_M + CELL_M * (np.arange(cells) + 0.5)
    x, y = np.meshgrid(at, -at)
    rough = np.random.default_rng(1).normal(size=x.shape)
    heights = (
        np.maximum(0, 150 * np.sin(x / 900) * np.cos(y / 1300) + 60 * np.sin(x / 310 + y / 270)) + 0.3 * rough
    )
    transform = Affine(CELL_M, 0, 90_000 - HALF_M, 0, -CELL_M, 110_000 + HALF_M)
    return Ground.of(Raster(heights, transform, CRS.from_epsg(ZONE), CELL_M, CELL_M, "T.P.", 0.0))


def views(count: int) -> list[View]:
    """Return cameras of helicopters and drones, from steep to flat, some with sky in the picture."""
    chance = np.random.default_rng(2)
    turn = Transformer.from_crs(ZONE, 4326, always_xy=True)
    found = []
    for _ in range(count):
        lon, lat = turn.transform(90_000 + chance.uniform(-5000, 5000), 110_000 + chance.uniform(-5000, 5000))
        found.append(
            View(
                lon=lon,
                lat=lat,
                height_m=float(chance.uniform(300, 800)),
                yaw_deg=float(chance.uniform(0, 360)),
                pitch_deg=float(chance.uniform(-90, -5)),
                hfov_deg=float(chance.choice([20.0, 45.0, 70.0])),
                image_width=1920,
                image_height=1080,
            )
        )
    return found


def one_by_one(view: View, ground: Ground, range_m: float) -> list[tuple[float, float] | None]:
    """Return where the rays of one picture's edges meet the ground, each marched in Python."""
    frames = ground.frames(np.array([view.lon]), np.array([view.lat]), range_m)
    angles = angles_of_view(view)
    assert angles is not None
    assert view.height_m is not None
    forward, right, down = axes(*(np.array([angle or 0.0]) for angle in (view.yaw_deg, view.pitch_deg, 0.0)))[
        0
    ]
    wide, tall = (math.tan(math.radians(angle) / 2) for angle in angles)
    met: list[tuple[float, float] | None] = []
    rays = FAN + 4
    for side in (-1.0, 1.0):
        for number in range(rays):
            ray = forward + right * wide * (2 * number / (rays - 1) - 1) + down * tall * side
            met.append(_march(ray / np.hypot(ray[0], ray[1]), view.height_m, frames, ground, range_m))
    return met


def _march(
    ray: Any, height_m: float, frames: Any, ground: Ground, range_m: float
) -> tuple[float, float] | None:
    """March a ray whose level part is one metre long; None = it meets nothing within the range."""
    (east_c, east_r), (north_c, north_r) = frames.per_m[0]
    column0, row0 = float(frames.column[0]), float(frames.row[0])
    east, north, up = (float(part) for part in ray)
    distance = 0.0
    while distance < range_m:
        column = column0 + distance * (east * east_c + north * north_c)
        row = row0 + distance * (east * east_r + north * north_r)
        left, top = int(column), int(row)
        if not (0 <= left < ground.heights.shape[1] - 1 and 0 <= top < ground.heights.shape[0] - 1):
            return None
        across, along = column - left, row - top
        square = ground.heights[top : top + 2, left : left + 2]
        level = (square[0, 0] * (1 - across) + square[0, 1] * across) * (1 - along)
        level += (square[1, 0] * (1 - across) + square[1, 1] * across) * along
        if height_m + up * distance <= level:
            return east * distance, north * distance
        distance += CELL_M / 2
    return None


def section() -> dict[str, Any]:
    """Return what is measured, for the benchmark of tracks."""
    limits, ground, cameras = footprint_limits(), hills(), views(MANY)
    footprints(cameras[:20], ground, limits)
    began = time.perf_counter()
    found = footprints(cameras, ground, limits)
    together_s = time.perf_counter() - began
    began = time.perf_counter()
    for view in cameras[:FEW]:
        one_by_one(view, ground, limits.sight.range_m)
    single_s = time.perf_counter() - began
    return {
        "footprints": sum(one.geometry is not None for one in found),
        "open": sum(one.open for one in found),
        "per_s": round(MANY / together_s, 1),
        "naive_per_s": round(FEW / single_s, 2),
        "times": round(MANY / together_s / (FEW / single_s), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    measured = section()
    print(
        json.dumps(measured) if as_json else "\n".join(f"{name}: {value}" for name, value in measured.items())
    )


if __name__ == "__main__":
    main()
