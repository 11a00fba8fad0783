"""Recorded head-counts of Nanao through the tablet API: a slice of the record on a running dashboard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from geo.engine import connect
from ops.shelter_record import ShelterRecordError, load_shelter_record, shelter_records
from ops.shelter_replay import replay_record

if TYPE_CHECKING:
    from conftest import Centre

PASSWORD = "a password for tests"


def test_a_slice_shows_every_head_count(centre: Centre) -> None:
    record = load_shelter_record("nanao-2024")
    slice_ = replace(record, moments=[*record.moments[:2], record.moments[60]])
    place = urlsplit(centre.address)
    with connect(centre.url, autocommit=True) as connection:
        replayed = replay_record(
            slice_, connection, (str(place.hostname), int(place.port or 0)), ("officer", PASSWORD)
        )
    assert replayed.differences == []
    assert replayed.head_counts == sum(len(moment.people) for moment in slice_.moments)
    assert replayed.closings == len(record.moments[1].people.keys() - record.moments[60].people.keys()) + len(
        record.moments[0].people.keys() - record.moments[1].people.keys()
    )
    assert replayed.results["quarantined"] == 0
    shown = sum(value["people"] for value in centre.objects("shelter").values())
    assert shown == sum(record.moments[60].people.values())
    assert all(finding.holds for finding in replayed.findings(slice_))


def test_the_record_is_what_the_city_published() -> None:
    record = load_shelter_record("nanao-2024")
    assert (len(record.shelters), len(record.moments)) == (34, 117)
    assert sum(record.moments[0].people.values()) == 1886
    assert "CC BY 4.0" in record.credit
    assert all(a.at < b.at for a, b in zip(record.moments, record.moments[1:], strict=False))
    assert shelter_records() == ["nanao-2024"]


def test_an_unknown_record_is_named() -> None:
    with pytest.raises(ShelterRecordError, match=r"no record of shelters 'nowhere': nanao-2024"):
        load_shelter_record("nowhere")
