"""Before and after: what is called changed where nothing changed, what is missed, and how fast it is.

The naive comparison subtracts the grey of both once they lie on each other, and calls a tile changed from
30 grey levels on.
"""

from __future__ import annotations

import json
import sys
import time

import cv2
import numpy as np

from sensors.photo.difference import Comparison, compare
from sensors.photo.limits import photo_limits
from sensors.photo.picture import Colour
from sensors.photo.registration import laid_on, register
from sensors.simulate.camera import sample_frames
from tests.unit.sensors.photo.scene import SPOILS, changed, seen_from_aside

LIMITS = photo_limits()
NAIVE_GREY = 30.0
PATCH_PX = 110


def frames() -> list[Colour]:
    """Return every fourth picture of the river camera."""
    return [
        np.asarray(cv2.imdecode(np.frombuffer(one.data, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
        for one in sample_frames()[::4]
    ]


def naive(before: Colour, covered: np.ndarray, after: Colour) -> tuple[int, int]:
    """Return how many tiles the naive comparison calls changed, and of how many."""
    apart = np.abs(before.astype(float).mean(2) - after.astype(float).mean(2))
    side = round(max(apart.shape) / LIMITS.change.tiles)
    found = [
        apart[y : y + side, x : x + side].mean() >= NAIVE_GREY
        for y in range(0, apart.shape[0] - side + 1, side)
        for x in range(0, apart.shape[1] - side + 1, side)
        if covered[y : y + side, x : x + side].mean() >= 0.98
    ]
    return int(sum(found)), len(found)


def both(before: Colour, after: Colour) -> tuple[Comparison | None, tuple[int, int]]:
    found = register(before, after, LIMITS.registration)
    if found.matrix is None:
        return None, (0, 0)
    laid, covered = laid_on(before, found.matrix, after)
    return compare(laid, covered, after, LIMITS.change), naive(laid, covered, after)


def main() -> None:
    chance = np.random.default_rng(7)
    pictures = frames()
    table: dict[str, dict[str, object]] = {}
    for name, spoil in SPOILS.items():
        tiles = false = naive_false = pairs = uncomparable = 0
        for picture in pictures:
            result, plain = both(picture, spoil(seen_from_aside(picture, chance), chance))
            pairs += 1
            if result is None:
                uncomparable += 1
                continue
            tiles += result.compared
            false += result.differing
            naive_false += plain[0]
        table[name] = {
            "pairs": pairs,
            "not_comparable": uncomparable,
            "tiles": tiles,
            "false": false,
            "false_naive": naive_false,
        }
    found = missed = refused = 0
    for picture in pictures * 3:
        after, (x, y) = changed(picture, chance, PATCH_PX)
        result, _ = both(seen_from_aside(picture, chance), after)
        height, width = picture.shape[:2]
        if result is None:
            refused += 1
        elif any(
            tile.x * width - 20 <= x <= (tile.x + tile.width) * width + 20
            and tile.y * height - 20 <= y <= (tile.y + tile.height) * height + 20
            for tile in result.tiles
        ):
            found += 1
        else:
            missed += 1
    strangers = [both(pictures[0], picture[::-1].copy())[0] is None for picture in pictures[1:]]
    begin, used = time.perf_counter(), time.process_time()
    for picture in pictures[:3]:
        both(picture, picture)
    measured = {
        "unchanged": table,
        "false_share": sum(int(row["false"]) for row in table.values())  # type: ignore[call-overload]
        / max(1, sum(int(row["tiles"]) for row in table.values())),  # type: ignore[call-overload]
        "false_share_naive": sum(int(row["false_naive"]) for row in table.values())  # type: ignore[call-overload]
        / max(1, sum(int(row["tiles"]) for row in table.values())),  # type: ignore[call-overload]
        "changed": {"patches": len(pictures) * 3, "found": found, "missed": missed, "refused": refused},
        "other_scene_refused": [sum(strangers), len(strangers)],
        "pair_s": (time.perf_counter() - begin) / 3,
        "pair_cpu_s": (time.process_time() - used) / 3,
    }
    print(json.dumps(measured, indent=1 if "--json" not in sys.argv else None))


if __name__ == "__main__":
    main()
