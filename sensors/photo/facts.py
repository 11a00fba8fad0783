"""What is known of a photograph when it comes: when, where, how high, how it looked, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from sensors.photo.exif import Exif, angles_of_view, read_exif
from sensors.photo.picture import check_photo, upright_size
from sensors.photo.xmp import Xmp, read_xmp
from sensors.track import Altitude

#: whence the time is; `presumed`: a camera's clock in Japan's zone, which nobody told
TimeSource = Literal["message", "offset", "gps", "presumed", "received"]
PlaceSource = Literal["exif", "xmp", "hand"]
#: how far ahead of the receipt a told time may lie, and the earliest that is believed
_AHEAD: Final = timedelta(minutes=5)
_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
#: standard deviations where nothing is told [m]: receivers of telephones, of drones
_TELEPHONE_M, _DRONE_M = 15.0, 5.0
_ALTITUDE_SD_M: Final = 20.0
#: a gimbal that says it is upside down is mounted so: its pictures are level
_LEVEL_ROLL_DEG: Final = 179.0


@dataclass(frozen=True, kw_only=True)
class PhotoFacts:
    """What a photograph tells; None = unknown."""

    #: as seen [px]
    width_px: int
    height_px: int
    orientation: int
    taken_at: datetime
    time_source: TimeSource
    #: why a time that was told is not believed: `ahead`, `too-early`
    time_doubt: str | None = None
    #: degrees, EPSG:4326
    lon: float | None = None
    lat: float | None = None
    place_source: PlaceSource | None = None
    accuracy_m: float | None = None
    altitudes: tuple[Altitude, ...] = ()
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    hfov_deg: float | None = None
    vfov_deg: float | None = None
    camera: str | None = None


def read_photo(data: bytes, received_at: datetime, told_at: datetime | None = None) -> PhotoFacts:
    """Return what a photograph tells. `told_at` is the time that came beside it, if any.

    Raises `sensors.camera.picture.UnreadablePicture` when it may not, or cannot, be decoded.
    """
    stored = check_photo(data)
    exif, xmp = read_exif(data), read_xmp(data)
    width, height = upright_size(stored, exif.orientation)
    taken_at, time_source, doubt = _time(exif, received_at, told_at)
    lon, lat, place_source, accuracy_m = _place(exif, xmp)
    across, down = (None, None) if exif.focal_35mm is None else angles_of_view(exif.focal_35mm, width, height)
    roll = xmp.roll_deg
    if roll is not None and abs(roll) >= _LEVEL_ROLL_DEG:
        roll = 0.0
    return PhotoFacts(
        width_px=width,
        height_px=height,
        orientation=exif.orientation,
        taken_at=taken_at,
        time_source=time_source,
        time_doubt=doubt,
        lon=lon,
        lat=lat,
        place_source=place_source,
        accuracy_m=accuracy_m,
        altitudes=_altitudes(exif, xmp),
        # without a pitch the direction of a telephone gives no ground
        yaw_deg=xmp.yaw_deg if xmp.yaw_deg is not None else exif.direction_deg,
        pitch_deg=xmp.pitch_deg,
        roll_deg=roll,
        hfov_deg=across,
        vfov_deg=down,
        camera=" ".join(one for one in (exif.make, exif.model) if one)[:80] or None,
    )


def _time(
    exif: Exif, received_at: datetime, told_at: datetime | None
) -> tuple[datetime, TimeSource, str | None]:
    found: datetime | None
    source: TimeSource
    if told_at is not None:
        found, source = told_at, "message"
    else:
        found = exif.taken_at
        source = {"offset": "offset", "gps": "gps"}.get(exif.time_source or "", "presumed")  # type: ignore[assignment]
    if found is None:
        return received_at, "received", None
    if found > received_at + _AHEAD:
        return received_at, "received", "ahead"
    if found < _EARLIEST:
        return received_at, "received", "too-early"
    return found, source, None


def _place(exif: Exif, xmp: Xmp) -> tuple[float | None, float | None, PlaceSource | None, float | None]:
    """Return (lon, lat), whence, and their error [m]; the drone's own data have more digits than Exif's."""
    if xmp.lon is not None:
        return xmp.lon, xmp.lat, "xmp", xmp.accuracy_m or _DRONE_M
    if exif.lon is not None:
        drone = xmp.pitch_deg is not None
        return exif.lon, exif.lat, "exif", exif.accuracy_m or (_DRONE_M if drone else _TELEPHONE_M)
    return None, None, None, None


def _altitudes(exif: Exif, xmp: Xmp) -> tuple[Altitude, ...]:
    """Return the heights that can be used.

    DJI's absolute altitude is above the ellipsoid with a full fix only; else it is off by tens of metres and
    is left out, and so is Exif's copy of it. What is above the place of take-off stays.
    """
    found = []
    if xmp.relative_m is not None:
        found.append(Altitude(xmp.relative_m, "takeoff"))
    if xmp.fixed and xmp.absolute_m is not None:
        found.append(Altitude(xmp.absolute_m, "ellipsoid"))
    if not found and exif.altitude_m is not None and xmp.pitch_deg is None:
        found.append(Altitude(exif.altitude_m, "mean sea level", _ALTITUDE_SD_M))
    return tuple(found)
