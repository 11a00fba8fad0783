"""How long quality control and our own codec take: run it as a script.

python tests/benchmark/quality_speed.py [--json]
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensors.codecs.table import CodecTable
from sensors.quality import QualityControl
from sensors.quality_limits import gauge_bounds, quality_limits

START_S = 1_780_412_400.0
TOPIC = "sonae/v1/36205/gauge/3600000017/level"
PAYLOAD = (
    b'{"id": "3600000017-1780499040", "time": "2026-06-03T00:04:00+09:00", "level_m": 6.79, "datum": "T.P."}'
)

#: gauges, rows in a batch, share of rows that are spikes
CASES = ((100, 1000, 0.0), (100, 1000, 0.01), (3000, 3000, 0.01), (5000, 1, 0.0), (5000, 10, 0.01))


def batches(
    gauges: int, rows: int, spikes: float, count: int
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]]:
    """Yield `count` batches of ten-minute levels, the gauges in turn."""
    rng = np.random.default_rng(0)
    level_m = rng.uniform(1, 3, gauges)
    seen = np.zeros(gauges)
    for step in range(count):
        gauge = ((np.arange(rows) + step * rows) % gauges).astype(np.int32)
        turn = np.arange(rows) // gauges
        observed_s = START_S + 600.0 * (seen[gauge] + turn)
        np.add.at(seen, gauge, 1)
        noise_m = rng.normal(0, 0.01, rows) + 2.0 * (rng.random(rows) < spikes)
        yield gauge, observed_s, level_m[gauge] + noise_m


def quality_us(gauges: int, rows: int, spikes: float) -> float:
    """Return the median time of a batch [µs]."""
    limits = quality_limits()
    thresholds = np.tile([0.5, 1.0, 2.0, 3.0, 4.0, 6.0], (gauges, 1))
    bounds = gauge_bounds(thresholds, limits, danger_is_crest=np.zeros(gauges, np.bool_))
    control = QualityControl(limits, bounds)
    took = []
    for gauge, observed_s, level_m in batches(gauges, rows, spikes, 60):
        begin = time.perf_counter()
        control.check(gauge, observed_s, observed_s + 2.0, level_m)
        took.append(time.perf_counter() - begin)
    return statistics.median(took[10:]) * 1e6


def codec_us() -> float:
    """Return the best mean time of reading one message of our own topic [µs]."""
    table = CodecTable.from_files([])
    took = []
    for _ in range(5):
        begin = time.perf_counter()
        for _ in range(20_000):
            table.decode(TOPIC, PAYLOAD)
        took.append((time.perf_counter() - begin) / 20_000)
    return min(took) * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    result: dict[str, float] = {"own_codec_us_per_message": round(codec_us(), 2)}
    for gauges, rows, spikes in CASES:
        batch_us = quality_us(gauges, rows, spikes)
        name = f"quality_{gauges}_gauges_{rows}_rows_{spikes:.0%}_spikes"
        result[f"{name}_us_per_batch"] = round(batch_us, 1)
        result[f"{name}_us_per_row"] = round(batch_us / rows, 2)
    lines = [json.dumps(result)] if as_json else [f"{key:58} {value:10.2f}" for key, value in result.items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
