"""How deep stretches of road stand in a simulated flood, and from when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.flood.exposure import OUTSIDE, Footing
from geo.forecast.simulation_screen import NEVER, UNKNOWN
from geo.roads.graph import Numbers, RoadGraph

Codes = NDArray[np.uint16]

#: radius of the sphere of EPSG:3857 [m]
_MERCATOR_M: Final = 6_378_137.0


@dataclass(frozen=True, kw_only=True, eq=False)
class FloodField:
    """Fields of a run on its grid in EPSG:3857, (rows, columns): `peak` [cm], `arrival` [min]."""

    footing: Footing
    peak: Codes
    arrival: Codes


def water_on(graph: RoadGraph, flood: FloodField) -> tuple[Numbers, Numbers]:
    """Return for each stretch its greatest depth [m], 0 = dry or not known, and when it gets wet first [s].

    Sampled at every cell along the line. The time is infinite where no sample gets wet.
    """
    count = len(graph.lines)
    depth_m, first_s = np.zeros(count), np.full(count, np.inf)
    if count == 0:
        return depth_m, first_s
    flat = shapely.transform(graph.lines, lambda points: mercator(graph.plane.degrees(points)))
    step = min(flood.footing.cell_x, flood.footing.cell_y)
    points, stretch = shapely.get_coordinates(shapely.segmentize(flat, step), return_index=True)
    cells = flood.footing.cells(points[:, 0], points[:, 1])
    there = cells != OUTSIDE
    cells, stretch = cells[there], stretch[there]
    peak, arrival = flood.peak.reshape(-1)[cells], flood.arrival.reshape(-1)[cells]
    wet = (peak != UNKNOWN) & (peak > 0)
    np.maximum.at(depth_m, stretch[wet], peak[wet] / 100.0)
    came = wet & (arrival < NEVER)
    np.minimum.at(first_s, stretch[came], arrival[came] * 60.0)
    return depth_m, first_s


def mercator(degrees: Numbers) -> Numbers:
    """Return points (n, 2) lon, lat [degrees] in EPSG:3857 [m of the map]."""
    lon, lat = np.radians(degrees).T
    return np.stack([_MERCATOR_M * lon, _MERCATOR_M * np.log(np.tan(np.pi / 4 + lat / 2))], axis=1)
