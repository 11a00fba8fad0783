"""Codecs of vehicles: messages and positions a second of one core, format by format.

Each against a naive reading of the same bytes in the same run: `json.loads` (for Cursor on Target the
standard library's XML, or the protobuf parser alone) and a dict of what it finds, in the units that it finds,
with no check of anything.
"""

from __future__ import annotations

import argparse
import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from pymavlink.dialects.v20 import common
from takproto import parse_proto

from sensors.codecs.cursor_on_target import CursorOnTargetCodec, encode_protobuf, encode_xml
from sensors.codecs.dji import DjiCodec
from sensors.codecs.mavlink import MavlinkCodec
from sensors.codecs.misb_klv import MisbKlvCodec
from sensors.codecs.own_track import OwnTrackCodec
from sensors.codecs.owntracks import OwnTracksCodec
from sensors.codecs.readsb import ReadsbCodec
from sensors.codecs.remote_id import RemoteIdCodec
from sensors.codecs.traccar import TraccarCodec
from sensors.codecs.vehicle_codec import VehicleCodec
from sensors.simulate.aircraft import helicopters
from sensors.simulate.drone_flight import drones
from sensors.simulate.encode_own import encode_pose, encode_track, topic
from sensors.simulate.encode_vendor import encode_dji_osd, encode_owntracks, encode_readsb
from sensors.track import Altitude, Pose, Track
from tests.unit.sensors.codecs.transport import klv

NOW = datetime(2026, 6, 2, 14, 36, 0, tzinfo=UTC)
PLACES = [(134.55, 34.07), (134.45, 34.03), (134.2, 34.07), (134.32, 33.85), (134.6, 33.8), (134.7, 34.2)]
#: different messages of each format, aircraft of one sky
MESSAGES, SKY = 300, 300
#: how long each side of a comparison runs at least [s]
LEAST_S = 0.4

Naive = Callable[[bytes], Any]


@dataclass(frozen=True)
class Format:
    """One format: its codec, where its messages come, the messages, the naive reading."""

    name: str
    codec: VehicleCodec
    topic: str
    payloads: list[bytes]
    naive: Naive


def flown() -> tuple[list[Track], list[tuple[Track, Pose]]]:
    """Return positions of helicopters and of drones with their cameras."""
    chance = np.random.default_rng(5)
    fleet, survey = helicopters(PLACES, chance), drones(PLACES, chance)
    tracks, posed = [], []
    for step in range(MESSAGES):
        at = NOW + timedelta(seconds=step)
        tracks.append(fleet[step % len(fleet)].track(600.0 + step, at, chance))
        drone = survey[step % len(survey)]
        track = drone.track(120.0 + step, at, chance)
        posed.append((track, drone.pose(120.0 + step, track, chance)))
    return tracks, posed


def formats() -> list[Format]:
    tracks, posed = flown()
    lasts = timedelta(seconds=30)
    own, cot = OwnTrackCodec(), CursorOnTargetCodec()
    seas = [
        msgspec.structs.replace(one, altitudes=(Altitude(300.0, "mean sea level", 10.0),)) for one in tracks
    ]
    sky = [msgspec.structs.replace(tracks[n % len(tracks)], icao24=f"84{n:04x}") for n in range(SKY)]
    return [
        Format("own track", own, topic("36201", "helicopter", "h", "track"),
               [encode_track(one) for one in tracks], naive_flat),
        Format("own pose", own, topic("36201", "drone", "d", "pose"),
               [encode_pose(pose) for _, pose in posed], naive_flat),
        Format("readsb, one aircraft", ReadsbCodec(), "adsb/x",
               [encode_readsb([one], one.observed_at or NOW) for one in tracks], naive_sky),
        Format(f"readsb, a sky of {SKY}", ReadsbCodec(), "adsb/x", [encode_readsb(sky, NOW)], naive_sky),
        Format("CoT XML", cot, "cot/x",
               [encode_xml(one, sent_at=NOW, lasts=lasts) for one in tracks], naive_xml),
        Format("CoT protobuf", cot, "cot/x",
               [encode_protobuf(one, sent_at=NOW, lasts=lasts) for one in tracks], naive_protobuf),
        Format("DJI osd", DjiCodec(), "thing/product/S/osd",
               [encode_dji_osd(one, [camera(pose)], gateway="G") for one, pose in posed], naive_dji),
        Format("OwnTracks", OwnTracksCodec(), "owntracks/u/d",
               [encode_owntracks(one) for one in seas], naive_flat),
        Format("MAVLink dictionary", MavlinkCodec(), "mavlink/d/telemetry",
               [mavlink(one, n) for n, one in enumerate(tracks)], naive_flat),
        Format("MAVLink raw frame", MavlinkCodec(), "mavlink/d/telemetry", frames(tracks), naive_frame),
        Format("MISB ST 0601", MisbKlvCodec(), "klv/h", packets(tracks), naive_klv),
        Format("Traccar", TraccarCodec(), "traccar/positions",
               [traccar(one, n) for n, one in enumerate(tracks)], naive_traccar),
        Format("Remote ID", RemoteIdCodec(), "remoteid/r", [remote_id(one) for one in tracks], naive_flat),
    ]  # fmt: skip


def camera(pose: Pose) -> Pose:
    return msgspec.structs.replace(pose, source_id="S/52-0-0")


def mavlink(track: Track, number: int) -> bytes:
    told = {
        "mavpackettype": "GLOBAL_POSITION_INT", "time_boot_ms": 1000 * number, "lat": round(track.lat * 1e7),
        "lon": round(track.lon * 1e7), "alt": 300_000, "relative_alt": 290_000, "vx": 300, "vy": -400,
        "vz": 0, "hdg": 9000,
    }  # fmt: skip
    return json.dumps(told).encode()


def frames(tracks: list[Track]) -> list[bytes]:
    sender = common.MAVLink(None, srcSystem=7)
    return [
        bytes(
            common.MAVLink_global_position_int_message(
                1000 * number,
                round(one.lat * 1e7),
                round(one.lon * 1e7),
                300_000,
                290_000,
                300,
                -400,
                0,
                9000,
            ).pack(sender)
        )
        for number, one in enumerate(tracks)
    ]


def packets(tracks: list[Track]) -> list[bytes]:
    """Return one packet for each position: time, place, height, attitude, angles of view."""

    def packet(one: Track) -> bytes:
        at = one.observed_at or NOW
        angles = {5: 20_000, 15: 16_000, 16: 20_000, 17: 15_000, 18: 0, 20: 0}
        return klv(
            {
                2: int(at.timestamp() * 1e6).to_bytes(8, "big"),
                6: b"\x01\x00",
                7: b"\x01\x00",
                13: round(one.lat / 90 * (2**31 - 1)).to_bytes(4, "big", signed=True),
                14: round(one.lon / 180 * (2**31 - 1)).to_bytes(4, "big", signed=True),
                **{tag: value.to_bytes(4 if tag in (18, 20) else 2, "big") for tag, value in angles.items()},
            }
        )

    return [packet(one) for one in tracks]


def traccar(track: Track, number: int) -> bytes:
    position = {
        "id": number, "fixTime": "2026-06-02T14:35:00.000+00:00", "valid": True, "outdated": False,
        "latitude": track.lat, "longitude": track.lon, "altitude": 300.0, "speed": 80.0, "course": 90.0,
        "accuracy": 8.0, "attributes": {"batteryLevel": 80},
    }  # fmt: skip
    device = {"uniqueId": "358", "name": "SIM", "category": "helicopter"}
    return json.dumps({"position": position, "device": device}).encode()


def remote_id(track: Track) -> bytes:
    told = {
        "mavpackettype": "OPEN_DRONE_ID_LOCATION", "latitude": round(track.lat * 1e7),
        "longitude": round(track.lon * 1e7), "altitude_geodetic": 130.0, "altitude_barometric": -1000.0,
        "height": 60.0, "height_reference": 0, "direction": 9000, "speed_horizontal": 550,
        "speed_vertical": 0, "timestamp": 2150.0, "status": 2, "horizontal_accuracy": 10,
    }  # fmt: skip
    return json.dumps(told).encode()


def naive_flat(payload: bytes) -> Any:
    told = json.loads(payload)
    return {"lon": told.get("lon"), "lat": told.get("lat"), "told": told}


def naive_sky(payload: bytes) -> Any:
    return [{"lon": row["lon"], "lat": row["lat"], "told": row} for row in json.loads(payload)["aircraft"]]


def naive_dji(payload: bytes) -> Any:
    told = json.loads(payload)["data"]
    return {"lon": told["longitude"], "lat": told["latitude"], "told": told}


def naive_traccar(payload: bytes) -> Any:
    told = json.loads(payload)["position"]
    return {"lon": told["longitude"], "lat": told["latitude"], "told": told}


def naive_xml(payload: bytes) -> Any:
    root = ET.fromstring(payload)
    point = root.find("point")
    return {} if point is None else {"uid": root.get("uid"), **point.attrib}


def naive_protobuf(payload: bytes) -> Any:
    event = parse_proto(bytearray(payload)).cotEvent
    return {"uid": event.uid, "lon": event.lon, "lat": event.lat}


def naive_frame(payload: bytes) -> Any:
    return [message.to_dict() for message in common.MAVLink(None).parse_buffer(payload)]


def naive_klv(payload: bytes) -> Any:
    place, found = 16 + (1 if payload[16] < 0x80 else 1 + (payload[16] & 0x7F)), {}
    while place < len(payload):
        tag, length = payload[place], payload[place + 1]
        found[tag] = int.from_bytes(payload[place + 2 : place + 2 + length], "big")
        place += 2 + length
    return found


def rate(read: Callable[[bytes], Any], payloads: list[bytes]) -> float:
    """Return the messages a second of processor time."""
    count, began = 0, time.process_time()
    while (took := time.process_time() - began) < LEAST_S:
        for payload in payloads:
            read(payload)
        count += len(payloads)
    return count / took


def measure() -> dict[str, dict[str, float]]:
    """Return each format's rates [messages and positions a second], and ours as a share of the naive one."""
    found = {}
    for one in formats():
        positions = sum(
            isinstance(record, Track | Pose)
            for payload in one.payloads
            for record in one.codec.decode(one.topic, payload, NOW)
        )
        ours = rate(lambda payload, of=one: of.codec.decode(of.topic, payload, NOW), one.payloads)  # type: ignore[misc]
        naive = rate(one.naive, one.payloads)
        found[one.name] = {
            "messages_per_s": round(ours),
            "records_per_s": round(ours * positions / len(one.payloads)),
            "naive_messages_per_s": round(naive),
            "share_of_naive": round(ours / naive, 2),
            "bytes": round(sum(map(len, one.payloads)) / len(one.payloads)),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    measured = measure()
    if as_json:
        print(json.dumps(measured))
        return
    for name, row in measured.items():
        print(f"{name:24}", "  ".join(f"{key} {value:g}" for key, value in row.items()))


if __name__ == "__main__":
    main()
