"""Events of Cursor on Target, written: XML as every client reads it, and the same as TAK protocol version 1.

`sensors.codecs.cursor_on_target` reads them. Heights are above the ellipsoid; what is not known is 9999999.
Marks and drawings are spelled as ATAK spells its own (spot map markers, free-form shapes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from lxml import etree

#: "unknown" of heights and errors
UNKNOWN: Final = 9_999_999.0
#: types of a coloured mark, a drawn shape, and the word that something is gone
SPOT, SHAPE, GONE = "b-m-p-s-m", "u-d-f", "t-x-d-d"
_FAINT: Final = 0x33


@dataclass(frozen=True, kw_only=True, eq=False)
class CotEvent:
    """One event; built once, each form written once however many clients take it."""

    uid: str
    type: str
    how: str
    #: when it was so, from when it holds, until when [aware UTC]
    time: datetime
    start: datetime
    stale: datetime
    lon: float = 0.0
    lat: float = 0.0
    #: height above the ellipsoid and the errors [m]; None = unknown
    hae_m: float | None = None
    ce_m: float | None = None
    le_m: float | None = None
    callsign: str | None = None
    course_deg: float | None = None
    speed_m_s: float | None = None
    battery_percent: float | None = None
    remarks: str | None = None
    #: colour of a mark or shape, 0xAARRGGBB
    argb: int | None = None
    #: (lon, lat) of a closed shape
    ring: tuple[tuple[float, float], ...] = ()
    #: uid and type of what is gone
    gone: tuple[str, str] | None = None
    #: `e`: of an exercise, `s`: simulated
    opex: str | None = None

    @cached_property
    def xml(self) -> bytes:
        """The event as XML, with its declaration, as a stream of events needs it."""
        event = etree.Element("event", version="2.0", uid=self.uid, type=self.type, how=self.how)
        for name in ("time", "start", "stale"):
            event.set(name, zulu(getattr(self, name)))
        if self.opex is not None:
            event.set("opex", self.opex)
        etree.SubElement(
            event,
            "point",
            lat=f"{self.lat:.7f}",
            lon=f"{self.lon:.7f}",
            hae=_number(self.hae_m),
            ce=_number(self.ce_m),
            le=_number(self.le_m),
        )
        self._detail(etree.SubElement(event, "detail"))
        text: bytes = etree.tostring(event, xml_declaration=True, encoding="UTF-8", standalone=True)
        return text

    @cached_property
    def protobuf(self) -> bytes:
        """The event as TAK protocol version 1, framed for a stream."""
        from takproto import TAKProtoVer, xml2proto

        return bytes(xml2proto(self.xml.decode("utf-8"), TAKProtoVer.STREAM))

    def _detail(self, detail: etree._Element) -> None:
        if self.callsign is not None:
            etree.SubElement(detail, "contact", callsign=self.callsign)
        if self.course_deg is not None and self.speed_m_s is not None:
            course, speed = f"{self.course_deg:.1f}", f"{self.speed_m_s:.2f}"
            etree.SubElement(detail, "track", course=course, speed=speed)
        if self.battery_percent is not None:
            etree.SubElement(detail, "status", battery=f"{self.battery_percent:.0f}")
        if self.ring:
            self._shape(detail)
        elif self.argb is not None:
            colour = str(_signed(self.argb))
            etree.SubElement(detail, "color", argb=colour)
            etree.SubElement(detail, "usericon", iconsetpath=f"COT_MAPPING_SPOTMAP/{SPOT}/{colour}")
        if self.gone is not None:
            uid, kind = self.gone
            etree.SubElement(detail, "link", uid=uid, type=kind, relation="p-p")
            etree.SubElement(detail, "__forcedelete")
        if self.remarks:
            etree.SubElement(detail, "remarks").text = self.remarks

    def _shape(self, detail: etree._Element) -> None:
        for lon, lat in self.ring:
            etree.SubElement(detail, "link", point=f"{lat:.7f},{lon:.7f}")
        colour = 0xFFFFFFFF if self.argb is None else self.argb
        etree.SubElement(detail, "strokeColor", value=str(_signed(colour)))
        etree.SubElement(detail, "strokeWeight", value="3.0")
        faint = (colour & 0x00FFFFFF) | _FAINT << 24
        etree.SubElement(detail, "fillColor", value=str(_signed(faint)))
        etree.SubElement(detail, "labels_on", value="true")


def _signed(argb: int) -> int:
    """Return a colour as Java's signed 32-bit number."""
    return argb - (1 << 32) if argb >= 1 << 31 else argb


def _number(value: float | None) -> str:
    return f"{UNKNOWN:.1f}" if value is None else f"{value:.2f}"


def zulu(at: datetime) -> str:
    """Return a moment as CoT spells it: UTC with milliseconds and `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
