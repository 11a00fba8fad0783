from __future__ import annotations

import tomllib
from typing import Any

import pytest
from shapely.geometry import box

from ops.scenarios.make import (
    Made,
    gauges,
    manifest,
    municipalities,
    readings,
    refuges,
    split_name,
    telegrams,
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("御所地橋（飯尾川）", ("御所地橋", "飯尾川")),
        ("川南北橋(冷田川)", ("川南北橋", "冷田川")),
        ("相坂堰堤（御所池）", ("相坂堰堤", "御所池")),
        ("那賀川左岸 3K400", ("左岸 3K400", "那賀川")),
        ("桑野川右岸\u30008k600", ("右岸 8k600", "桑野川")),
        ("西加茂（内水）", ("西加茂（内水）", None)),
        ("舟入川", ("舟入川", None)),
        ("陶大橋", ("陶大橋", None)),
    ],
)
def test_a_gauge_and_its_river_are_told_apart(name: str, parts: tuple[str, str | None]) -> None:
    assert split_name(name) == parts


def test_gauges_keep_their_facts() -> None:
    facts = {
        "code": "3600000017",
        "name": "御所地橋（飯尾川）",
        "kana": "ごしょじばし",
        "townCode": "36205",
        "longitude": 134.36000049,
        "latitude": 34.07,
        "startLevel": 4.96,
        "warnLevel": None,
        "fladLevel": 6.67,
    }
    stated, other = box(134.3, 34, 134.4, 34.1), box(134.1, 34, 134.2, 34.1)
    (row,) = gauges([{"properties": facts}], {"36205": stated, "36206": other})
    assert row == {
        "id": "3600000017",
        "name": "御所地橋",
        "river": "飯尾川",
        "kana": "ごしょじばし",
        "area_code": "36205",
        "lon": 134.36,
        "lat": 34.07,
        "start_m": 4.96,
        "caution_m": None,
        "danger_m": 6.67,
    }


@pytest.mark.parametrize(
    ("stated", "code"), [("36201", "36206"), ("36205", "36206"), ("36206", "36206"), ("01100", "36206")]
)
def test_a_gauge_belongs_to_where_it_stands(stated: str, code: str) -> None:
    facts = dict.fromkeys(("kana", "startLevel", "warnLevel", "fladLevel"))
    place = {"code": "1", "name": "橋", "townCode": stated, "longitude": 134.15, "latitude": 34.05}
    ground = {"36205": box(134.3, 34, 134.4, 34.1), "36206": box(134.1, 34, 134.2, 34.1)}
    assert gauges([{"properties": facts | place}], ground)[0]["area_code"] == code


def test_a_gauge_on_no_known_ground_keeps_what_is_stated() -> None:
    facts = dict.fromkeys(("kana", "startLevel", "warnLevel", "fladLevel"))
    place = {"code": "1", "name": "橋", "townCode": "1100", "longitude": 141.3, "latitude": 43.0}
    assert gauges([{"properties": facts | place}], {})[0]["area_code"] == "01100"


def row(code: str, time: str, level: str = "1.5", flood: str = "False") -> dict[str, str]:
    return {"code": code, "obsTime": time, "level": level, "isWarning": "False", "isFlood": flood}


def test_readings_end_with_the_period_and_keep_what_was_said_before() -> None:
    rows = [
        row("b", "2026-06-03T23:59:00+09:00", flood="True"),
        row("a", "2022-05-21T06:02:00+09:00"),
        row("a", "2026-06-04T00:00:00+09:00"),
        row("a", "2022-05-21T06:02:00+09:00"),
    ]
    kept = readings(rows)
    assert [(one["gauge_id"], one["observed_at"]) for one in kept] == [
        ("a", "2022-05-20T21:02:00Z"),
        ("b", "2026-06-03T14:59:00Z"),
    ]
    assert kept[1]["above_danger"] == 1


def telegram(*levels: int) -> dict[str, Any]:
    return {
        "issued_at": "2026-06-02T01:23:12.000Z",
        "prefecture": "徳島県",
        "source_id": "t",
        "warnings": [{"level": level, "area": "南部", "hazard": "高波"} for level in levels],
    }


def test_a_telegram_says_from_which_level_on_it_is_whole() -> None:
    assert [told["complete_from"] for told in telegrams([telegram(3), telegram()])] == [3, 1]
    assert telegrams([telegram(3)])[0]["issued_at"] == "2026-06-02T01:23:12Z"


def test_a_record_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="several levels"):
        telegrams([telegram(2, 3)])


def test_refuges_of_two_overlapping_areas_stand_once() -> None:
    feature = {
        "properties": {"共通ID": "E3620100002201", "備考": None},
        "geometry": {"coordinates": [134.55495149, 34.06]},
    }
    assert refuges([feature, feature]) == [
        {"共通ID": "E3620100002201", "備考": "", "緯度": 34.06, "経度": 134.554951}
    ]


def test_boundaries_are_rounded() -> None:
    ring = [[134.12345678, 34.0], [134.2, 34.0], [134.2, 34.1], [134.12345678, 34.0]]
    feature = {
        "properties": {"code": "36201", "name": "徳島県徳島市", "extra": 1},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }
    (kept,) = municipalities([feature])["features"]
    assert kept["properties"] == {"code": "36201", "name": "徳島県徳島市"}
    assert kept["geometry"]["coordinates"][0][0][0] == [134.123457, 34.0]


def test_the_manifest_lists_every_file_with_its_digest() -> None:
    text = manifest('slug = "x"\n', [Made("a.csv", b"1\n", 1)])
    assert tomllib.loads(text) == {
        "slug": "x",
        "file": [
            {
                "name": "a.csv",
                "rows": 1,
                "sha256": "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865",
            }
        ],
    }
