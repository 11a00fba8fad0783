"""How fast the impact of a flood is assessed, beside a plain sampling loop in the same run.

Task: 100,000 people-points in 10 municipalities and 200 districts, 500 places and 20,000 samples of 200
roads on 1000 × 1000 cells, 37 frames (6 h, every 10 minutes). Two baselines are what one writes first: every
frame a rasterio dataset in memory whose `sample()` is asked for each point, or the frame read as an array and
a loop over the points; then pandas' `cut` and `groupby` for the sums by class and municipality. They do less
(no districts, places, roads, arrival, limits) and are run on a few frames only; their time is given per frame
and for all. All must count the same people.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from rasterio.io import MemoryFile

from geo.depth_rules import depth_rules
from geo.flood.exposure import AGE_GROUPS, AreaMap, AreaName, Exposure, Footing, People, Places, Roads
from geo.flood.impact import Impact, assess

sys.path.insert(0, str(Path(__file__).parent))
from floodplain import DX_M, SIZE, floodplain

POINTS, PLACES, ROADS, SAMPLES, FRAMES = 100_000, 500, 200, 100, 37
#: frames that the baseline is run on
BASELINE_FRAMES = 2
TARGET_S = 1.0


def task(seed: int = 2026) -> tuple[Exposure, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return exposure, coordinates of the people (n, 2), frames (t, ny, nx), arrival and peak."""
    rng = np.random.default_rng(seed)
    footing = Footing(0.0, SIZE * DX_M, DX_M, DX_M, SIZE, SIZE, DX_M**2)
    at = rng.uniform(0, SIZE * DX_M, (POINTS, 2))
    names = [AreaName(f"{37200 + number}", f"市{number}") for number in range(10)]
    people = People(
        cells=footing.cells(at[:, 0], at[:, 1]),
        persons=rng.integers(0, 9, POINTS).astype(float),
        households=rng.integers(0, 4, POINTS).astype(float),
        groups={name: rng.integers(0, 3, POINTS).astype(float) for name in AGE_GROUPS},
        municipality=rng.integers(0, 10, POINTS),
        district=rng.integers(0, 200, POINTS),
        municipalities=names,
        districts=[AreaName(None, f"町{number}") for number in range(200)],
        source="made up for the benchmark",
        as_of=None,
        synthetic=True,
    )
    words = [str(number) for number in range(PLACES)]
    places = Places(
        cells=rng.integers(0, SIZE * SIZE, PLACES), kinds=["shelter"] * PLACES, ids=words, names=words,
        areas=[None] * PLACES, lon=np.zeros(PLACES), lat=np.zeros(PLACES),
    )  # fmt: skip
    roads = Roads(
        cells=rng.integers(0, SIZE * SIZE, ROADS * SAMPLES), road=np.repeat(np.arange(ROADS), SAMPLES),
        length_m=np.full(ROADS * SAMPLES, DX_M), ids=words[:ROADS], names=words[:ROADS],
        classes=[None] * ROADS,
    )  # fmt: skip
    labels = (np.arange(SIZE * SIZE).reshape(SIZE, SIZE) % 10).astype(np.int16)
    exposure = Exposure(
        shape=(SIZE, SIZE), cell_m2=DX_M**2, people=people, places=places, roads=roads,
        areas=AreaMap(labels=labels, names=names),
    )  # fmt: skip
    ground = floodplain()
    surface = np.linspace(ground.min(), np.quantile(ground, 0.6), FRAMES)
    frames = np.maximum(surface[:, np.newaxis, np.newaxis] - ground, 0).astype(np.float32)
    wet = frames >= 0.05
    arrival = np.where(wet.any(axis=0), wet.argmax(axis=0) * 600.0, np.nan).astype(np.float32)
    return exposure, at, frames, arrival, frames.max(axis=0)


def by_rasterio(at: np.ndarray, frame: np.ndarray) -> list[float]:
    """Return the depth under each point, by rasterio's `sample`."""
    profile = {"driver": "GTiff", "height": SIZE, "width": SIZE, "count": 1, "dtype": "float32"}
    transform = rasterio.Affine(DX_M, 0, 0, 0, -DX_M, SIZE * DX_M)
    with MemoryFile() as memory:
        with memory.open(**profile, transform=transform, crs="EPSG:6676") as file:
            file.write(frame, 1)
        with memory.open() as file:
            return [float(value[0]) for value in file.sample(at)]


def by_loop(at: np.ndarray, frame: np.ndarray) -> list[float]:
    """Return the depth under each point, by a loop over the points."""
    depth = []
    for x, y in at:
        depth.append(float(frame[int(SIZE - y / DX_M), int(x / DX_M)]))
    return depth


def grouped(people: People, depth: list[float]) -> pd.Series:
    """Return people by municipality and class of depth."""
    limits = depth_rules().class_limits_m
    table = pd.DataFrame({"depth": depth, "persons": people.persons, "area": people.municipality})
    table["class"] = pd.cut(table["depth"].astype("float32"), [*np.float32(limits), np.inf], right=False)
    return table.groupby(["area", "class"], observed=False)["persons"].sum()


def measure(rounds: int = 5) -> dict[str, Any]:
    """Run both and return the table."""
    exposure, at, frames, arrival, peak = task()
    people = exposure.people
    assert people is not None
    times = np.arange(FRAMES) * 600.0
    walls, document_s = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        impact = assess(frames, times, arrival, peak, exposure)
        walls.append(time.perf_counter() - start)
        impact.document()
        document_s.append(time.perf_counter() - start - walls[-1])
    baselines, same = {}, True
    for name, sample in (("rasterio sample() per point, pandas", by_rasterio), ("loop, pandas", by_loop)):
        naive = []
        for number in np.linspace(1, FRAMES - 1, BASELINE_FRAMES).astype(int):
            start = time.perf_counter()
            told = grouped(people, sample(at, frames[number]))
            naive.append(time.perf_counter() - start)
            same = same and _same(told, impact, number)
        baselines[name] = {
            "frame_s": round(min(naive), 3), "all_frames_s": round(min(naive) * FRAMES, 1),
            "ratio": round(min(naive) * FRAMES / min(walls), 1),
        }  # fmt: skip
    return {
        "machine": {
            "processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
            "load_1_min": round(os.getloadavg()[0], 2), "numpy": np.__version__,
        },
        "task": {"points": POINTS, "cells": SIZE * SIZE, "frames": FRAMES, "places": PLACES,
                 "road_samples": ROADS * SAMPLES, "people_ever": impact.summary()["people"]},
        "assess_s": round(min(walls), 3),
        "document_s": round(min(document_s), 3),
        "assess_s_all_rounds": [round(wall, 3) for wall in walls],
        "baselines": baselines,
        "same_people": same,
        "target_s": TARGET_S,
        "met": min(walls) <= TARGET_S and same,
    }  # fmt: skip


def _same(told: pd.Series, impact: Impact, number: int) -> bool:
    assert impact.people is not None
    by_class = told.groupby("class", observed=False).sum().to_numpy()
    return bool((by_class == impact.people.by_class[number]).all())


def main(*, as_json: bool = False) -> None:
    """Measure and print."""
    result = measure()
    print(json.dumps(result, indent=None if as_json else 1, ensure_ascii=False))


if __name__ == "__main__":
    main(as_json="--json" in sys.argv)
