"""ADS-B receivers by readsb and its kin: `aircraft.json`, one aircraft per message, and trace files.

Heights: `alt_baro` is feet of standard pressure (1013.25 hPa), `alt_geom` feet above the WGS 84 ellipsoid. A
position is as old as `seen_pos`, not as `now`. Rough positions (`rr_lat`, `rr_lon`) are not taken.
Format: wiedehopf/readsb, README-json.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sensors.codecs.fields import FOOT_M, FOOT_PER_MINUTE_M_S, KNOT_M_S, Fields, extra, moment
from sensors.codecs.json_document import as_number, read_object
from sensors.codecs.vehicle_codec import PartlyUnreadable, record_key
from sensors.reading import UnreadableMessage
from sensors.track import Altitude, Record, Track, VehicleKind

#: aircraft of one message; more are no receiver's
MOST: Final = 5000
#: a whole sky, or a day of one aircraft [bytes]
MOST_BYTES: Final = 4 * 1024 * 1024
#: emitter categories (DO-260B, 2.2.3.2.5.2)
_KINDS: Final[dict[str, VehicleKind]] = {
    **dict.fromkeys(("A1", "A2", "A3", "A4", "A5", "A6"), "aeroplane"),
    "A7": "helicopter",
    "B6": "drone",
    **dict.fromkeys(("C1", "C2"), "ground"),
}
#: containment radius of a multilaterated position that tells none [m]
_MLAT_M: Final = 500.0
_LOWEST_M, _HIGHEST_M = -600.0, 30_000.0


class ReadsbCodec:
    """Reads readsb's JSON, recognised by `aircraft`, `trace` or `hex`."""

    source = "readsb"
    topic_filters = ("adsb/#",)

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:  # noqa: ARG002
        """Return one track per aircraft with a position. Raises `UnreadableMessage`.

        When some aircraft of many cannot be read it is a `PartlyUnreadable` with the others.
        """
        document = read_object(payload, MOST_BYTES)
        if "trace" in document:
            return _trace(document)
        rows = document.get("aircraft")
        if rows is None:
            rows = [document]
        if not isinstance(rows, list) or len(rows) > MOST:
            raise UnreadableMessage("wrong-type", f"aircraft must be a list of at most {MOST}")
        told = as_number(document.get("now"), "now")
        now = received_at if told is None else moment(told) or received_at
        return _sky([row for row in rows if isinstance(row, dict)], now)


def _sky(rows: list[dict[str, object]], now: datetime) -> list[Record]:
    found: list[Record] = []
    faults: list[UnreadableMessage] = []
    for row in rows:
        try:
            track = _aircraft(row, now)
        except UnreadableMessage as fault:
            faults.append(fault)
            continue
        if track is not None:
            found.append(track)
    if not faults:
        return found
    if not found:
        raise faults[0]
    detail = f"{len(faults)} of {len(rows)} aircraft: {faults[0].detail}"
    raise PartlyUnreadable(faults[0].code, detail, found)


def _aircraft(row: dict[str, object], now: datetime) -> Track | None:
    """Return the track of an aircraft, None when it told no position lately."""
    if row.get("lat") is None or row.get("lon") is None:
        return None
    fields = Fields(row)
    address = fields.text("hex")
    if address is None:
        raise UnreadableMessage("missing-field", "hex")
    lon, lat = fields.position("lon", "lat")
    age_s = fields.number("seen_pos", low=0.0, high=86_400.0)
    observed_at = None if age_s is None else now - timedelta(seconds=age_s)
    icao = address.lower()
    return Track(
        source=ReadsbCodec.source,
        source_id=icao,
        kind=_KINDS.get(str(row.get("category")), "unknown"),
        callsign=fields.text("flight"),
        registration=fields.text("r"),
        # A leading ~ marks an address that is not the aircraft's own.
        icao24=None if icao.startswith("~") else icao,
        observed_at=observed_at,
        lon=lon,
        lat=lat,
        altitudes=_altitudes(fields, row),
        horizontal_accuracy_m=_accuracy(fields, row),
        ground_speed_m_s=fields.number("gs", low=0.0, high=700.0, scale=KNOT_M_S),
        course_deg=fields.angle("track"),
        heading_deg=fields.angle("true_heading"),
        climb_m_s=_climb(fields),
        roll_deg=fields.number("roll", low=-90.0, high=90.0),
        on_ground=row.get("alt_baro") == "ground" or None,
        emergency=None if row.get("emergency") in (None, "none") else fields.text("emergency"),
        trust="broadcast",
        key=record_key(icao, "" if observed_at is None else round(observed_at.timestamp(), 1), lon, lat),
        extra=extra(fields.doubts, type=row.get("type"), squawk=row.get("squawk")),
    )


def _altitudes(fields: Fields, row: dict[str, object]) -> tuple[Altitude, ...]:
    baro = None
    if row.get("alt_baro") != "ground":
        baro = fields.number("alt_baro", low=_LOWEST_M, high=_HIGHEST_M, scale=FOOT_M)
    geom = fields.number("alt_geom", low=_LOWEST_M, high=_HIGHEST_M, scale=FOOT_M)
    found = []
    if geom is not None:
        found.append(Altitude(geom, "ellipsoid"))
    if baro is not None:
        found.append(Altitude(baro, "standard pressure"))
    return tuple(found)


def _accuracy(fields: Fields, row: dict[str, object]) -> float | None:
    radius = fields.number("rc", low=0.0, high=40_000.0)
    if str(row.get("type")).startswith(("mlat", "tisb")):
        return max(radius or 0.0, _MLAT_M)
    return radius or None


def _climb(fields: Fields) -> float | None:
    geom = fields.number("geom_rate", low=-150.0, high=150.0, scale=FOOT_PER_MINUTE_M_S)
    if geom is not None:
        return geom
    return fields.number("baro_rate", low=-150.0, high=150.0, scale=FOOT_PER_MINUTE_M_S)


#: places in a row of a trace: seconds, lat, lon, altitude, speed, course, flags, rate of climb
_DT, _LAT, _LON, _ALT, _SPEED, _COURSE, _FLAGS, _CLIMB = range(8)
_STALE_POSITION, _GEOMETRIC = 1, 8


def _trace(document: dict[str, object]) -> list[Record]:
    """Return the tracks of a trace file, without the rows that readsb marks as repeated."""
    head = Fields(document)
    icao, begun = head.text("icao"), as_number(document.get("timestamp"), "timestamp")
    rows = document["trace"]
    if icao is None or begun is None or not isinstance(rows, list) or len(rows) > 100 * MOST:
        raise UnreadableMessage("missing-field", "a trace needs icao, timestamp and rows")
    found: list[Record] = []
    for row in rows:
        if not isinstance(row, list) or len(row) <= _CLIMB:
            raise UnreadableMessage("wrong-type", "a row of a trace needs eight places")
        marks = int(as_number(row[_FLAGS], "flags") or 0)
        if not marks & _STALE_POSITION:
            found.append(_row(row, marks, icao.lower(), begun, head))
    return found


def _row(row: list[object], marks: int, icao: str, begun: float, head: Fields) -> Track:
    names = ("dt", "lat", "lon", "alt", "gs", "track", "flags", "rate")
    fields = Fields(dict(zip(names, row, strict=False)))
    lon, lat = fields.position("lon", "lat")
    grounded = row[_ALT] == "ground"
    height = None if grounded else fields.number("alt", low=_LOWEST_M, high=_HIGHEST_M, scale=FOOT_M)
    seconds = fields.number("dt", low=0.0, high=1e7) or 0.0
    return Track(
        source=ReadsbCodec.source,
        source_id=icao,
        icao24=None if icao.startswith("~") else icao,
        registration=head.text("r"),
        observed_at=moment(begun + seconds),
        lon=lon,
        lat=lat,
        altitudes=()
        if height is None
        else (Altitude(height, "ellipsoid" if marks & _GEOMETRIC else "standard pressure"),),
        ground_speed_m_s=fields.number("gs", low=0.0, high=700.0, scale=KNOT_M_S),
        course_deg=fields.angle("track"),
        climb_m_s=fields.number("rate", low=-150.0, high=150.0, scale=FOOT_PER_MINUTE_M_S),
        on_ground=grounded or None,
        trust="broadcast",
        key=record_key(icao, round(begun + seconds, 1), lon, lat),
        extra=extra(fields.doubts),
    )
