"""The duty over photographs: their height and ground, which earlier ones show the same, what differs.

One pair is compared in a turn: whoever else is served by the process waits for a third of a second at most.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import msgspec
import psycopg
import shapely
from psycopg.rows import DictRow, dict_row

from geo.change import Change, record
from geo.chronology import Event, write_events
from geo.clock import Wall
from geo.footprint import add_footprints, footprint_changes
from geo.incident import Incident
from geo.photo import photo_changes, touch_photos
from geo.queries import load
from geo.settings import Settings
from ingest.footprint_ground import GroundAround
from ingest.track_ground import GroundHeights
from sensors.altitude import Surroundings, altitude_rules, best
from sensors.footprint.footprint import View, footprints
from sensors.footprint.limits import footprint_limits
from sensors.footprint.record import footprint_row
from sensors.photo.comparison import compare_photos
from sensors.photo.limits import photo_limits
from sensors.photo.pairing import Shot, partners
from sensors.track import Altitude

log = logging.getLogger(__name__)
_SQL = load("geo", "photo.sql")

#: how often it is looked for new photographs and pairs [s]
EVERY_S: Final = 1.0
#: photographs of one turn
_AT_ONCE: Final = 4
#: within this photographs may be partners [degrees]: what one drone sees from two places reaches no farther
_REACH_DEG: Final = 0.02

_decode_altitudes = msgspec.json.Decoder(tuple[Altitude, ...]).decode


class PhotoDuty:
    """Looks after the photographs of the current incident; `work` is called every `EVERY_S`."""

    def __init__(
        self,
        settings: Settings,
        wall: Wall,
        heights: GroundHeights,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`heights` gives the height of the ground at a place; `monotonic` is a clock [s]."""
        self._wall = wall
        self._heights = heights
        self._limits = photo_limits()
        self._altitude = altitude_rules()
        self._sight = footprint_limits()
        self._ground = GroundAround(settings.state_dir, self._sight.sight.range_m, monotonic)
        self._counts: Counter[str] = Counter()

    @property
    def detail(self) -> dict[str, Any]:
        """What the heartbeat tells: photographs placed, pairs compared, and not comparable."""
        return {f"photos_{name}": self._counts[name] for name in ("placed", "compared", "not_comparable")}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Do what is due. Raises what psycopg raises, having written nothing of the step."""
        with connection.cursor(row_factory=dict_row) as cursor:
            due = cursor.execute(_SQL["due"], {"incident": incident.id, "limit": _AT_ONCE}).fetchall()
        for photo in due:
            self._place(connection, incident, photo)
        self._compare(connection, incident)

    def _place(self, connection: psycopg.Connection[Any], incident: Incident, photo: DictRow) -> None:
        """Find a photograph's height, its ground, and its pairs."""
        footprint, height = None, None
        if photo["lon"] is not None:
            height = self._height(photo)
            footprint = self._footprint(connection, photo, None if height is None else height[0])
        value, sd, way = height or (None, None, None)
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            changes: list[Change] = []
            if footprint is not None and add_footprints(cursor, incident.id, [footprint]):
                changes += footprint_changes(connection, incident.id, [("photo", str(photo["id"]))])
            cursor.execute(
                _SQL["done"], {"id": photo["id"], "height_tp_m": value, "height_sd_m": sd, "height_way": way}
            )
            if photo["lon"] is not None:
                self._propose(cursor, incident.id, photo["id"])
            changes += photo_changes(connection, incident.id, [photo["id"]])
            record(cursor, incident.id, changes)
        self._counts["placed"] += photo["lon"] is not None

    def _height(self, photo: DictRow) -> tuple[float, float, str] | None:
        """Return the height above T.P. [m], its standard deviation, and how it was found.

        What is told above the place of take-off stands on the ground below the camera: nobody tells where it
        took off, and the deviation says so.
        """
        ground_m = self._heights.at(photo["lon"], photo["lat"])
        told = _decode_altitudes(msgspec.json.encode(photo["altitudes"]))
        around = Surroundings(takeoff_tp_m=ground_m, ground_tp_m=ground_m)
        found = best(told, photo["lon"], photo["lat"], self._altitude, around)
        return None if found is None else (found.value_m, found.sd_m, found.way)

    def _footprint(
        self, connection: psycopg.Connection[Any], photo: DictRow, height_m: float | None
    ) -> dict[str, Any] | None:
        """Return the row of a photograph's ground; None when it does not tell how it looked."""
        if photo["pitch_deg"] is None or photo["yaw_deg"] is None:
            return None
        names = ("lon", "lat", "yaw_deg", "pitch_deg", "roll_deg", "hfov_deg", "vfov_deg")
        view = View(
            height_m=height_m,
            **{name: photo[name] for name in (*names, "image_width", "image_height")},
        )
        if photo["roll_deg"] is None:
            view = replace(view, roll_deg=0.0)
        ground = self._ground.at(connection, photo["lon"], photo["lat"])
        [found] = footprints([view], ground, self._sight)
        number = str(photo["id"])
        return footprint_row(
            found,
            view,
            camera=("photo", number),
            observed_at=photo["taken_at"],
            # a place that was pinned anew has a ground of its own
            key=f"{photo['lon']:.6f},{photo['lat']:.6f}",
            frame=(number, None),
        )

    def _propose(self, cursor: psycopg.Cursor[DictRow], incident_id: int, photo_id: int) -> None:
        """Note the pairs of a photograph with earlier ones, and of later ones with it."""
        parameters = {"incident": incident_id, "id": photo_id, "reach_deg": _REACH_DEG}
        shots = [_shot(row) for row in cursor.execute(_SQL["shots_near"], parameters).fetchall()]
        partners_of = {shot.id: partners(shot, shots, self._limits.pairing) for shot in shots}
        pairs = [(before, after) for after, befores in partners_of.items() for before in befores]
        pairs = [pair for pair in pairs if photo_id in pair]
        touched = []
        for before, after in pairs:
            told = {"incident": incident_id, "before": before, "after": after, "asked_by": None}
            if cursor.execute(_SQL["propose"], told).fetchone() is not None and after != photo_id:
                touched.append(after)
        if touched:
            touch_photos(cursor, touched)
            record(cursor, incident_id, photo_changes(cursor.connection, incident_id, touched))

    def _compare(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Compare the next pair, those that an officer asked for first."""
        with connection.cursor(row_factory=dict_row) as cursor:
            pair = cursor.execute(_SQL["pending"], {"incident": incident.id}).fetchone()
        if pair is None:
            return
        result = compare_photos(
            (bytes(pair["before_data"]), pair["before_orientation"]),
            (bytes(pair["after_data"]), pair["after_orientation"]),
            self._limits,
        )
        made_at = incident.now(self._wall())
        tiles = msgspec.json.encode(result["tiles"]).decode()
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            kept = {**result, "tiles": tiles, "id": pair["id"], "made_at": made_at}
            if cursor.execute(_SQL["result"], kept).fetchone() is None:
                return
            touch_photos(cursor, [pair["after_id"]])
            changes = photo_changes(connection, incident.id, [pair["after_id"]])
            if result["differing"]:
                event = to_be_looked_at(pair["after_id"], pair["id"], result["differing"], made_at)
                changes += write_events(cursor, incident.id, [event])
            record(cursor, incident.id, changes)
        self._counts["not_comparable" if result["reason"] else "compared"] += 1


def to_be_looked_at(photo_id: int, pair_id: int, tiles: int, at: Any) -> Event:  # noqa: ANN401 - a moment
    """Return the entry for a photograph that shows something else than an earlier one."""
    return Event(
        event_at=at,
        category="air",
        object_kind="photo",
        object_id=str(photo_id),
        severity=1,
        code="photo.differs",
        text=f"写真 {photo_id} 以前の写真との差 {tiles}か所 要確認",
        text_en=f"Photo {photo_id}: {tiles} places differ from an earlier photo, to be checked",
        params={"pair": pair_id, "tiles": tiles},
    )


def _shot(row: DictRow) -> Shot:
    names = ("id", "taken_at", "lon", "lat", "accuracy_m", "yaw_deg")
    ground = None if row["ground"] is None else shapely.from_wkb(bytes(row["ground"]))
    return Shot(**{name: row[name] for name in names}, ground=ground)
