"""The demo's air: made-up helicopters and drones that fly sorties by the incident's clock and tell of them.

Around the height of the storm one falls silent and two come near each other, so that the centre has
something to notice; on most other sorties everybody comes home.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

import msgspec
import numpy as np
import psycopg

from geo.clock import wall_now
from geo.engine import connect
from geo.incident import Incident, NoIncidentError, find_incident
from ops.air_fleet import DOCK, DOCK_TOPIC, RECEIVER_TOPIC, SEED, AirFleet, Flyer, make_air
from ops.fleet import Fleet, FleetError, broker_place
from ops.installation import Installation
from ops.scenario import load_scenario
from sensors.simulate.aircraft import MEETING_S
from sensors.simulate.drone_flight import SimulatedDrone
from sensors.simulate.encode_own import encode_pose, encode_status, encode_track, topic
from sensors.simulate.encode_vendor import encode_dji_osd, encode_readsb
from sensors.track import Pose, Track

#: how often each tells where it is, by the incident's clock
EVERY: Final = timedelta(seconds=30)
#: from take-off to take-off [s], and how far a drone is into its flight at the height of the storm [s]
HELICOPTER_CYCLE_S, DRONE_CYCLE_S, DRONE_PHASE_S = 4500.0, 1200.0, 400.0
#: what is told last before a check looks is so old [s]
BEFORE_S: Final = 5.0
#: of so many sorties only the first (that at the height of the storm) loses a helicopter
LOST_EVERY: Final = 6
#: what was missed for longer is not told any more: who flies tells where he is
_LONGEST: Final = timedelta(minutes=5)
#: how often the clock is looked at, and how long a fault is waited for [s]
_LOOK_S, _AGAIN_S = 0.25, 3.0


class AirDrill:
    """Tells where everybody is; a context manager that connects all accounts."""

    def __init__(self, fleet: AirFleet, place: tuple[str, int], begin: datetime) -> None:
        """`place` is the broker's host and port; nothing from before `begin` is told, and that first."""
        self._fleet = fleet
        self._lines = Fleet(fleet.accounts, *place)
        self._next = begin.replace(microsecond=0)
        self._on: set[str] = set()
        #: positions and poses that were sent, by vehicle
        self.tracks: Counter[str] = Counter()
        self.poses: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Connect. Raises `FleetError`."""
        self._lines.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect without a last will."""
        self._lines.__exit__(kind, error, trace)

    @property
    def fleet(self) -> AirFleet:
        """Who flies."""
        return self._fleet

    def skip_to(self, moment: datetime) -> None:
        """Forget what has not been told from long before `moment`."""
        behind = (moment - _LONGEST - self._next) // EVERY
        if behind > 0:
            self._next += behind * EVERY

    def catch_up(self, moment: datetime, *, stopped: Callable[[], bool] = lambda: False) -> None:
        """Tell everything until `moment`, or the scenario's end."""
        while self._next <= min(moment, self._fleet.end) and not stopped():
            for number, flyer in enumerate(self._fleet.flyers):
                self._tell(flyer, number, self._next)
            self._next += EVERY

    def land(self, at: datetime) -> None:
        """Put everybody on the ground where he is, and sign off who can; `at` is after all that was told."""
        for number, flyer in enumerate(self._fleet.flyers):
            _, seconds = self._sortie(flyer, at)
            gone = flyer.own and flyer.craft.id not in self._on
            if not gone and not self._silent(flyer, at):
                self._send(flyer, seconds, at, number, landed=True)
                if flyer.own:
                    self._sign(flyer, at, online=False)

    def wait_acknowledged(self, timeout_s: float) -> None:
        """Wait until the broker has everything. Raises `FleetError`."""
        self._lines.wait_acknowledged(timeout_s)

    def _tell(self, flyer: Flyer, number: int, at: datetime) -> None:
        _, seconds = self._sortie(flyer, at)
        if not flyer.own:
            self._send(flyer, seconds, at, number)
            return
        if self._silent(flyer, at):
            return
        flying = seconds <= flyer.craft.route.length_s
        if flying != (flyer.craft.id in self._on):
            self._sign(flyer, at, online=flying)
        if flying:
            self._send(flyer, seconds, at, number)

    def _sortie(self, flyer: Flyer, at: datetime) -> tuple[int, float]:
        """Return which sortie a craft is on (0 = at the height of the storm) and how far into it [s]."""
        drone = isinstance(flyer.craft, SimulatedDrone)
        phase_s, cycle_s = (DRONE_PHASE_S, DRONE_CYCLE_S) if drone else (MEETING_S, HELICOPTER_CYCLE_S)
        count, seconds = divmod((at - self._fleet.height).total_seconds() + phase_s, cycle_s)
        return int(count), seconds

    def _silent(self, flyer: Flyer, at: datetime) -> bool:
        count, seconds = self._sortie(flyer, at)
        return count % LOST_EVERY == 0 and flyer.craft.silent_at(seconds)

    def _sign(self, flyer: Flyer, at: datetime, *, online: bool) -> None:
        where = topic(self._fleet.area_code, flyer.craft.kind, flyer.craft.id, "status")
        self._lines.post(flyer.account, where, encode_status(at, online=online))
        (self._on.add if online else self._on.discard)(flyer.craft.id)

    def _send(self, flyer: Flyer, seconds: float, at: datetime, number: int, *, landed: bool = False) -> None:
        chance = np.random.default_rng([SEED, number, int(at.timestamp())])
        track = flyer.craft.track(seconds, at, chance)
        if landed:
            track = msgspec.structs.replace(
                track, on_ground=True, ground_speed_m_s=0.0, climb_m_s=0.0, course_deg=None, heading_deg=None
            )
        camera = flyer.craft if isinstance(flyer.craft, SimulatedDrone) else None
        pose = None if camera is None else camera.pose(seconds, track, chance)
        for where, payload in self._messages(flyer, track, pose):
            self._lines.post(flyer.account, where, payload)
        self.tracks[flyer.vehicle_id] += 1
        self.poses[flyer.vehicle_id] += pose is not None

    def _messages(self, flyer: Flyer, track: Track, pose: Pose | None) -> list[tuple[str, bytes]]:
        if flyer.account == DOCK:
            return [(DOCK_TOPIC, encode_dji_osd(track, [] if pose is None else [pose], gateway=DOCK))]
        if not flyer.own:
            return [(RECEIVER_TOPIC, encode_readsb([track], track.observed_at or self._next))]
        area, kind, name = self._fleet.area_code, flyer.craft.kind, flyer.craft.id
        found = [(topic(area, kind, name, "track"), encode_track(track))]
        return found if pose is None else [*found, (topic(area, kind, name, "pose"), encode_pose(pose))]


def run_air(
    installation: Installation,
    slug: str,
    *,
    stop: threading.Event,
    say: Callable[[str], None],
    wall: Callable[[], datetime] = wall_now,
) -> None:
    """Follow the incident's clock until `stop`; a fault is told and tried again."""
    settings = installation.settings
    fleet = make_air(installation, load_scenario(slug))
    place, url = broker_place(settings.require_mqtt_url()), settings.require_database_url()
    while not stop.is_set():
        try:
            incident = _incident(url, slug)
            with AirDrill(fleet, place, incident.now(wall())) as drill:
                _follow(drill, url, slug, stop, wall)
        except (FleetError, psycopg.Error, NoIncidentError) as fault:
            say(f"air: {fault}; trying again")
            stop.wait(_AGAIN_S)


def _follow(
    drill: AirDrill, url: str, slug: str, stop: threading.Event, wall: Callable[[], datetime]
) -> None:
    landed = False
    while not stop.is_set():
        now = _incident(url, slug).now(wall())
        drill.skip_to(now)
        drill.catch_up(now, stopped=stop.is_set)
        if now >= drill.fleet.end and not landed:
            drill.land(drill.fleet.end)
            landed = True
        stop.wait(_LOOK_S)


def _incident(database_url: str, slug: str) -> Incident:
    with connect(database_url, application="sonae drill", autocommit=True) as connection:
        return find_incident(connection, slug)


def check_begin(fleet: AirFleet) -> datetime:
    """Return from when on a check flies: the take-off of those who meet at the height of the storm.

    The last positions before the height are a little older than it, so that landing then is news.
    """
    return fleet.height - timedelta(seconds=MEETING_S + BEFORE_S)
