"""Whether every camera pose of the demo became ground on the map, or a reason why not."""

from __future__ import annotations

import time
from typing import Final

from geo.engine import connect
from geo.queries import load
from ops.check import Finding

_SQL = load("ops", "air.sql")
#: how long the footprints may take [s]
MADE_S: Final = 60.0


def footprint_finding(database_url: str) -> Finding:
    """Look for poses without a footprint; of those with one, some must show ground."""
    deadline = time.monotonic() + MADE_S
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        while True:
            found = connection.execute(_SQL["footprints"]).fetchall()
            missing = [(vehicle, poses, poses - made) for vehicle, poses, made, _ in found if made < poses]
            if not missing or time.monotonic() > deadline:
                break
            time.sleep(0.2)
    seen = sum(ground for *_, ground in found)
    wrong = [
        f"{vehicle}: {lacking} of {poses} poses have no footprint" for vehicle, poses, lacking in missing
    ]
    if not seen:
        wrong.append("no pose shows ground")
    poses = sum(poses for _, poses, _, _ in found)
    return Finding("camera poses became footprints, or a reason", f"{poses} poses, {seen} with ground", wrong)
