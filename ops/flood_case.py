"""The breach of a scenario: which terrain, where, how much water, and what must come out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.forecast.simulation_note import note
from geo.forecast.simulation_order import Order
from geo.forecast.simulation_request import read_request
from geo.forecast.terrain_register import NewTerrain


@dataclass(frozen=True, kw_only=True)
class FloodCase:
    """A breach to be computed, and the volume and area that a right computation comes to."""

    terrain: Path
    terrain_name: str
    #: GeoJSON LineString, longitude and latitude
    breach: Mapping[str, Any]
    discharge_m3_s: float
    hours: float
    manning: float
    volume_m3: float
    #: how far the volume and the area may differ [relative]
    volume_tolerance: float
    area_km2: float
    area_tolerance: float

    def new_terrain(self, credit: str) -> NewTerrain:
        """Return its terrain as it is registered; the file names its datum."""
        return NewTerrain(source=self.terrain, name=self.terrain_name, credit=credit)

    def order(self, title: str, title_en: str) -> Order:
        """Return the run that is asked for."""
        request = read_request(
            {
                "breach": dict(self.breach),
                "hours": self.hours,
                "manning": self.manning,
                "discharge": {"kind": "constant", "m3_s": self.discharge_m3_s},
            }
        )
        return Order(
            request=request,
            cause="scenario",
            title=title,
            title_en=title_en,
            notes=[note("not-observed")],
        )


def read_flood_case(flood: Mapping[str, Any], folder: Path) -> FloodCase:
    """Build the case from the manifest's table `flood`; its breach runs through the points of its file."""
    points = json.loads((folder / flood["breach"]).read_text(encoding="utf-8"))["features"]
    names = (
        *("terrain_name", "discharge_m3_s", "hours", "manning"),
        *("volume_m3", "volume_tolerance", "area_km2", "area_tolerance"),
    )
    return FloodCase(
        terrain=folder / flood["terrain"],
        breach={
            "type": "LineString",
            "coordinates": [point["geometry"]["coordinates"] for point in points],
        },
        **{name: flood[name] for name in names},
    )
