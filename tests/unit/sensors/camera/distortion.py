"""What weather, night and a loose pole do to a picture: seeded, for tests and the benchmark."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Distortion = Callable[[bytes, int], bytes]


def decoded(data: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), 0), dtype=np.float32)


def encoded(picture: NDArray[np.floating], quality: int = 90) -> bytes:
    whole = np.clip(picture, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def darkened(share: float) -> Distortion:
    def apply(data: bytes, frame: int) -> bytes:
        dark = decoded(data) * share
        return encoded(dark + np.random.default_rng(frame).normal(0, 2, dark.shape))

    return apply


def rain(streaks: int) -> Distortion:
    def apply(data: bytes, frame: int) -> bytes:
        rng, seen = np.random.default_rng(frame), decoded(data)
        height, width = seen.shape
        for _ in range(streaks):
            x, y, long = (int(rng.integers(*span)) for span in ((0, width), (0, height), (10, 40)))
            bright = float(min(255, seen[y, x] + 60))
            cv2.line(seen, (x, y), (round(x + 0.15 * long), y + long), bright, 1)
        return encoded(cv2.GaussianBlur(seen, (0, 0), 0.8) + rng.normal(0, 3, seen.shape))

    return apply


def drops_on_lens(count: int) -> Distortion:
    def apply(data: bytes, frame: int) -> bytes:
        rng, seen = np.random.default_rng(7), decoded(data)
        wet = np.zeros_like(seen)
        for _ in range(count):
            at = (int(rng.integers(250, 780)), int(rng.integers(0, 600)))
            cv2.circle(wet, at, int(rng.integers(8, 28)), 1.0, -1)
        wet = cv2.GaussianBlur(wet, (0, 0), 2)
        return encoded(seen * (1 - wet) + (cv2.GaussianBlur(seen, (0, 0), 9) + 15) * wet)

    return apply


def blurred(sigma_px: float) -> Distortion:
    return lambda data, _frame: encoded(cv2.GaussianBlur(decoded(data), (0, 0), sigma_px))


def coarse(factor: int) -> Distortion:
    def apply(data: bytes, frame: int) -> bytes:
        seen = decoded(data)
        height, width = seen.shape
        few = cv2.resize(seen, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
        return encoded(cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR))

    return apply


def shifted(x_px: float, y_px: float, turned_deg: float = 0.0) -> Distortion:
    def apply(data: bytes, frame: int) -> bytes:
        seen = decoded(data)
        height, width = seen.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turned_deg, 1)
        matrix[:, 2] += (x_px, y_px)
        return encoded(cv2.warpAffine(seen, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE))

    return apply


def fogged(share: float, first: int = 0) -> Distortion:
    """From frame `first` on."""
    return lambda data, frame: encoded(decoded(data) * (1 - share) + 150 * share) if frame >= first else data


def compressed(quality: int) -> Distortion:
    return lambda data, _frame: encoded(decoded(data), quality)


def person(data: bytes, frame: int) -> bytes:
    """Somebody stands before the board."""
    seen = decoded(data)
    x = int(np.random.default_rng(frame).integers(430, 560))
    seen[40:, x : x + 130] = 60
    return encoded(seen)


def floating_band(data: bytes, frame: int) -> bytes:
    """A bright thing as wide as the board floats somewhere below it."""
    seen = decoded(data)
    y = int(np.random.default_rng(frame).integers(250, 560))
    seen[y : y + 8, 250:780] = 220
    return encoded(seen)


def both(first: Distortion, second: Distortion) -> Distortion:
    return lambda data, frame: second(first(data, frame), frame)


DISTORTIONS: dict[str, Distortion] = {
    "darkened to 30 %": darkened(0.3),
    "darkened to 10 %": darkened(0.1),
    "rain, 600 streaks": rain(600),
    "rain, 2000 streaks": rain(2000),
    "40 drops on the lens": drops_on_lens(40),
    "80 drops on the lens": drops_on_lens(80),
    "blurred 2 px": blurred(2),
    "blurred 4 px": blurred(4),
    "blurred 8 px": blurred(8),
    "a quarter of the pixels": coarse(4),
    "an eighth of the pixels": coarse(8),
    "a sixteenth of the pixels": coarse(16),
    "shifted 4 px": shifted(4, 4),
    "shifted 12 px": shifted(-12, 9),
    "shifted 27 px and turned 1 deg": shifted(20, -18, 1),
    "shifted 67 px": shifted(60, 30),
    "fog 50 %": fogged(0.5),
    "fog 80 %": fogged(0.8),
    "fog 95 %": fogged(0.95),
    "fog 80 % comes up": fogged(0.8, 12),
    "JPEG quality 5": compressed(5),
    "dark, rain, JPEG quality 20": both(both(darkened(0.1), rain(600)), compressed(20)),
    "fog and blur": both(blurred(3), fogged(0.7)),
    "a person before the board": person,
    "a floating band": floating_band,
}
