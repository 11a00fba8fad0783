"""Lists of depots: a number that stands twice hides nobody."""

from __future__ import annotations

from ops.depots import read_depots


def test_a_number_that_stands_twice_is_named_and_the_first_stays() -> None:
    text = "番号,名称,緯度,経度\n1,北倉庫,34.05,134.3\n1,南倉庫,34.06,134.31\n2,東倉庫,,\n"
    found = read_depots(text.encode(), name="own.csv", source="試験", synthetic=False)
    assert [depot.name for depot in found.depots.values()] == ["北倉庫"]
    assert [(fault.line, fault.rejected) for fault in found.faults] == [(3, True), (4, True)]
