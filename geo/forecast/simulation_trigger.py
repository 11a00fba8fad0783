"""Runs that start by themselves: a gauge's forecast alarms, and a breach site is registered for it.

What if the levee went there? Nobody saw it go: the run, its note and the chronology say so.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from geo.change import record
from geo.chronology import Event, write_events
from geo.forecast.breach_site import sites_due
from geo.forecast.simulation_forecast import stale_after
from geo.forecast.simulation_note import note, rules
from geo.forecast.simulation_order import Order, order_run
from geo.forecast.simulation_request import RequestError, read_request
from geo.incident import Incident

log = logging.getLogger(__name__)


class Trigger:
    """Asks for runs at sites whose forecast alarms; at most one per site in `site_pause_h`."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        #: sites that could not be computed: origin of the forecast, and why
        self._refused: dict[str, tuple[datetime, str]] = {}

    def look(self, connection: psycopg.Connection[Any], incident: Incident, now: datetime) -> list[int]:
        """Ask for the runs that are due at `now` (incident's clock); return their ids."""
        parameters = {
            "incident": incident.id,
            "now": now,
            "stale_s": stale_after().total_seconds(),
            "pause_s": timedelta(hours=rules()["site_pause_h"]).total_seconds(),
        }
        asked = []
        for site in sites_due(connection, parameters):
            if self._refused.get(site["id"], (None, ""))[0] == site["origin_at"]:
                continue
            try:
                order = site_order(site)
                asked.append(int(order_run(connection, order, incident, now, self._state_dir)["id"]))
            except RequestError as fault:
                self._refuse(connection, incident, site, str(fault), now)
            else:
                self._refused.pop(site["id"], None)
        return asked

    def _refuse(
        self, connection: psycopg.Connection[Any], incident: Incident, site: dict[str, Any], why: str,
        now: datetime,
    ) -> None:  # fmt: skip
        """Say that an alarming site cannot be computed; the same words are said once."""
        _, said = self._refused.get(site["id"], (None, ""))
        self._refused[site["id"]] = (site["origin_at"], why)
        if why == said:
            return
        log.warning("breach site %s cannot be computed: %s", site["id"], why)
        event = Event(
            event_at=now,
            category="forecast",
            object_kind="breach_site",
            object_id=site["id"],
            severity=1,
            code="inundation.refused",
            text=f"破堤想定地点「{site['name']}」の浸水想定を自動計算できない（{why}）",
            text_en=f"The flood of a breach at “{site['name']}” cannot be computed by itself ({why})",
            params={"gauge": site["gauge_id"]},
        )
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            record(cursor, incident.id, write_events(cursor, incident.id, [event]))


def site_order(site: dict[str, Any]) -> Order:
    """Return the run to ask for at a site (a row of `sites_due`). Raises `RequestError`."""
    request = read_request(
        {
            "breach": site["line"],
            "land_side": site["land_side"],
            "hours": rules()["site_hours"],
            "manning": rules()["site_manning"],
            "discharge": {
                "kind": "gauge",
                "gauge": site["gauge_id"],
                **{name: site[name] for name in ("sill_m", "width_m", "bed_slope")},
            },
        }
    )
    return Order(
        request=request,
        cause="threshold",
        title=f"破堤想定 {site['name']}",
        title_en=f"What if the levee goes: {site['name']}",
        site_id=site["id"],
        notes=[note("what-if")],
    )
