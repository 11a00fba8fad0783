"""Real pictures spoiled, seen from aside, or changed: what a comparison of photographs has to cope with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.uint8]
Chance = np.random.Generator
Spoil = Callable[[Colour, Chance], Colour]


def seen_from_aside(picture: Colour, chance: Chance) -> Colour:
    """Return a picture as a camera sees it that stands a little elsewhere."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners + chance.uniform(-0.06, 0.06, (4, 2)).astype(np.float32) * width
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return _bytes(cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT))


def darker(picture: Colour, _chance: Chance) -> Colour:
    return _bytes(picture * 0.35)


def warmer(picture: Colour, _chance: Chance) -> Colour:
    return _bytes(picture * np.array([0.75, 0.95, 1.15]) + 10)


def shaded(picture: Colour, chance: Chance) -> Colour:
    """Return a picture with the shade of a cloud over a part of it."""
    shade = np.ones(picture.shape[:2], np.float32)
    width = shade.shape[1]
    at = int(chance.uniform(0.3, 0.7) * width)
    shade[:, :at] = 0.5
    return _bytes(picture * cv2.GaussianBlur(shade, (0, 0), width / 40)[..., None])


def rainy(picture: Colour, chance: Chance) -> Colour:
    spoiled = picture.copy()
    height, width = picture.shape[:2]
    for x, y in zip(chance.integers(0, width, 900), chance.integers(0, height, 900), strict=True):
        end = (int(x) + 2, int(y) + int(chance.integers(8, 22)))
        cv2.line(spoiled, (int(x), int(y)), end, (190, 190, 190), 1)
    return _bytes(0.7 * spoiled.astype(float) + 0.3 * cv2.blur(picture, (5, 5)))


def blurred(picture: Colour, _chance: Chance) -> Colour:
    return _bytes(cv2.GaussianBlur(picture, (0, 0), 2.5))


def squeezed(picture: Colour, _chance: Chance) -> Colour:
    return _bytes(cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 12])[1], 1))


def noisy(picture: Colour, chance: Chance) -> Colour:
    return _bytes(picture + chance.normal(0, 12, picture.shape))


#: nothing of these is a change of the scene
SPOILS: Final[Mapping[str, Spoil]] = {
    "moved only": lambda picture, _: picture,
    "darkened to 35 %": darker,
    "other light": warmer,
    "shade of a cloud": shaded,
    "rain": rainy,
    "blurred 2.5 px": blurred,
    "JPEG quality 12": squeezed,
    "noise": noisy,
    "rain, blurred, darkened": lambda picture, chance: darker(
        blurred(rainy(picture, chance), chance), chance
    ),
}


def changed(picture: Colour, chance: Chance, side_px: int) -> tuple[Colour, tuple[int, int]]:
    """Return a picture in which a patch is another part of it, and the middle of that patch [px]."""
    height, width = picture.shape[:2]
    x, y = (int(chance.integers(side_px, most - 2 * side_px)) for most in (width, height))
    for _ in range(50):
        u, v = (int(chance.integers(0, most - side_px)) for most in (width, height))
        if abs(u - x) > 2 * side_px or abs(v - y) > 2 * side_px:
            break
    spoiled = picture.copy()
    spoiled[y : y + side_px, x : x + side_px] = picture[v : v + side_px, u : u + side_px][::-1]
    return spoiled, (x + side_px // 2, y + side_px // 2)


def _bytes(picture: NDArray[np.generic]) -> Colour:
    return np.clip(np.asarray(picture, dtype=np.float64), 0, 255).astype(np.uint8)
