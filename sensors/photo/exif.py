"""What Exif data (CIPA DC-008-2019) tell of a photograph: time with its zone, place, lens, which way is up.

Broken data are no data: nothing here raises on what a camera, or somebody else, wrote.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sensors.photo.segments import APP1, jpeg_segments, png_chunks

_HEAD: Final = b"Exif\x00\x00"
_MOST_ENTRIES: Final = 512
_MOST_VALUES: Final = 64
_LONGEST_TEXT: Final = 80
_WIDTH: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8}
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_ORIENTATION, _MAKE, _MODEL, _MODIFIED = 0x0112, 0x010F, 0x0110, 0x0132
_ORIGINAL, _OFFSET_ORIGINAL, _OFFSET, _FOCAL_35 = 0x9003, 0x9011, 0x9010, 0xA405
#: where a camera tells no zone, its clock is taken as Japan's, and that is said
PRESUMED_ZONE: Final = ZoneInfo("Asia/Tokyo")
#: diagonal of the 35 mm frame [mm], to which equivalent focal lengths refer
_DIAGONAL_MM: Final = math.hypot(36.0, 24.0)

Value = str | tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Exif:
    """What was found; None = not told, or it cannot be."""

    taken_at: datetime | None = None
    #: `offset`: the camera told its zone; `gps`: by the satellites' clock; `presumed`: Japan's is a guess
    time_source: str | None = None
    #: degrees, EPSG:4326
    lon: float | None = None
    lat: float | None = None
    #: above mean sea level as the camera takes it [m]
    altitude_m: float | None = None
    #: horizontal error as the receiver tells it [m]
    accuracy_m: float | None = None
    #: where the camera looked, from true north
    direction_deg: float | None = None
    #: 1 to 8: which way is up
    orientation: int = 1
    focal_35mm: float | None = None
    make: str | None = None
    model: str | None = None


def read_exif(data: bytes) -> Exif:
    """Return what the Exif data of a JPEG or PNG tell; what has none, or broken ones, tells nothing."""
    tiff = exif_block(data)
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return Exif()
    main = _directory(tiff, struct.unpack_from(order + "I", tiff, 4)[0], order)
    inner = _directory(tiff, _pointer(main, _EXIF_IFD), order)
    gps = _directory(tiff, _pointer(main, _GPS_IFD), order)
    taken_at, time_source = _taken_at(main, inner, gps)
    lon, lat = _place(gps)
    orientation = _number(main, _ORIENTATION) or 1
    return Exif(
        taken_at=taken_at,
        time_source=time_source,
        lon=lon,
        lat=lat,
        altitude_m=_altitude(gps),
        accuracy_m=_within(_number(gps, 0x1F), 0.0, 100_000.0),
        direction_deg=_direction(gps),
        orientation=int(orientation) if orientation in range(1, 9) else 1,
        focal_35mm=_within(_number(inner, _FOCAL_35), 1.0, 5000.0),
        make=_text(main, _MAKE),
        model=_text(main, _MODEL),
    )


def angles_of_view(focal_35mm: float, width: int, height: int) -> tuple[float, float]:
    """Return the horizontal and vertical angle of view [degrees] of a picture of `width` x `height` px.

    The equivalent focal length keeps the angle of the diagonal (CIPA DC-X011).
    """
    focal_px = focal_35mm / _DIAGONAL_MM * math.hypot(width, height)
    across, down = (2 * math.degrees(math.atan(side / 2 / focal_px)) for side in (width, height))
    return across, down


def exif_block(data: bytes) -> bytes:
    """Return the TIFF structure of a picture's Exif data, b"" when it has none."""
    if data[:2] == b"\xff\xd8":
        for part in jpeg_segments(data):
            if part.marker == APP1 and data[part.begins : part.begins + 6] == _HEAD:
                return data[part.begins + 6 : part.end]
    elif data[:4] == b"\x89PNG":
        for chunk in png_chunks(data):
            if chunk.name == b"eXIf":
                return data[chunk.begins : min(chunk.end - 4, chunk.begins + 65_536)]
    return b""


def _directory(tiff: bytes, start: int, order: str) -> dict[int, Value]:
    """Return the texts and numbers of one directory by tag; a start of 0 is none."""
    if start <= 0 or start + 2 > len(tiff):
        return {}
    found: dict[int, Value] = {}
    for index in range(min(struct.unpack_from(order + "H", tiff, start)[0], _MOST_ENTRIES)):
        at = start + 2 + 12 * index
        if at + 12 > len(tiff):
            break
        tag, kind, count = struct.unpack_from(order + "HHI", tiff, at)
        width = _WIDTH.get(kind, 0) * count
        if not width or count > 4096:
            continue
        place = at + 8 if width <= 4 else struct.unpack_from(order + "I", tiff, at + 8)[0]
        if place + width <= len(tiff):
            found[tag] = _value(tiff[place : place + width], kind, count, order)
    return found


def _value(raw: bytes, kind: int, count: int, order: str) -> Value:
    if kind in (2, 7):
        text = raw.split(b"\0")[0][:_LONGEST_TEXT].decode("utf-8", "replace")
        return "".join(one for one in text if one.isprintable()).strip()
    count = min(count, _MOST_VALUES)
    if kind in (5, 10):
        pairs = struct.unpack_from(order + ("II" if kind == 5 else "ii") * count, raw)
        return tuple(
            over / under if under else math.nan for over, under in zip(pairs[::2], pairs[1::2], strict=True)
        )
    form = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}[kind]
    return tuple(float(one) for one in struct.unpack_from(order + form * count, raw))


def _pointer(entries: Mapping[int, Value], tag: int) -> int:
    return int(_number(entries, tag) or 0)


def _number(entries: Mapping[int, Value], tag: int) -> float | None:
    value = entries.get(tag)
    return value[0] if isinstance(value, tuple) and value and math.isfinite(value[0]) else None


def _text(entries: Mapping[int, Value], tag: int) -> str | None:
    value = entries.get(tag)
    return value if isinstance(value, str) and value else None


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None


def _taken_at(
    main: Mapping[int, Value], inner: Mapping[int, Value], gps: Mapping[int, Value]
) -> tuple[datetime | None, str | None]:
    """Return when it was taken, and how that is known.

    Exif times carry no zone. The camera's own offset is best; then the satellites' clock, which is UTC; last
    its clock as it stands, in Japan's zone.
    """
    text = _text(inner, _ORIGINAL) or _text(main, _MODIFIED)
    local = _time(text, "%Y:%m:%d %H:%M:%S")
    offset = _text(inner, _OFFSET_ORIGINAL) or _text(inner, _OFFSET)
    if local is not None and offset is not None:
        zoned = _time(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z")
        if zoned is not None:
            return zoned.astimezone(UTC), "offset"
    satellite = _satellite_time(gps)
    if satellite is not None:
        return satellite, "gps"
    return (
        (None, None) if local is None else (local.replace(tzinfo=PRESUMED_ZONE).astimezone(UTC), "presumed")
    )


def _time(text: str | None, form: str) -> datetime | None:
    try:
        found = datetime.strptime(text or "", form)  # noqa: DTZ007 - its zone follows
    except ValueError:
        return None
    return found if found.year >= 1990 else None


def _satellite_time(gps: Mapping[int, Value]) -> datetime | None:
    day, clock = _time(_text(gps, 0x1D), "%Y:%m:%d"), gps.get(0x07)
    if day is None or not isinstance(clock, tuple) or len(clock) < 3:
        return None
    hour, minute, second = clock[:3]
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 61):
        return None
    return day.replace(tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=second)


def _place(gps: Mapping[int, Value]) -> tuple[float | None, float | None]:
    """Return (lon, lat), None for both where there is none; (0, 0) is a receiver without a fix."""
    lat, lon = _degrees(gps.get(0x02)), _degrees(gps.get(0x04))
    # a receiver that says V had no fix of this moment
    if lat is None or lon is None or _text(gps, 0x09) == "V" or (lat == 0.0 and lon == 0.0):
        return None, None
    lat = -lat if _text(gps, 0x01) == "S" else lat
    lon = -lon if _text(gps, 0x03) == "W" else lon
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else (None, None)


def _degrees(value: Value | None) -> float | None:
    if not isinstance(value, tuple) or len(value) < 3:
        return None
    degrees, minutes, seconds = value[:3]
    found = degrees + minutes / 60.0 + seconds / 3600.0
    return found if math.isfinite(found) and minutes < 60.001 and seconds < 60.001 else None


def _altitude(gps: Mapping[int, Value]) -> float | None:
    height = _number(gps, 0x06)
    if height is None:
        return None
    below = _number(gps, 0x05) == 1.0
    return _within(-height if below else height, -600.0, 30_000.0)


def _direction(gps: Mapping[int, Value]) -> float | None:
    """Return the direction of the picture from true north; from magnetic north it is not used."""
    direction = _within(_number(gps, 0x11), 0.0, 360.0)
    return None if direction is None or _text(gps, 0x10) == "M" else direction % 360.0
