"""Photos, exports, codes of cards: what comes in from outside and must not break anything."""

from __future__ import annotations

import json
import random
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelters.duplicates import PROPOSED, Card, compare, propose
from shelters.export_file import ExportError, export_of, join_pages, photo_bytes, read_export, split_pages
from shelters.family_search import SearchError, Wanted
from shelters.photo import PhotoError, check_photo, without_location


def jpeg(order: str) -> bytes:
    """A JPEG with Exif: a make, and a place of two entries, one of them out of line."""
    mark = {"<": b"II", ">": b"MM"}[order]
    header = mark + struct.pack(f"{order}HI", 42, 8)
    gps_at, value_at = 8 + 2 + 2 * 12 + 4, 8 + 2 + 2 * 12 + 4 + 2 + 2 * 12 + 4
    first = struct.pack(f"{order}H", 2)
    first += struct.pack(f"{order}HHI4s", 0x010F, 2, 4, b"abc\0")
    first += struct.pack(f"{order}HHII", 0x8825, 4, 1, gps_at) + bytes(4)
    gps = struct.pack(f"{order}H", 2)
    gps += struct.pack(f"{order}HHI4s", 1, 2, 2, b"N\0\0\0")
    gps += struct.pack(f"{order}HHII", 2, 5, 3, value_at) + bytes(4)
    value = struct.pack(f"{order}6I", 34, 1, 3, 1, 36, 1)
    tiff = header + first + gps + value
    exif = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + b"\xff\xda\x00\x02picture"


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_place_goes_and_the_rest_stays(order: str) -> None:
    photo = jpeg(order)
    bare = without_location(photo)
    assert len(bare) == len(photo)
    assert struct.pack(f"{order}6I", 34, 1, 3, 1, 36, 1) not in bare
    assert b"N\0\0\0" not in bare[12:]
    assert b"abc\0" in bare
    assert bare.endswith(b"picture")
    assert without_location(bare) == bare


def test_photos_without_a_place_come_back_as_they_are() -> None:
    plain = b"\xff\xd8\xff\xda\x00\x02x"
    assert without_location(plain) == plain
    assert without_location(b"\x89PNG") == b"\x89PNG"


@given(st.data())
def test_a_broken_photo_is_refused_or_bare(data: st.DataObject) -> None:
    photo = bytearray(jpeg("<"))
    for _ in range(data.draw(st.integers(1, 4))):
        photo[data.draw(st.integers(2, len(photo) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PhotoError):
        assert len(without_location(bytes(photo))) == len(photo)


def test_bytes_must_be_what_they_claim() -> None:
    check_photo(b"\xff\xd8\xff", "image/jpeg")
    check_photo(b"RIFF\0\0\0\0WEBP", "image/webp")
    for data, kind in (
        (b"\xff\xd8\xff", "image/png"),
        (b"RIFF\0\0\0\0WAVE", "image/webp"),
        (b"<svg>", "image/svg"),
    ):
        with pytest.raises(PhotoError):
            check_photo(data, kind)


EXPORT = export_of({"device": "t-1", "shelter": "h1", "operations": [{"id": n} for n in range(2000)]})


def test_an_export_comes_back_from_its_pages_in_any_order() -> None:
    noise = random.Random(1).randbytes(4000).hex()
    data = export_of({"device": "t-1", "shelter": "h1", "operations": [{"id": noise}]})
    pages = split_pages(data)
    assert len(pages) > 2
    assert join_pages([*pages[::-1], pages[0]]) == data
    assert read_export(json.dumps({"pages": pages}).encode()).device == "t-1"
    with pytest.raises(ExportError, match=r"pages 2 of"):
        join_pages([page for page in pages if ":2/" not in page])
    with pytest.raises(ExportError, match="different"):
        join_pages([*pages, *split_pages(EXPORT)])
    with pytest.raises(ExportError, match="no page"):
        join_pages(["SONAE-CARD1:{}"])
    swapped = pages[0][:-4] + ("AAAA" if pages[0][-4:] != "AAAA" else "BBBB")
    with pytest.raises(ExportError, match=r"unpacked|misread"):
        join_pages([swapped, *pages[1:]])


def test_what_is_no_export_is_refused() -> None:
    for data in (b"", b"[]", b"{}", b'{"form":"other","version":1}', b'{"pages":[]}', b"\xff"):
        with pytest.raises(ExportError):
            read_export(data)


def test_photos_of_an_export_are_checked_by_their_hash() -> None:
    export = read_export(
        export_of({"device": "t", "shelter": "h", "operations": [], "photos": {"0" * 64: "AAAA"}})
    )
    assert photo_bytes(export) == {}


def card(number: int, **changed: str | None) -> Card:
    given = {"name": "山田太郎", "kana": "ヤマダタロウ", "birth": "1950-01-31", "phone": None}
    return Card(shelter=f"h{number}", id=f"p{number}", **{**given, **changed})


def test_cards_are_proposed_by_what_agrees() -> None:
    assert compare(card(1), card(2)).score >= PROPOSED
    assert compare(card(1), card(2, birth="1951-01-31")).score < PROPOSED
    assert compare(card(1), card(2, name="山田太朗", kana=None)).reasons == ("birth", "similar-name")
    assert compare(card(1, birth=None), card(2, birth=None)).score < PROPOSED
    phones = compare(card(1, birth=None, phone="088"), card(2, birth=None, phone="088"))
    assert (phones.reasons, phones.score >= PROPOSED) == (("phone", "name", "kana"), True)
    found = propose([card(1), card(2), card(3, name="佐藤", kana="サトウ")])
    assert [(it.a.id, it.b.id) for it in found] == [("p1", "p2")]
    assert propose([]) == []
    same = Card(shelter="h9", id="p1", name="山田太郎", kana=None, birth="1950-01-31", phone=None)
    assert propose([card(1), same]) == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"name": "山"}, "whole name"),
        ({"name": "山田太郎"}, "date of birth"),
        ({"name": "山田太郎", "birth": "昭和25年"}, "YYYY-MM-DD"),
        ({"name": "山田太郎", "phone": "088"}, "date of birth"),
        ({"name": "山田太郎", "address": "徳島"}, "date of birth"),
    ],
)
def test_fishing_is_refused(wanted: dict[str, str], words: str) -> None:
    with pytest.raises(SearchError, match=words):
        Wanted(**wanted).parameters()


def test_what_is_searched_is_taken_literally() -> None:
    assert Wanted(name="山田 太郎", address="鴨島町1%2_3").parameters()["address"] == "%鴨島町1\\%2\\_3%"
