"""Airspaces as they are asked for: what is refused, with the culprit's name, and what tells two apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import shapely

from dashboard.airspace_form import AirspaceForm, columns, revision
from dashboard.errors import BadInputError

NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
RING = [[134.4, 34.0], [134.6, 34.0], [134.6, 34.1], [134.4, 34.1], [134.4, 34.0]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def form(**changed: Any) -> AirspaceForm:
    given = {"kind": "emergency", "name": "勝浦川", "geometry": POLYGON, "source": "航空局 公示"}
    return msgspec.convert({**given, **changed}, AirspaceForm)


def test_what_is_asked_for_is_what_is_kept() -> None:
    found = columns(form(ceiling_tp_m=300.0, exempt=["b", "a", "a"], name=" 勝浦川 "), NOW)
    assert (found["name"], found["from_at"], found["exempt"]) == ("勝浦川", NOW, ["a", "b"])
    shape = shapely.from_wkb(found["shape"])
    assert shape.geom_type == "MultiPolygon"
    assert shape.bounds == (134.4, 34.0, 134.6, 34.1)
    round_one = columns(form(geometry=None, circle={"lon": 134.5, "lat": 34.0, "radius_m": 5000}), NOW)
    assert shapely.from_wkb(round_one["shape"]).covers(shapely.Point(134.5, 34.04))
    many = {"type": "MultiPolygon", "coordinates": [[RING], [[[x + 1, y] for x, y in RING]]]}
    assert len(shapely.from_wkb(columns(form(geometry=many), NOW)["shape"]).geoms) == 2


@pytest.mark.parametrize(
    ("changed", "culprit"),
    [
        ({"geometry": {"type": "Point", "coordinates": [134, 34]}}, "geometry.type.*'Point'"),
        ({"geometry": {"type": "Polygon"}}, "must be a list"),
        ({"geometry": {"type": "Polygon", "coordinates": [RING[:-1]]}}, "polygon 1, ring 1.*last equal"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[34.0, 134.5], *RING]]}}, "corner 1.*no \\(long"),
        ({"geometry": {"type": "Polygon", "coordinates": [[["134", 34], *RING[1:]]]}}, "corner 1.*degrees"),
        (
            {"geometry": {"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]}},
            "Self-intersection",
        ),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [20, 0], [20, 9], [0, 0]]]}}, "wider"),
        ({"circle": {"lon": 134.5, "lat": 34.0, "radius_m": 50}}, "not both"),
        ({"geometry": None}, "either"),
        ({"to_at": (NOW - timedelta(hours=1)).isoformat()}, "to_at"),
        ({"floor_tp_m": 300.0, "ceiling_tp_m": 100.0}, "ceiling_tp_m"),
        ({"name": "  "}, "name is blank"),
    ],
)
def test_what_cannot_be_used_is_named(changed: dict[str, Any], culprit: str) -> None:
    with pytest.raises(BadInputError, match=culprit):
        columns(form(**changed), NOW)


def test_too_many_corners_are_refused() -> None:
    ring = shapely.get_coordinates(shapely.Point(134.5, 34.0).buffer(0.5, quad_segs=600)).tolist()
    with pytest.raises(BadInputError, match="corners"):
        columns(form(geometry={"type": "Polygon", "coordinates": [ring]}), NOW)


def test_every_field_that_is_edited_makes_another_revision() -> None:
    base = {**columns(form(), NOW), "ended_at": None}
    others = [
        {**columns(form(**changed), NOW), "ended_at": None}
        for changed in (
            {"name": "那賀川"}, {"kind": "keep-out"}, {"ceiling_tp_m": 300.0}, {"floor_tp_m": 0.0},
            {"to_at": (NOW + timedelta(hours=1)).isoformat()}, {"exempt": ["d1"]}, {"source": "x"},
            {"geometry": {"type": "Polygon", "coordinates": [[[134.4, 34.0], *RING[2:4], [134.4, 34.0]]]}},
        )
    ]  # fmt: skip
    assert len({revision(one) for one in (base, *others)}) == 1 + len(others)
    assert revision(base) == revision(dict(base))
