from __future__ import annotations

from typing import Any

import pytest

from geo.forecast.simulation_request import Constant, RequestError, read_request

LINE = {"type": "LineString", "coordinates": [[138.2755, 36.6862], [138.2758, 36.6865]]}


def request(**changed: Any) -> dict[str, Any]:
    return {"breach": LINE, "discharge": {"kind": "constant", "m3_s": 100.0}, **changed}


def test_a_request_has_defaults_and_keeps_what_was_asked() -> None:
    asked = read_request(request())
    assert (asked.hours, asked.manning, asked.terrain) == (6.0, 0.04, None)
    assert isinstance(asked.discharge, Constant)
    assert read_request(asked.document()) == asked
    assert list(asked.line.coords) == [(138.2755, 36.6862), (138.2758, 36.6865)]


NAN = float("nan")


def flow(time_s: list[float], m3_s: list[float]) -> dict[str, Any]:
    return {"discharge": {"kind": "hydrograph", "time_s": time_s, "m3_s": m3_s}}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"discharge": {"kind": "constant", "m3_s": -1}}, "discharge.m3_s", "negative"),
        ({"discharge": {"kind": "constant", "m3_s": NAN}}, "discharge.m3_s", "no discharge"),
        ({"discharge": {"kind": "constant", "m3_s": 0}}, "discharge.m3_s", "no water"),
        ({"discharge": {"kind": "constant", "m3_s": 1e6}}, "discharge.m3_s", "more than any river"),
        ({"discharge": {"kind": "constant"}}, "discharge", "m3_s"),
        ({"discharge": {"kind": "constant", "m3_s": "much"}}, "discharge.m3_s", "float"),
        ({"discharge": {"kind": "dam", "m3_s": 1}}, "discharge.kind", "dam"),
        (flow([0, 600], [1, NAN]), "discharge.m3_s", "nan"),
        (flow([0, NAN], [1, 2]), "discharge.time_s", "nan"),
        (flow([0, 0], [1, 2]), "discharge.time_s", "increase"),
        (flow([-1, 0], [1, 2]), "discharge.time_s", "before"),
        (flow([0], [1, 2]), "discharge.time_s", "1 times"),
        (flow([], []), "discharge.time_s", "points"),
        ({"discharge": {"kind": "gauge", "gauge": "g", "sill_m": 9e3}}, "discharge.sill_m", "outside"),
        ({"discharge": {"kind": "gauge", "gauge": "g", "width_m": 0}}, "discharge.width_m", "outside"),
        ({"discharge": {"kind": "gauge", "gauge": "g", "bed_slope": -0.1}}, "discharge.bed_slope", "outside"),
        ({"hours": 0}, "hours", "outside"),
        ({"hours": 100}, "hours", "outside"),
        ({"hours": NAN}, "hours", "outside"),
        ({"manning": 3}, "manning", "outside"),
        ({"breach": {**LINE, "type": "Point"}}, "breach.type", "LineString"),
        ({"breach": {**LINE, "coordinates": [[138.2, 36.6]]}}, "breach.coordinates", "2 to 200"),
        ({"breach": {**LINE, "coordinates": [[138.2, 36.6]] * 2}}, "breach.coordinates", "the same"),
        ({"breach": {**LINE, "coordinates": [[1e7, 4e6], [1, 2]]}}, "breach.coordinates", "coordinate"),
        ({"breach": {**LINE, "coordinates": [[138.2], [1, 2]]}}, "breach.coordinates", "no point"),
        ({"breach": {**LINE, "crs": {"type": "name"}}}, "breach.crs", "WGS 84"),
        ({"breach": None}, "breach", "null"),
        ({"levee": 1}, "request", "levee"),
    ],
)  # fmt: skip
def test_each_fault_names_its_field(changed: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(RequestError) as fault:
        read_request(request(**changed))
    assert fault.value.field == field
    assert words in fault.value.words


def test_what_is_no_request_is_said_to_be_none() -> None:
    with pytest.raises(RequestError, match="request"):
        read_request([1, 2])
