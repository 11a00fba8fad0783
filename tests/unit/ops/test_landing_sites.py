"""Lists of landing sites: a city's own open data, our CSV, and rows that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.landing_sites import LandingSiteImportError, read_landing_sites

YAIZU = Path(__file__).parents[3] / "ops/scenarios/yaizu-city/heliports.geojson"


def test_the_list_of_a_city_is_read_whole() -> None:
    found = read_landing_sites(YAIZU.read_bytes(), name="heliports.geojson", source="焼津市")
    first = found.sites["222127-heliport-1"]
    assert (first.name, first.category) == ("焼津市総合グラウンド", "拠点ヘリポート")
    assert (first.length_m, first.width_m, first.capacity) == (120.0, 100.0, None)
    assert len(found.sites) == 12
    assert [fault for fault in found.faults if fault.rejected] == []


def test_what_cannot_be_read_is_named_and_stays_unknown() -> None:
    text = (
        "ID,名称,緯度,経度,広さ,同時離着陸機数,路面\n"
        "1,河川敷,34.05,134.3,80x60 m,2機,芝\n2,校庭,34.06,134.31,広い,たくさん,\n"
        "2,重複,34.06,134.31,,,\n3,位置なし,,,,,\n"
    )
    found = read_landing_sites(text.encode(), name="own.csv", source="試験")
    bank, yard = found.sites["--heliport-1"], found.sites["--heliport-2"]
    assert (bank.length_m, bank.width_m, bank.capacity, bank.surface) == (80.0, 60.0, 2, "芝")
    assert (yard.length_m, yard.capacity, yard.surface) == (None, None, None)
    assert [(fault.line, fault.rejected) for fault in found.faults] == [
        (3, False), (3, False), (4, True), (5, True),
    ]  # fmt: skip
    with pytest.raises(LandingSiteImportError, match=r"other\.csv"):
        read_landing_sites(b"a,b\n1,2\n", name="other.csv", source="x")
