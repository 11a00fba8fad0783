"""The field process: what positions and camera poses mean, from what ingest has stored.

A process of its own, so that no message waits for a comparison of all pairs, and that its end is told as its
own: `field` is then down on every screen, and positions still come in. `main` is the entry point; how it
runs its duties is `geo.duty_process`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import psycopg

from geo.clock import Wall, wall_now
from geo.duty_process import Charge, DutyProcess, run_until_signal
from geo.engine import connect
from geo.settings import Settings
from ingest import footprint_duty, photo_duty
from ingest.air_near import NearnessDuty
from ingest.air_spaces import AirspaceDuty
from ingest.air_watch import EVERY_S, ContactDuty
from ingest.footprint_duty import FootprintDuty
from ingest.photo_duty import PhotoDuty
from ingest.track_ground import GroundHeights

SERVICE: Final = "field"
log = logging.getLogger(__name__)


def charges(settings: Settings, wall: Wall = wall_now) -> list[Charge]:
    """Return the duties of a field process; each stands in a module of its own."""
    ground = GroundHeights(_reach(settings), settings.state_dir)
    contact, near, spaces = ContactDuty(wall, ground=ground), NearnessDuty(wall), AirspaceDuty(wall)
    footprints = FootprintDuty(settings, wall)
    photos = PhotoDuty(settings, wall, ground)
    return [
        # first: who is lost waits for nothing
        Charge("contact", EVERY_S, contact.work, detail=lambda: contact.detail),
        Charge("airspaces", EVERY_S, spaces.work, detail=lambda: spaces.detail),
        Charge("nearness", EVERY_S, near.work, detail=lambda: near.detail),
        Charge("footprints", footprint_duty.EVERY_S, footprints.work, detail=lambda: footprints.detail),
        Charge("photographs", photo_duty.EVERY_S, photos.work, detail=lambda: photos.detail),
    ]


def _reach(settings: Settings) -> Callable[[Callable[[psycopg.Connection[Any]], Any]], Any]:
    """Return what runs an action on a connection of its own: asked only when somebody is lost."""

    def reach(action: Callable[[psycopg.Connection[Any]], Any]) -> Any:  # noqa: ANN401 - what the action returns
        with connect(settings.require_database_url(), application=f"sonae-{SERVICE}") as connection:
            return action(connection)

    return reach


def main(settings: Settings) -> None:
    """Run the field process until SIGINT or SIGTERM."""
    run_until_signal(DutyProcess(SERVICE, charges(settings), settings))
