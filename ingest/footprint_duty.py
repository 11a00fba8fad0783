"""The duty over camera poses: each is walked over the terrain into a footprint, and the screens are told.

Poses are read in the order of their ids from where the last turn ended, which the database keeps; one that
was committed after a later one is fetched by a second look. What is written twice stays once.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, dict_row

from geo.change import Change, record
from geo.clock import Wall
from geo.footprint import add_footprints, footprint_changes
from geo.incident import Incident
from geo.queries import load
from geo.settings import Settings
from ingest.footprint_ground import GroundAround
from sensors.flags import Flag
from sensors.footprint.footprint import Footprint, View, footprints
from sensors.footprint.limits import FootprintLimits, footprint_limits
from sensors.footprint.record import Lens, camera_of, footprint_row, frame_of, view_of, with_lens
from sensors.footprint.thinning import Thinner

log = logging.getLogger(__name__)

#: how often [s]: in every turn, since a turn that was woken must not pass over what woke it
EVERY_S: Final = 0.0
#: most poses of one turn: a heartbeat must not wait
_MOST_POSES: Final = 200
#: how long an id may come late [s], and how often it is looked for those that did
_LATE_S, _LOOK_BACK_S = 15.0, 5.0
#: how often fixed cameras and registered lenses are looked at [s]
_FIXED_EVERY_S: Final = 15.0
#: ids that are remembered
_MOST_SEEN: Final = 100_000
_SQL = load("geo", "footprint.sql")

_Made = tuple[DictRow, View]


class FootprintDuty:
    """Makes the footprints of the current incident; `work` is called every `EVERY_S`."""

    def __init__(
        self,
        settings: Settings,
        wall: Wall,
        *,
        limits: FootprintLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Limits are the project's unless given; `monotonic` is a clock [s]."""
        self._limits = limits or footprint_limits()
        self._wall = wall
        self._monotonic = monotonic
        self._ground = GroundAround(settings.state_dir, self._limits.sight.range_m, monotonic)
        self._incident_id: int | None = None
        #: lenses that were registered, by camera
        self._lenses: dict[str, Lens] = {}
        self._begin(None, 0)
        #: what the heartbeat tells: footprints made, poses without one by reason
        self._counts: Counter[str] = Counter()

    @property
    def detail(self) -> dict[str, Any]:
        """What the heartbeat tells: footprints made, those that could not be by reason, poses passed over."""
        counts = dict(self._counts)
        made, thinned = counts.pop("made", 0), counts.pop("thinned", 0)
        return {"footprints": made, "footprints_thinned": thinned, "footprints_without": counts}

    def _begin(self, incident_id: int | None, pose_id: int) -> None:
        """Go on in an incident after a pose."""
        self._incident_id = incident_id
        self._done_to = self._newest = pose_id
        #: ids beyond `_done_to` that were looked at, and when [s]
        self._seen: dict[int, float] = {}
        self._thinner = Thinner(self._limits.thinning)
        self._looked_back_s = self._fixed_s = -1e9

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Make what footprints are due. Raises what psycopg raises, having written nothing of the turn."""
        if incident.id != self._incident_id:
            row = connection.execute(_SQL["progress"], {"incident": incident.id}).fetchone()
            self._begin(incident.id, 0 if row is None else int(row[0]))
        self._fixed(connection, incident)
        poses = self._poses(connection, incident.id)
        if not poses:
            return
        kept = self._kept(poses)
        rows = self._rows(connection, kept)
        done_to = self._settled(poses)
        with connection.transaction(), connection.cursor() as cursor:
            changes = self._write(connection, cursor, incident.id, rows)
            cursor.execute(_SQL["advance"], {"incident": incident.id, "pose": done_to})
            record(cursor, incident.id, changes)
        self._advance(poses, done_to)

    def _poses(self, connection: psycopg.Connection[Any], incident_id: int) -> list[DictRow]:
        """Return the next poses; now and then also those whose ids became visible late."""
        now_s = self._monotonic()
        with connection.cursor(row_factory=dict_row) as cursor:
            base = {"incident": incident_id, "limit": _MOST_POSES}
            late: list[DictRow] = []
            if now_s - self._looked_back_s >= _LOOK_BACK_S and self._newest > self._done_to:
                self._looked_back_s = now_s
                late = cursor.execute(
                    _SQL["poses"],
                    {**base, "after": self._done_to, "until": self._newest, "seen": list(self._seen)},
                ).fetchall()
            fresh = cursor.execute(
                _SQL["poses"], {**base, "after": self._newest, "until": None, "seen": []}
            ).fetchall()
        return [*late, *fresh]

    def _kept(self, poses: Sequence[DictRow]) -> list[_Made]:
        kept = []
        for pose in sorted(poses, key=lambda row: (row["observed_at"], row["id"])):
            camera = camera_of(pose)
            view = view_of(pose)
            if (lens := self._lenses.get(camera) or self._lenses.get(pose["vehicle_id"])) is not None:
                view = with_lens(view, lens, pose["zoom"])
            pictured = frame_of(pose)[0] is not None
            if self._thinner.keeps(camera, pose["observed_at"], view, pictured=pictured):
                kept.append((pose, view))
        self._counts["thinned"] += len(poses) - len(kept)
        return kept

    def _rows(self, connection: psycopg.Connection[Any], kept: Sequence[_Made]) -> list[dict[str, Any]]:
        """Return the rows of the footprints, those over one block of ground found together."""
        blocks: dict[tuple[int, int], list[_Made]] = {}
        for pose, view in kept:
            blocks.setdefault(GroundAround.block(view.lon, view.lat), []).append((pose, view))
        rows = []
        for made in blocks.values():
            ground = self._ground.at(connection, made[0][1].lon, made[0][1].lat)
            for (pose, view), footprint in zip(
                made, footprints([view for _, view in made], ground, self._limits), strict=True
            ):
                found = Footprint(reason="position-failed") if pose["flag"] == Flag.FAIL else footprint
                self._counts[found.reason or "made"] += 1
                rows.append(
                    footprint_row(
                        found,
                        view,
                        camera=("vehicle", camera_of(pose)),
                        observed_at=pose["observed_at"],
                        key=pose["key"],
                        frame=frame_of(pose),
                    )
                )
        return rows

    def _write(
        self,
        connection: psycopg.Connection[Any],
        cursor: psycopg.Cursor[Any],
        incident_id: int,
        rows: Sequence[dict[str, Any]],
    ) -> list[Change]:
        if not add_footprints(cursor, incident_id, rows):
            return []
        cameras = {(row["camera_kind"], row["camera_id"]) for row in rows}
        return footprint_changes(connection, incident_id, sorted(cameras))

    def _settled(self, poses: Sequence[DictRow]) -> int:
        """Return up to which id nothing can come late any more."""
        old = self._monotonic() - _LATE_S
        settled = [number for number, seen_s in self._seen.items() if seen_s < old]
        # However many come at once, what is remembered stays bounded.
        behind = max(int(pose["id"]) for pose in poses) - _MOST_SEEN
        return max(self._done_to, behind, *settled)

    def _advance(self, poses: Sequence[DictRow], done_to: int) -> None:
        now_s = self._monotonic()
        self._seen |= {pose["id"]: now_s for pose in poses}
        self._done_to = done_to
        self._newest = max(self._newest, *(pose["id"] for pose in poses))
        self._seen = {number: at_s for number, at_s in self._seen.items() if number > done_to}

    def _fixed(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Read lenses; make footprints of fixed cameras whose pose is new, or whose terrain came since."""
        now_s = self._monotonic()
        if now_s - self._fixed_s < _FIXED_EVERY_S:
            return
        self._fixed_s = now_s
        self._lenses = {
            name: Lens(*angles) for name, *angles in connection.execute(_SQL["lenses"]).fetchall()
        }
        with connection.cursor(row_factory=dict_row) as cursor:
            parameters = {"incident": incident.id, "now": incident.now(self._wall())}
            poses = cursor.execute(_SQL["fixed_poses"], parameters).fetchall()
        rows = []
        for pose in poses:
            if pose["footprint_id"] is not None and pose["reason"] != "no-terrain":
                continue
            view = view_of(pose)
            ground = self._ground.at(connection, view.lon, view.lat)
            [found] = footprints([view], ground, self._limits)
            if pose["footprint_id"] is None or found.geometry is not None:
                camera = ("fixed", pose["camera_id"])
                key = str(pose["id"])
                rows.append(footprint_row(found, view, camera=camera, observed_at=pose["from_at"], key=key))
        if rows:
            with connection.transaction(), connection.cursor() as writer:
                record(writer, incident.id, self._write(connection, writer, incident.id, rows))
