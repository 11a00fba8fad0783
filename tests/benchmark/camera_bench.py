"""River cameras: the 24 pictures as they are and spoiled, and frames per second against the naive reading.

The naive reading takes the strongest edge of each picture alone. Truth for spoiled pictures is what the
unspoiled ones say; for those, three readings by people.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from importlib import resources

import numpy as np

from sensors.camera.edges import candidates
from sensors.camera.limits import camera_limits
from sensors.camera.picture import decode_grey
from sensors.camera.reading import CameraReading, CameraState, Reader
from sensors.camera.registration import IDENTITY
from sensors.camera.strip import cut_strip, strip_grid
from sensors.simulate.camera import sample_calibration, sample_frames
from tests.unit.sensors.camera.distortion import DISTORTIONS, Distortion

GROSS_M = 0.03


def read_all(reader: Reader, distortion: Distortion | None) -> list[CameraReading]:
    state, readings = CameraState(), []
    for number, frame in enumerate(sample_frames()):
        data = distortion(frame.data, number) if distortion else frame.data
        reading, state = reader.read(data, frame.taken_at, state)
        readings.append(reading)
    return readings


def strongest_edges(reader: Reader) -> list[float]:
    grid = strip_grid(reader.calibration, reader.geometry)
    strips = (cut_strip(decode_grey(frame.data), grid, IDENTITY) for frame in sample_frames())
    return [max(candidates(strip, "mean"), key=lambda edge: edge.score).level_m for strip in strips]


def outcome(true: list[CameraReading], read: list[CameraReading]) -> dict[str, object]:
    pairs = [(a.level_m, b) for a, b in zip(true, read, strict=True) if a.level_m is not None]
    error_m = [b.level_m - level for level, b in pairs if b.flag == 1 and b.level_m is not None]
    reasons = [reading.reason for reading in read if reading.flag != 1]
    return {
        "accepted": len(error_m),
        "suspect": sum(reading.flag == 3 for reading in read),
        "none": sum(reading.flag == 9 for reading in read),
        "gross": sum(abs(error) > GROSS_M for error in error_m),
        "rmse_cm": round(float(np.sqrt(np.mean(np.square(error_m)))) * 100, 2) if error_m else None,
        "reasons": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
    }


def human_rmse_cm(read: list[CameraReading]) -> float:
    table = resources.files("sensors").joinpath("simulate", "river_camera", "levels.csv").read_text()
    rows = csv.DictReader(table.splitlines())
    error = [
        (reading.level_m or np.nan) * 100 - float(row["human_cm"])
        for reading, row in zip(read, rows, strict=True)
        if row["human_cm"]
    ]
    return round(float(np.sqrt(np.mean(np.square(error)))), 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    reader = Reader(sample_calibration(), camera_limits())
    began = time.perf_counter()
    true = read_all(reader, None)
    took_s = (time.perf_counter() - began) / len(true)
    began = time.perf_counter()
    naive = strongest_edges(reader)
    naive_s = (time.perf_counter() - began) / len(naive)
    far = [abs(a - b.level_m) > GROSS_M for a, b in zip(naive, true, strict=True) if b.level_m is not None]
    measured = {
        "frames_per_s": round(1 / took_s, 1),
        "naive_frames_per_s": round(1 / naive_s, 1),
        "naive_gross": sum(far),
        "human_rmse_cm": human_rmse_cm(true),
        "as is": outcome(true, true),
        **{name: outcome(true, read_all(reader, spoil)) for name, spoil in DISTORTIONS.items()},
    }
    if as_json:
        print(json.dumps(measured))
        return
    for name, value in measured.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
