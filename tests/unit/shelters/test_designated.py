from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelters.common_id import Kind
from shelters.designated import DesignatedFile, DesignatedFileError, read_designated


def header(text: str) -> list[str]:
    return next(csv.reader([text]))


GSI_SITES = header(
    "NO,共通ID,施設・場所名,住所,洪水,崖崩れ、土石流及び地滑り,高潮,地震,津波,大規模な火事,内水氾濫,火山現象,"
    "指定避難所との住所同一,緯度,経度,備考"
)
GSI_SHELTERS = header(
    "NO,共通ID,施設・場所名,住所,指定緊急避難場所との住所同一,その他市町村長が必要と認める事項,受入対象者,"
    "緯度,経度,備考"
)
HAZARDS = (
    "災害種別_洪水,災害種別_崖崩れ、土石流及び地滑り,災害種別_高潮,災害種別_地震,災害種別_津波,"
    "災害種別_大規模な火事,災害種別_内水氾濫,災害種別_火山現象,指定避難所との重複,想定収容人数,"
    "対象となる町会・自治会,URL,備考"
)
ODS = header(
    "全国地方公共団体コード,ID,名称,名称_カナ,名称_英字,所在地_全国地方公共団体コード,町字ID,所在地_連結表記,"
    "所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度,標高,電話番号,"
    f"郵便番号,市区町村コード,地方公共団体名,{HAZARDS}"
)
OLD = header(
    "NO,名称,名称_カナ,住所,方書,緯度,経度,標高,電話番号,内線番号,市区町村コード,都道府県名,市区町村名,"
    f"{HAZARDS}"
)

SCHOOL = {
    "NO": "1",
    "共通ID": "E3620100002201",
    "施設・場所名": "川内北小学校",
    "住所": "徳島県徳島市川内町",
    "洪水": "1",
    "津波": "○",
    "緯度": "34.1",
    "経度": "134.58",
    "備考": "2階以上",
}
HALL = {
    "全国地方公共団体コード": "362051",
    "ID": "0001",
    "名称": "鴨島公民館",
    "所在地_連結表記": "徳島県吉野川市鴨島町1-1",
    "緯度": "34.07",
    "経度": "134.36",
    "標高": "12.5",
    "災害種別_洪水": "1",
    "災害種別_内水氾濫": "",
    "指定避難所との重複": "1",
    "想定収容人数": "810人（2平方メートルあたり1人）",
}


def table(
    columns: Sequence[str], *rows: dict[str, str], encoding: str = "utf-8", title: str | None = None
) -> bytes:
    out = io.StringIO(newline="")
    if title is not None:
        out.write(f"{title}\r\n")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def read(data: bytes, kind: Kind | None = None) -> DesignatedFile:
    return read_designated(data, name="list.csv", kind=kind)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_gsi_sites_in_every_encoding(encoding: str) -> None:
    file = read(table(GSI_SITES, SCHOOL, encoding=encoding))
    (site,) = file.refuges
    assert (file.kind, file.form, file.encoding) == ("site", "csv", encoding)
    assert (site.id, site.name, site.area_code) == ("E3620100002201", "川内北小学校", "36201")
    assert site.hazards == ("flood", "tsunami")
    assert (site.lon, site.lat) == (134.58, 34.1)
    assert site.notes == "2階以上"
    assert site.raw == SCHOOL
    assert file.faults == []


def test_gsi_shelters_tell_whom_they_take_in() -> None:
    row = {
        **{column: text for column, text in SCHOOL.items() if column in GSI_SHELTERS},
        "共通ID": "E3620100004121",
        "受入対象者": "要配慮者",
        "指定緊急避難場所との住所同一": "1",
    }
    file = read(table(GSI_SHELTERS, row))
    (shelter,) = file.refuges
    assert file.kind == "shelter"
    assert (shelter.accepts, shelter.welfare, shelter.also_other_kind) == ("要配慮者", True, True)
    assert shelter.hazards == ()


def test_gsi_geojson_takes_the_point_of_the_geometry() -> None:
    properties: dict[str, str | int | None] = {**SCHOOL, "NO": 1, "緯度": "0", "備考": None}
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [134.5, 34.0]},
    }
    collection = {"type": "FeatureCollection", "features": [feature, {"type": "Feature"}, "nonsense"]}
    file = read(json.dumps(collection, ensure_ascii=False).encode())
    (site,) = file.refuges
    assert file.form == "geojson"
    assert (site.lon, site.lat) == (134.5, 34.0)
    assert site.raw["NO"] == "1"
    assert [(fault.line, fault.rejected) for fault in file.faults] == [(2, True), (3, True)]
    assert file.rejected == 2


@pytest.mark.parametrize(
    ("columns", "code_column"), [(ODS, "全国地方公共団体コード"), (OLD, "市区町村コード")]
)
def test_municipal_lists(columns: list[str], code_column: str) -> None:
    row = {column: HALL.get(column, "") for column in columns}
    row[code_column] = "362051"
    row["NO" if "NO" in columns else "ID"] = "0001"
    row["住所" if "住所" in columns else "所在地_連結表記"] = "徳島県吉野川市鴨島町1-1"
    file = read(table(columns, row, encoding="cp932"))
    (site,) = file.refuges
    assert site.id == "36205:0001"
    assert (site.area_code, site.hazards, site.also_other_kind) == ("36205", ("flood",), True)
    assert (site.capacity, site.elevation_m) == (810, 12.5)
    assert site.notes == "想定収容人数: 810人（2平方メートルあたり1人）"
    assert file.faults == []


def test_the_address_is_put_together_where_the_file_splits_it() -> None:
    parts = {
        "所在地_都道府県": "徳島県",
        "所在地_市区町村": "吉野川市",
        "所在地_町字": "鴨島町",
        "所在地_番地以下": "1-1",
    }
    (site,) = read(table(ODS, {**HALL, "所在地_連結表記": "", **parts})).refuges
    assert site.address == "徳島県吉野川市鴨島町1-1"


def test_a_common_id_in_the_id_column_is_the_id() -> None:
    (site,) = read(table(ODS, {**HALL, "ID": "E3620500002201"})).refuges
    assert site.id == "E3620500002201"


def test_full_width_headers_and_a_title_line() -> None:
    columns = [column.replace("(", "（").replace(")", "）").replace("ID", "ＩＤ") for column in ODS]
    row = {column.replace("ID", "ＩＤ"): text for column, text in HALL.items()}
    (site,) = read(table(columns, row, title="指定緊急避難場所一覧,,")).refuges
    assert site.id == "36205:0001"


def test_tabs_separate_too() -> None:
    data = table(ODS, HALL).decode().replace(",", "\t").encode()
    assert read(data).refuges[0].name == "鴨島公民館"


def test_a_lost_leading_zero_is_put_back() -> None:
    row = {**HALL, "全国地方公共団体コード": "92011", "所在地_連結表記": "栃木県宇都宮市"}
    assert read(table(ODS, row)).refuges[0].id == "09201:0001"


def test_ambiguous_five_digits_are_decided_by_the_address() -> None:
    # 36404 can be 板野町, or 03640 without its zero: the check digit of 03640 is 4.
    row = {**HALL, "全国地方公共団体コード": "36404"}
    assert read(table(ODS, row)).refuges[0].area_code == "36404"
    file = read(table(ODS, {**row, "所在地_連結表記": "鴨島町1-1"}))
    assert file.refuges == []
    assert "prefecture is not stated" in file.faults[0].reason


def test_a_prefecture_numbers_the_rows_but_is_no_municipality() -> None:
    file = read(table(ODS, {**HALL, "全国地方公共団体コード": "360007"}))
    (site,) = file.refuges
    assert (site.id, site.area_code) == ("36000:0001", None)
    assert "prefecture's code" in file.faults[0].reason
    assert file.rejected == 0


def test_a_wrong_code_beside_a_common_id_is_reported_and_the_row_taken() -> None:
    row = {**HALL, "ID": "E3620500002201", "全国地方公共団体コード": "362052"}
    file = read(table(ODS, row))
    assert file.refuges[0].area_code == "36205"
    assert [fault.rejected for fault in file.faults] == [False]


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"施設・場所名": ""}, "施設・場所名", "is empty"),
        ({"共通ID": "E362010000220"}, "共通ID", "13 characters"),
        ({"共通ID": "E3620100002200"}, "共通ID", "sequence character"),
        ({"共通ID": "E9920100002201"}, "共通ID", "no prefecture 99"),
        ({"共通ID": "E3620100002211"}, "共通ID", "does not go with"),
        ({"共通ID": "E3620100002111"}, "共通ID", "id of a shelter"),
        ({"共通ID": ""}, "全国地方公共団体コード", "a local id needs the code"),
        ({"共通ID": "", "NO": ""}, "ID", "is empty"),
        ({"緯度": ""}, "経度, 緯度", "latitude is missing"),
        ({"緯度": "北緯34度"}, "経度, 緯度", "decimal degrees"),
        ({"緯度": "34.1", "経度": "34.1"}, "経度, 緯度", "outside Japan"),
        ({"緯度": "nan"}, "経度, 緯度", "decimal degrees"),
        ({"備考": "a\x00b"}, "備考", "NUL"),
    ],
)
def test_a_bad_row_is_reported_with_line_column_and_reason(
    change: dict[str, str], column: str, reason: str
) -> None:
    good = {**SCHOOL, "共通ID": "E3620100009201"}
    rows = [{**SCHOOL, **change}, good]
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in rows]
    file = read(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert [refuge.id for refuge in file.refuges] == [good["共通ID"]]
    (fault,) = file.faults
    assert (fault.line, fault.column, fault.rejected) == (1, column, True)
    assert reason in fault.reason


def test_swapped_coordinates_are_put_right_and_said() -> None:
    file = read(table(GSI_SITES, {**SCHOOL, "緯度": "134.58", "経度": "34.1"}))
    assert (file.refuges[0].lon, file.refuges[0].lat) == (134.58, 34.1)
    assert "swapped" in file.faults[0].reason
    assert file.rejected == 0


def test_a_conditional_flag_is_not_safe() -> None:
    file = read(table(GSI_SITES, {**SCHOOL, "高潮": "△"}))
    assert "storm_surge" not in file.refuges[0].hazards
    assert (file.faults[0].column, file.faults[0].value, file.faults[0].rejected) == ("高潮", "△", False)


def test_line_numbers_count_line_breaks_inside_cells() -> None:
    first = {**SCHOOL, "備考": "一行目\n二行目\n三行目"}
    bad = {**SCHOOL, "共通ID": "E3620100003201", "緯度": ""}
    file = read(table(GSI_SITES, first, bad))
    assert file.refuges[0].notes == "一行目\n二行目\n三行目"
    assert [fault.line for fault in file.faults] == [5]


def test_the_same_id_twice_keeps_the_first() -> None:
    file = read(table(GSI_SITES, SCHOOL, {**SCHOOL, "施設・場所名": "別の学校"}))
    assert [refuge.name for refuge in file.refuges] == ["川内北小学校"]
    assert (file.faults[0].line, file.faults[0].reason) == (3, "has the same id as line 2")


def test_shifted_rows_and_broken_quotes_are_left_out_and_the_rest_goes_in() -> None:
    lines = table(GSI_SITES, SCHOOL, {**SCHOOL, "共通ID": "E3620100003201"}).decode().splitlines()
    lines.insert(2, "9,E3620100008201,短い行")
    lines.insert(3, '9,"E36"20100008201,引用符')
    file = read("\n".join(lines).encode())
    assert len(file.refuges) == 2
    assert [(fault.line, fault.rejected) for fault in file.faults] == [(3, True), (4, True)]
    assert file.rows == 4


def test_empty_lines_are_nothing() -> None:
    data = table(GSI_SITES, SCHOOL) + b",,,,,,,,,,,,,,,\r\n\r\n"
    file = read(data)
    assert (file.rows, len(file.refuges), file.faults) == (1, 1, [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is the header"),
        ("日時,水位\n1,2\n".encode(), "is the header"),
        ("名称,緯度,経度\n学校,34,134\n".encode(), "do not tell"),
        ("名称,ID,緯度,経度,洪水,洪水\n".encode(), "'洪水' stands twice"),
        ("名称,緯度\n".encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbf\xff\xff", "neither UTF-8"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "is not"),
        (b'{"type":"Topology"}', "no GeoJSON FeatureCollection"),
    ],
)
def test_a_file_that_is_no_list_is_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(DesignatedFileError, match=r"list\.csv") as caught:
        read(data)
    assert reason in str(caught.value)


def test_a_list_whose_columns_do_not_tell_is_read_as_told() -> None:
    data = "ID,名称,緯度,経度,市区町村コード\n1,学校,34,134,362018\n".encode()
    assert read(data, "shelter").refuges[0].kind == "shelter"


cells = st.text(st.characters(codec="utf-8", exclude_characters='\r\n"'), max_size=12)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(GSI_SITES, cells)), max_size=5))
def test_whatever_the_cells_hold_every_row_is_taken_or_reported(rows: list[dict[str, str]]) -> None:
    filled = [row for row in rows if any(text.strip() for text in row.values())]
    data = table(GSI_SITES, *rows)
    if b"\x00" in data:
        with pytest.raises(DesignatedFileError, match="no text"):
            read(data)
        return
    file = read(data)
    assert file.rows == len(filled)
    assert len(file.refuges) + file.rejected == len(filled)


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_there_is_an_answer_or_a_clear_error(data: bytes) -> None:
    try:
        file = read(GSI_HEADER + data)
    except DesignatedFileError as fault:
        message = str(fault)
    else:
        message = "".join(fault.reason for fault in file.faults)
        assert file.rows == len(file.refuges) + file.rejected
    assert message or data.strip(b"\r\n,\t ") == b"" or file.refuges == []


GSI_HEADER = table(GSI_SITES)
