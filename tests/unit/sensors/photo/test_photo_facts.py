"""Photographs: zone traps of their times, places, heights, poses; what is handed out; no bomb goes off."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.camera.picture import UnreadablePicture
from sensors.photo.exif import read_exif
from sensors.photo.facts import read_photo
from sensors.photo.picture import decode_upright, photo_thumbnail, without_words
from sensors.photo.xmp import read_xmp
from sensors.track import Altitude
from tests.unit.sensors.photo.exif_writer import degrees, drone_xmp, jpeg, with_exif, with_xmp

NOW = datetime(2026, 6, 2, 15, 0, tzinfo=UTC)
LOCAL = "2026:06:02 23:30:00"
GPS = {1: "N", 2: degrees(34.0612), 3: "E", 4: degrees(134.5125)}
STAMP = {7: ((14, 1), (30, 1), (5, 1)), 0x1D: "2026:06:02"}


@pytest.mark.parametrize(
    ("inner", "gps", "hour", "source"),
    [
        ({0x9003: LOCAL, 0x9011: "+09:00"}, {}, (14, 30), "offset"),
        ({0x9003: LOCAL, 0x9011: "+00:00"}, STAMP, (23, 30), "received"),
        ({0x9003: LOCAL}, STAMP, (14, 30), "gps"),
        ({0x9003: LOCAL}, {}, (14, 30), "presumed"),
        ({0x9003: "0000:00:00 00:00:00"}, {}, (15, 0), "received"),
        ({0x9003: "1980:01:01 00:00:00"}, {}, (15, 0), "received"),
    ],
)
def test_a_time_is_told_with_how_its_zone_is_known(
    inner: dict[int, str], gps: dict[int, object], hour: tuple[int, int], source: str
) -> None:
    facts = read_photo(with_exif(jpeg(), inner=inner, gps=gps), NOW)  # type: ignore[arg-type]
    assert facts.time_source == source
    if source == "received":
        # what lies in the future, or before there were such cameras, is not believed
        assert facts.taken_at == NOW
    else:
        assert (facts.taken_at.hour, facts.taken_at.minute) == hour
    assert (facts.time_doubt == "ahead") == (hour == (23, 30))


def test_the_time_of_the_message_goes_before_the_cameras() -> None:
    told = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
    facts = read_photo(with_exif(jpeg(), inner={0x9003: LOCAL}), NOW, told)
    assert (facts.taken_at, facts.time_source) == (told, "message")


def test_a_place_has_its_source_and_its_error() -> None:
    facts = read_photo(
        with_exif(jpeg(), {0x010F: "Apple", 0x0110: "iPhone"}, gps={**GPS, 0x1F: ((8, 1),)}), NOW
    )
    assert (facts.lon, facts.lat) == pytest.approx((134.5125, 34.0612), abs=1e-6)
    assert (facts.place_source, facts.accuracy_m, facts.camera) == ("exif", 8.0, "Apple iPhone")
    south = read_exif(with_exif(jpeg(), gps={**GPS, 1: "S", 3: "W"}))
    assert (south.lon, south.lat) == pytest.approx((-134.5125, -34.0612), abs=1e-6)
    for none in ({2: degrees(0), 4: degrees(0)}, {9: "V"}, {2: ((0, 0),) * 3}):
        assert read_photo(with_exif(jpeg(), gps={**GPS, **none}), NOW).place_source is None  # type: ignore[arg-type]


def test_a_drone_tells_how_it_looked_and_its_false_height_is_left_out() -> None:
    words = drone_xmp(
        GpsLatitude="+34.0612000", GpsLongtitude="+134.5125000", AbsoluteAltitude="+92.30",
        RelativeAltitude="+80.10", GimbalYawDegree="-92.50", GimbalPitchDegree="-45.00",
        GimbalRollDegree="+180.00",
    )  # fmt: skip
    data = with_xmp(with_exif(jpeg(), inner={0xA405: 24}, gps={**GPS, 6: ((923, 10),)}), words)
    facts = read_photo(data, NOW)
    assert (facts.place_source, facts.lon) == ("xmp", 134.5125)
    assert (facts.yaw_deg, facts.pitch_deg, facts.roll_deg) == (267.5, -45.0, 0.0)
    assert facts.altitudes == (Altitude(80.1, "takeoff"),)
    # 24 mm on 36 x 24 mm: 73.7 degrees across, 53.1 down
    assert (facts.hfov_deg, facts.vfov_deg) == pytest.approx((73.74, 53.13), abs=0.01)
    fixed = with_xmp(jpeg(), words.replace("AbsoluteAltitude", 'RtkFlag="50" drone-dji:AbsoluteAltitude'))
    assert Altitude(92.3, "ellipsoid") in read_photo(fixed, NOW).altitudes
    element = "><drone-dji:GimbalPitchDegree>-30</drone-dji:GimbalPitchDegree></rdf:Description></rdf:RDF>"
    elements = words.replace('drone-dji:GimbalPitchDegree="-45.00"', "").replace("/></rdf:RDF>", element)
    assert read_xmp(with_xmp(jpeg(), elements)).pitch_deg == -30.0


def test_no_entity_is_followed() -> None:
    bomb = drone_xmp(GimbalPitchDegree="-10").replace(
        "<x:xmpmeta", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x:xmpmeta'
    )
    assert read_xmp(with_xmp(jpeg(), bomb)).pitch_deg == -10.0
    inside = drone_xmp(GimbalPitchDegree="-10").replace("<rdf:RDF", "<!DOCTYPE x [<!ENTITY a 'b'>]><rdf:RDF")
    assert read_xmp(with_xmp(jpeg(), inside)).pitch_deg is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright_also_in_what_is_handed_out(orientation: int) -> None:
    data = with_exif(jpeg(), {0x0112: orientation << 16}, gps=GPS)
    # a short stands in the upper half of its four bytes
    data = data.replace(struct.pack(">HHI", 0x0112, 4, 1), struct.pack(">HHI", 0x0112, 3, 1))
    assert read_exif(data).orientation == orientation
    seen = decode_upright(data, orientation, 1000)
    theirs = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(seen, theirs)
    clean = without_words(data, orientation)
    assert np.array_equal(cv2.imdecode(np.frombuffer(clean, np.uint8), cv2.IMREAD_COLOR), theirs)
    told = read_exif(clean)
    assert (told.lon, told.orientation) == (None, orientation)


def test_nothing_personal_is_handed_out() -> None:
    secret = with_xmp(with_exif(jpeg(), {0x010F: "SECRET"}, gps=GPS), drone_xmp(Owner="SECRET"))
    secret = secret[:2] + b"\xff\xfe\x00\x08SECRET" + secret[2:] + b"SECRET film after the picture"
    clean = without_words(secret, 1)
    assert b"SECRET" not in clean
    assert b"SECRET" not in photo_thumbnail(secret, 1)
    assert decode_upright(clean, 1, 96).shape == (64, 96, 3)
    png = bytes(cv2.imencode(".png", np.zeros((40, 40, 3), np.uint8))[1].tobytes())
    words = b"tEXtAuthor\x00SECRET"
    part = struct.pack(">I", len(words) - 4) + words + struct.pack(">I", zlib.crc32(words))
    assert b"SECRET" not in without_words(png[:33] + part + png[33:], 1)
    with pytest.raises(UnreadablePicture, match="followed"):
        without_words(jpeg()[:40], 1)


def test_what_would_burst_is_not_decoded() -> None:
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + bytes(4)
    with pytest.raises(UnreadablePicture, match="30000 x 30000"):
        read_photo(png, NOW)
    for data in (b"", b"GIF89a", b"\xff\xd8\xff\xe0", b"<svg/>", jpeg()[:120]):
        with pytest.raises(UnreadablePicture):
            photo_thumbnail(data, 1)


@settings(max_examples=150, deadline=1000)
@given(st.binary(max_size=120), st.integers(0, 400), st.integers(0, 400))
def test_broken_words_are_no_words(junk: bytes, start: int, end: int) -> None:
    whole = with_xmp(with_exif(jpeg(), {0x010F: "a"}, {0x9003: LOCAL}, GPS), drone_xmp(GimbalYawDegree="1"))
    with suppress(UnreadablePicture):
        facts = read_photo(whole[:start] + junk + whole[end:], NOW)
        assert facts.lon is None or -180 <= facts.lon <= 180
