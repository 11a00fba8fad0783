"""The UAS datalink local set (MISB ST 0601), taken out of bytes and checked; what its tags mean as numbers.

A local set is a 16 byte key, a length, and tags, each with a length of its own; the last tag is a checksum
over all before it. Some integers are set aside for "out of range": they are told, and are no numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

#: universal key of the local set (SMPTE 336M, registered by MISB)
KEY: Final = bytes.fromhex("060e2b34020b01010e01030101000000")
CHECKSUM: Final = 1
#: longest local set that is read [bytes], and most tags in one
LONGEST_SET: Final = 16 * 1024
_MOST_TAGS: Final = 400
_LONGEST_TEXT: Final = 127


class BrokenSetError(ValueError):
    """Raised when a local set cannot be trusted: torn, or its checksum is wrong."""


@dataclass(frozen=True)
class Scale:
    """A tag's integer on its range; `signed` ones keep their least value for "out of range"."""

    name: str
    width: int
    low: float
    high: float
    signed: bool = False

    def number(self, value: bytes) -> float | None:
        """Return the number, None where the value says that it is out of range.

        Raises `BrokenSetError` when it is not as wide as the standard says.
        """
        if len(value) != self.width:
            raise BrokenSetError(f"{self.name} has {len(value)} bytes, not {self.width}")
        raw = int.from_bytes(value, "big", signed=self.signed)
        if not self.signed:
            return self.low + raw * (self.high - self.low) / ((1 << 8 * self.width) - 1)
        most = 1 << (8 * self.width - 1)
        return None if raw == -most else raw * self.high / (most - 1)


def _around(name: str, width: int, most: float) -> Scale:
    return Scale(name, width, -most, most, signed=True)


def _from_zero(name: str, width: int, most: float) -> Scale:
    return Scale(name, width, 0.0, most)


def _height(name: str) -> Scale:
    return Scale(name, 2, -900.0, 19_000.0)


#: numbers by tag (ST 0601.8, degrees and metres; speeds in m/s)
NUMBERS: Final[Mapping[int, Scale]] = {
    5: _from_zero("platform_heading_deg", 2, 360.0),
    6: _around("platform_pitch_deg", 2, 20.0),
    7: _around("platform_roll_deg", 2, 50.0),
    13: _around("sensor_lat", 4, 90.0),
    14: _around("sensor_lon", 4, 180.0),
    15: _height("sensor_altitude_m"),
    16: _from_zero("hfov_deg", 2, 180.0),
    17: _from_zero("vfov_deg", 2, 180.0),
    18: _from_zero("sensor_azimuth_deg", 4, 360.0),
    19: _around("sensor_elevation_deg", 4, 180.0),
    20: _from_zero("sensor_roll_deg", 4, 360.0),
    21: _from_zero("slant_range_m", 4, 5_000_000.0),
    22: _from_zero("target_width_m", 2, 10_000.0),
    23: _around("centre_lat", 4, 90.0),
    24: _around("centre_lon", 4, 180.0),
    25: _height("centre_elevation_m"),
    **{26 + n: _around(f"offset_{'lat' if n % 2 == 0 else 'lon'}_{n // 2 + 1}", 2, 0.075) for n in range(8)},
    40: _around("target_lat", 4, 90.0),
    41: _around("target_lon", 4, 180.0),
    42: _height("target_elevation_m"),
    56: _from_zero("ground_speed_m_s", 1, 255.0),
    75: _height("sensor_ellipsoid_m"),
    78: _height("centre_ellipsoid_m"),
    79: _around("north_m_s", 2, 327.0),
    80: _around("east_m_s", 2, 327.0),
    **{
        82 + n: _around(f"corner_{'lat' if n % 2 == 0 else 'lon'}_{n // 2 + 1}", 4, (90.0, 180.0)[n % 2])
        for n in range(8)
    },
    90: _around("platform_pitch_full_deg", 4, 90.0),
    91: _around("platform_roll_full_deg", 4, 90.0),
}
TEXTS: Final[Mapping[int, str]] = {
    3: "mission",
    4: "tail_number",
    10: "designation",
    11: "image_source",
    12: "coordinate_system",
    59: "call_sign",
}
#: whole numbers
COUNTS: Final[Mapping[int, tuple[str, int]]] = {2: ("precision_time_us", 8), 65: ("version", 1)}


@dataclass
class LocalSet:
    """What one local set tells."""

    numbers: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    #: names that say of themselves that they are out of range
    out_of_range: list[str] = field(default_factory=list)
    #: tags we do not know, or whose value has another width, as hexadecimal text
    unknown: dict[str, str] = field(default_factory=dict)


def local_sets(data: bytes) -> Iterator[bytes | BrokenSetError]:
    """Yield each local set of `data` whole, from its key on, or what is wrong with it; pass over the rest."""
    at = data.find(KEY)
    while at >= 0:
        try:
            end = _end_of_set(data, at + len(KEY))
        except BrokenSetError as fault:
            yield fault
            at = data.find(KEY, at + 1)
            continue
        yield data[at:end]
        at = data.find(KEY, end)


def _end_of_set(data: bytes, at: int) -> int:
    """Return where the local set whose length is at `at` ends. Raises `BrokenSetError`."""
    length, begins = _length(data, at)
    if length > LONGEST_SET:
        raise BrokenSetError(f"a local set of {length} bytes, at most {LONGEST_SET}")
    if begins + length > len(data):
        raise BrokenSetError(f"{len(data) - begins} of {length} bytes of a local set")
    return begins + length


def read_local_set(data: bytes) -> LocalSet:
    """Return what a whole local set tells. Raises `BrokenSetError`, also for a wrong or missing checksum."""
    _, at = _length(data, len(KEY))
    found = LocalSet()
    checked = False
    for _ in range(_MOST_TAGS):
        if at >= len(data):
            break
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > len(data):
            raise BrokenSetError(f"tag {tag} ends beyond its local set")
        if tag == CHECKSUM:
            _check(data[:at], data[at : at + length])
            checked = at + length == len(data)
            break
        _take(found, tag, data[at : at + length])
        at += length
    if not checked:
        raise BrokenSetError("the last tag of a local set is not its checksum")
    return found


def checksum(data: bytes) -> int:
    """Return the sum of 16 bit words of `data`, a last odd byte being the higher one (ST 0601, tag 1)."""
    return (sum(data[0::2]) * 256 + sum(data[1::2])) & 0xFFFF


def _check(before: bytes, told: bytes) -> None:
    if len(told) != 2:
        raise BrokenSetError(f"a checksum of {len(told)} bytes")
    counted = checksum(before)
    if counted != int.from_bytes(told, "big"):
        raise BrokenSetError(f"checksum {told.hex()}, counted {counted:04x}")


def _take(found: LocalSet, tag: int, value: bytes) -> None:
    if (scale := NUMBERS.get(tag)) is not None:
        try:
            number = scale.number(value)
        except BrokenSetError:
            found.unknown[str(tag)] = value[:32].hex()
            return
        if number is None:
            found.out_of_range.append(scale.name)
        else:
            found.numbers[scale.name] = number
    elif (name := TEXTS.get(tag)) is not None:
        text = "".join(one for one in value[:_LONGEST_TEXT].decode("utf-8", "replace") if one.isprintable())
        if text.strip():
            found.texts[name] = text.strip()
    elif tag in COUNTS and len(value) == COUNTS[tag][1]:
        found.counts[COUNTS[tag][0]] = int.from_bytes(value, "big")
    else:
        found.unknown[str(tag)] = value[:32].hex()


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return a BER length (ISO/IEC 8825-1, 8.1.3) and where its value begins. Raises `BrokenSetError`."""
    if at >= len(data):
        raise BrokenSetError("a local set ends before a length")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    width = first & 0x7F
    if not 1 <= width <= 4 or at + 1 + width > len(data):
        raise BrokenSetError(f"a length of {width} bytes")
    return int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width


def _tag(data: bytes, at: int) -> tuple[int, int]:
    """Return a tag (BER object identifier, 7 bits a byte) and where it ends. Raises `BrokenSetError`."""
    value = 0
    for step in range(3):
        if at + step >= len(data):
            break
        value = value << 7 | data[at + step] & 0x7F
        if not data[at + step] & 0x80:
            return value, at + step + 1
    raise BrokenSetError("a tag does not end")
