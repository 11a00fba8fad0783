"""Lists of facilities and roads: kinds, places, and what is said of each bad row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from geo.exposure.facility_file import FacilityFileError, read_facilities
from geo.exposure.road_file import RoadFileError, read_roads
from geo.facility_kinds import facility_names, kind_of
from geo.schema.exposure import FACILITY_KINDS


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("介護老人福祉施設\n短期入所生活介護\n通所介護", "care_home"),
        ("通所介護", "day_care"),
        ("共同生活援助／短期入所", "disabled_care"),
        ("生活介護", "disabled_care"),
        ("就労継続支援Ｂ型", "disabled_care"),
        ("放課後等デイサービス", "children"),
        ("幼稚園（市立）", "nursery"),
        ("小学校", "school"),
        ("無床診療所", "clinic"),
        ("有床診療所", "hospital"),
        ("アンダーパス", "underpass"),
        ("美術館", None),
    ],
)
def test_a_publisher_s_category_tells_the_kind(category: str, kind: str | None) -> None:
    assert kind_of(category) == kind


def test_every_kind_has_names() -> None:
    assert set(facility_names()) == set(FACILITY_KINDS)


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def point(lon: float, lat: float, **facts: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "properties": facts, "geometry": geometry}


def test_facilities_of_a_city() -> None:
    data = collection(
        point(138.3, 34.88, 名称="くすのき", 区分="特別養護老人ホーム", **{"№": "285"}),
        point(138.3, 34.89, 名称="病院", 区分="病院", 定員="1,199（休床中）", **{"№": "286"}),
        point(138.3, 34.89, 名称="謎", 区分="美術館", 定員="多数", **{"№": "287"}),
    )
    file = read_facilities(data, name="f.geojson")
    assert [(row.id, row.kind, row.capacity) for row in file.facilities] == [
        ("285", "care_home", None), ("286", "hospital", 1199), ("287", "other", None),
    ]  # fmt: skip
    assert file.facilities[0].raw["区分"] == "特別養護老人ホーム"
    assert [(fault.line, fault.rejected) for fault in file.faults] == [(3, False), (3, False)]


def test_bad_rows_are_named_and_the_rest_goes_in() -> None:
    rows = (
        "kind,name,lat,lon\n,無種別,34.1,134.1\nhotel,宿,34.1,134.1\nschool,,34.1,134.1\n"
        "school,島,,\nschool,逆,134.1,34.1\nschool,逆,134.1,34.1\n"
    )
    file = read_facilities(rows.encode(), name="f.csv")
    assert [row.name for row in file.facilities] == ["逆"]
    assert (file.facilities[0].lon, file.rejected) == (134.1, 5)
    reasons = {fault.line: fault.reason for fault in file.faults if fault.rejected}
    assert "say which kind" in reasons[2]
    assert "is none of care_home" in reasons[3]
    assert reasons[4] == "is empty"
    assert "no point" in reasons[5]
    assert "same id as line 6" in reasons[7]


def test_a_kind_given_stands_for_all_rows() -> None:
    data = collection(point(138.3, 34.8, ID="1", 名称="アンダーパス"))
    file = read_facilities(data, name="u", kind="underpass")
    assert [row.kind for row in file.facilities] == ["underpass"]
    with pytest.raises(FacilityFileError, match="'hotel' is no kind"):
        read_facilities(b"", name="u", kind="hotel")
    for other in (b"a,b\n1,2\n", collection({"properties": {"a": 1}})):
        with pytest.raises(FacilityFileError, match=r"u\.x"):
            read_facilities(other, name="u.x", kind="school")


def line(*coordinates: list[float], kind: str = "LineString", **facts: Any) -> dict[str, Any]:
    return {"properties": facts, "geometry": {"type": kind, "coordinates": list(coordinates)}}


def test_roads_and_what_is_no_road() -> None:
    data = collection(
        line([138.3, 34.8], [138.31, 34.8], item1=1, item2="県一次緊急輸送路"),
        line([138.3, 34.8, 5], [138.31, 34.8, 5], 路線名="国道150号", id="150"),
        line([138.3, 34.9], [138.31, 34.9], 路線名="国道150号", id="150"),
        {"properties": {}, "geometry": {"type": "Point", "coordinates": [138.3, 34.8]}},
        {"properties": None, "geometry": None},
        line([138.3, 34.8], [138.3, 34.8]),
        line([1.0, 2.0], [3.0, 4.0]),
        line([138.3, "x"], [3.0, 4.0]),  # type: ignore[list-item]
    )
    file = read_roads(data, name="roads.geojson")
    assert [(road.id, road.name) for road in file.roads] == [
        ("1", "県一次緊急輸送路"), ("150", "国道150号"), ("150/3", "国道150号"),
    ]  # fmt: skip
    assert not any(road.line.has_z for road in file.roads)
    assert (file.rows, file.rejected) == (8, 5)
    assert [fault.line for fault in file.faults] == [3, 4, 5, 6, 7, 8]
    assert read_roads(data, name="r", name_column="item1").roads[0].name == "1"


def test_files_that_are_no_roads_are_refused_by_name() -> None:
    with pytest.raises(RoadFileError, match=r"r\.json is no JSON"):
        read_roads(b"{", name="r.json")
    with pytest.raises(RoadFileError, match="no GeoJSON FeatureCollection"):
        read_roads(b"[]", name="r.json")
    crs = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6676"}}, "features": []}
    with pytest.raises(RoadFileError, match="EPSG::6676"):
        read_roads(json.dumps(crs).encode(), name="r.json")
