"""Standard area mesh codes (JIS X 0410): a code is a box of longitude and latitude, and back.

Levels by number of digits: 4 primary (about 80 km), 6 secondary (10 km), 8 tertiary (1 km), 9 half (500 m),
10 quarter (250 m), 11 eighth (125 m). Degrees as JGD2011/2024, taken as EPSG:4326.
"""

from __future__ import annotations

import re
from typing import Final

Box = tuple[float, float, float, float]

#: height and width of a primary mesh [degrees]
PRIMARY: Final = (2 / 3, 1.0)
#: by how much a level divides the one above it, by its number of digits
_DIVISIONS: Final = {6: 8, 8: 10, 9: 2, 10: 2, 11: 2}
_CODE = re.compile(r"[0-9]{4}(?:[0-7]{2}(?:[0-9]{2}[1-4]{0,3})?)?")


class MeshError(ValueError):
    """Raised when a text is no mesh code, or a place lies outside the mesh; names it."""


def mesh_box(code: str) -> Box:
    """Return west, south, east, north [degrees] of a mesh. Raises `MeshError`."""
    if not _CODE.fullmatch(code):
        raise MeshError(f"{code!r} is no mesh code of JIS X 0410 (4, 6, 8, 9, 10 or 11 digits)")
    south, west = int(code[:2]) / 1.5, int(code[2:4]) + 100.0
    height, width = PRIMARY
    for digits, division in _DIVISIONS.items():
        if len(code) < digits:
            break
        height, width = height / division, width / division
        if digits <= 8:
            row, column = int(code[digits - 2]), int(code[digits - 1])
        else:
            row, column = divmod(int(code[digits - 1]) - 1, 2)
        south, west = south + row * height, west + column * width
    return west, south, west + width, south + height


def mesh_code(lon: float, lat: float, digits: int = 8) -> str:
    """Return the code of the mesh with `digits` digits that a place lies in. Raises `MeshError`."""
    if not (100 <= lon < 200 and 0 <= lat < 66.6):
        raise MeshError(f"({lon}, {lat}) lies outside the mesh of Japan")
    if digits != 4 and digits not in _DIVISIONS:
        raise MeshError(f"a mesh code has 4, 6, 8, 9, 10 or 11 digits, not {digits}")
    row, column = int(lat * 1.5), int(lon - 100)
    # what is left, in units of the level
    up, right = lat * 1.5 - row, lon - 100 - column
    code = f"{row:02d}{column:02d}"
    for length, division in _DIVISIONS.items():
        if digits < length:
            break
        up, right = up * division, right * division
        row, column = min(int(up), division - 1), min(int(right), division - 1)
        up, right = up - row, right - column
        code += f"{row}{column}" if length <= 8 else str(2 * row + column + 1)
    return code
