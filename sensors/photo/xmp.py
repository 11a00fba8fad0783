"""How a drone's camera looked, from the XMP data that DJI writes into its photographs (`drone-dji`).

Values stand as attributes or as elements, with a plus sign or without. Pitch is of the gimbal: -90 looks
straight down. The XML is read without document types, entities or network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from sensors.photo.segments import APP1, jpeg_segments

_HEAD: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_SPACE: Final = "{http://www.dji.com/drone-dji/1.0/}"
#: real time kinematic fix of full quality (DJI, `RtkFlag`)
_RTK_FIXED: Final = 50.0
_LONGEST: Final = 65_536


@dataclass(frozen=True, kw_only=True)
class Xmp:
    """What was found; None = not told."""

    #: degrees, EPSG:4326
    lon: float | None = None
    lat: float | None = None
    #: above the place of take-off [m]
    relative_m: float | None = None
    #: above the ellipsoid where the fix is a full one, else not to be trusted [m]
    absolute_m: float | None = None
    #: the fix is a full real-time kinematic one
    fixed: bool = False
    #: standard deviation of the position [m]
    accuracy_m: float | None = None
    #: optical axis about true north
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None


def read_xmp(data: bytes) -> Xmp:
    """Return what the XMP data of a JPEG tell; what has none, or broken ones, tells nothing."""
    told = _values(_packet(data))
    number = {name: _number(text) for name, text in told.items()}
    # old models misspell the longitude
    lon = number.get("GpsLongitude", number.get("GpsLongtitude"))
    lat = number.get("GpsLatitude")
    placed = lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90
    placed = placed and not (lon == 0.0 and lat == 0.0)
    yaw = _within(number.get("GimbalYawDegree"), -360.0, 360.0)
    spread = [number.get("RtkStdLon"), number.get("RtkStdLat")]
    return Xmp(
        lon=lon if placed else None,
        lat=lat if placed else None,
        relative_m=_within(number.get("RelativeAltitude"), -600.0, 10_000.0),
        absolute_m=_within(number.get("AbsoluteAltitude"), -600.0, 30_000.0),
        fixed=number.get("RtkFlag") == _RTK_FIXED,
        accuracy_m=math.hypot(*[one for one in spread if one is not None]) if None not in spread else None,
        yaw_deg=None if yaw is None else yaw % 360.0,
        pitch_deg=_within(number.get("GimbalPitchDegree"), -180.0, 180.0),
        roll_deg=_within(number.get("GimbalRollDegree"), -180.0, 180.0),
    )


def _packet(data: bytes) -> bytes:
    if data[:2] == b"\xff\xd8":
        for part in jpeg_segments(data):
            if part.marker == APP1 and data[part.begins : part.begins + len(_HEAD)] == _HEAD:
                return data[part.begins + len(_HEAD) : part.end]
    return b""


def _values(packet: bytes) -> Mapping[str, str]:
    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
    if start < 0 or end < 0 or len(packet) > _LONGEST:
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(packet[start : end + len(b"</x:xmpmeta>")], parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag.startswith(_SPACE) and node.text:
            found[node.tag.removeprefix(_SPACE)] = node.text
        found |= {
            name.removeprefix(_SPACE): value for name, value in node.attrib.items() if name.startswith(_SPACE)
        }
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text.strip()[:32])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None
