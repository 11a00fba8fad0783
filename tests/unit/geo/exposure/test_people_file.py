"""Files of population: what is read from each form, and what is said of each bad row."""

from __future__ import annotations

from datetime import date

import pytest
from shapely.geometry import Polygon, box

from geo.exposure.people_file import PeopleFileError, read_people

PLAIN = "id,lon,lat,persons,households,age_0_14,age_15_64,age_65_over,area_code,district\n"
TAKAMATSU = (
    "#property,prefCode,regionCode,prefName,cityName,surveyDate,regionName,totalPopulation,male,woman,"
    "man1,woman1,man18,woman18,numberOfHouseholds,note,location\n"
)


def test_plain_columns() -> None:
    file = read_people(f"{PLAIN}a,134.05,34.34,10,4,2,5,3,37201,\n".encode(), name="x.csv")
    (count,) = file.counts
    assert (count.id, count.lon, count.lat, count.persons, count.households) == ("a", 134.05, 34.34, 10, 4)
    assert count.ages == {"0-14": 2, "15-64": 5, "65+": 3}
    assert (count.area_code, count.district, count.coarse) == ("37201", None, False)
    assert file.faults == []


def test_the_municipal_data_set_with_a_location_is_coarse() -> None:
    row = "7,37201,,香川県,高松市,2026-02-01 00:00:00,塩屋町,402,188,214,16,10,2,10,231,,"
    row += '"34.342286, 134.055021"\n'
    file = read_people((TAKAMATSU + row).encode("cp932"), name="人口.csv")
    (count,) = file.counts
    assert (count.lon, count.lat, count.district) == (134.055021, 34.342286, "塩屋町")
    assert count.ages == {"0-4": 26, "85+": 12}
    assert count.coarse
    assert (file.as_of, file.persons, file.rejected) == (date(2026, 2, 1), 402, 0)


def test_named_columns_of_ages_and_outlines_of_districts() -> None:
    header = "市区町村コード,都道府県名,地域名,総人口,0-4歳の男性,0-4歳の女性,"
    header += "85歳以上の男性,85歳以上の女性,世帯数,調査年月日\n"
    text = header + "372013,香川県,築地町,9,1,2,2,4,5,2026/2/1\n372013,香川県,無名町,9,1,2,2,4,5,昨日\n"
    file = read_people(text.encode(), name="x.csv", districts={"築地町": box(134, 34, 134.01, 34.01)})
    (count,) = file.counts
    assert count.ages == {"0-4": 3, "85+": 6}
    assert count.home is not None
    assert not count.coarse
    assert (count.area_code, count.households) == ("37201", 5)
    (fault,) = [fault for fault in file.faults if fault.rejected]
    assert (fault.line, fault.reason[:20]) == (3, "the row has no place")


def test_mesh_codes_become_boxes() -> None:
    file = read_people(
        "KEY_CODE,人口（総数）,世帯総数\n533946113,120,50\n5339461132,7,*\n99,1,1\n".encode(), name="m.csv"
    )
    half, quarter = file.counts
    assert isinstance(half.home, Polygon)
    assert half.home.area == pytest.approx(4 * quarter.home.area)  # type: ignore[union-attr]
    assert half.home.contains(quarter.home.centroid)  # type: ignore[union-attr]
    assert quarter.households is None
    said = [(fault.line, fault.column, fault.rejected) for fault in file.faults]
    assert said == [(3, "世帯総数", False), (4, "mesh", True)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a,134,34,,4,,,,,\n", "persons", "is empty"),
        ("a,134,34,-3,4,,,,,\n", "persons", "from 0 on"),
        ("a,134,34,many,4,,,,,\n", "persons", "is not a number"),
        ("a,134,34,nan,4,,,,,\n", "persons", "from 0 on"),
        ("a,0,0,3,4,,,,,\n", "経度", "outside Japan"),
        ("a,,,3,4,,,,,\n", "緯度, 経度", "no place"),
        ("a,134,34\n", "", "3 fields, the header 10"),
        ("a,134,34,1\x00,1,,,,,\n", "", ""),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_in(row: str, column: str, reason: str) -> None:
    text = f"{PLAIN}{row}b,134.1,34.1,2,1,0,1,1,37201,\n"
    if "\x00" in row:
        with pytest.raises(PeopleFileError, match="UTF-16, or no text"):
            read_people(text.encode(), name="x.csv")
        return
    file = read_people(text.encode(), name="x.csv")
    assert [count.id for count in file.counts] == ["b"]
    (fault,) = [fault for fault in file.faults if fault.rejected]
    assert (fault.line, fault.column) == (2, column)
    assert reason in fault.reason


def test_an_id_that_stands_twice_is_refused_and_wrong_ages_are_told() -> None:
    text = f"{PLAIN}a,134,34,10,4,2,5,9,37201,\na,134,34,1,1,,,,37201,\nb,134,34,1,1,x,0,0,99999,\n"
    file = read_people(text.encode(), name="x.csv")
    assert [count.id for count in file.counts] == ["a", "b"]
    assert [(fault.line, fault.rejected) for fault in file.faults] == [
        (2, False), (3, True), (4, False), (4, False),
    ]  # fmt: skip
    assert "same id as line 2" in file.faults[1].reason
    assert file.counts[1].ages is None


def test_other_names_of_columns_can_be_said() -> None:
    file = read_people(
        b"lon,lat,T001,T002\n134,34,5,2\n", name="x", persons_column="T001", households_column="T002"
    )
    assert (file.counts[0].persons, file.counts[0].households) == (5, 2)


@pytest.mark.parametrize(
    "data", [b"lon,lat,level\n1,2,3\n", b'{"type":"FeatureCollection","features":[{"properties":{"a":1}}]}']
)
def test_a_file_without_persons_is_no_list_of_population(data: bytes) -> None:
    with pytest.raises(PeopleFileError, match="persons, totalPopulation"):
        read_people(data, name="levels.csv")


def test_a_file_may_say_itself_what_is_coarse() -> None:
    text = "id,lon,lat,persons,district,coarse\na,134,34,5,東,0\nb,134,34,5,西,\nc,134,34,5,,1\n"
    file = read_people(text.encode(), name="x")
    assert [count.coarse for count in file.counts] == [False, True, True]
