from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shelters.rulebook import rhythm, words_of
from shelters.silence import Cut, Heard, distance_m, judge

NOW = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
AREA, LON, LAT = "36205", 134.36, 34.06
ROAD = Cut(kind="road", label="県道31号", lon=LON, lat=LAT + 0.005, radius_m=800.0)
POWER = Cut(kind="power", label="四国電力", areas=frozenset({AREA}))


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def heard(**changed: Any) -> Heard:
    given = {
        "opening": "open",
        "reported_at": ago(10),
        "contact_at": ago(10),
        "area": AREA,
        "lon": LON,
        "lat": LAT,
    }
    return Heard(**{**given, **changed})


def silence(told: Heard, *cuts: Cut) -> tuple[str, list[str]]:
    verdict = judge(told, cuts, NOW, rhythm())
    words = words_of("reason", "code")
    assert all(code in words for code, _ in verdict.reasons)
    return verdict.silence, [code for code, _ in verdict.reasons]


def test_a_shelter_that_reports_in_time_is_ok_whatever_is_cut() -> None:
    assert silence(heard(), ROAD, POWER) == ("ok", [])
    assert judge(heard(), (), NOW, rhythm()).due_at == ago(10) + timedelta(minutes=60)


def test_grace_then_late_then_lost() -> None:
    assert silence(heard(reported_at=ago(74), contact_at=ago(74)))[0] == "ok"
    assert silence(heard(reported_at=ago(76), contact_at=ago(76))) == ("late", ["late"])
    assert silence(heard(reported_at=ago(181), contact_at=ago(181))) == ("lost", ["late"])


def test_where_lines_were_cut_silence_counts_sooner() -> None:
    told = heard(reported_at=ago(130), contact_at=ago(130))
    assert silence(told)[0] == "late"
    assert silence(told, POWER) == ("lost", ["late", "power"])
    assert silence(heard(reported_at=ago(130), contact_at=ago(130), comms="none")) == (
        "lost",
        ["late", "comms-weak"],
    )
    dry = heard(reported_at=ago(130), contact_at=ago(130), fuel_until=ago(20))
    assert silence(dry) == ("lost", ["late", "fuel-out"])


def test_without_contact_and_roads_it_may_be_isolated() -> None:
    assert silence(heard(reported_at=ago(200), contact_at=ago(200)), ROAD) == ("isolated", ["late", "road"])
    far = Cut(kind="road", label="遠い道", lon=LON + 1, lat=LAT, radius_m=800.0)
    assert silence(heard(reported_at=ago(200), contact_at=ago(200)), far) == ("lost", ["late"])


def test_a_tablet_that_asks_is_contact_but_no_report() -> None:
    assert silence(heard(reported_at=ago(400), contact_at=ago(2)), ROAD) == ("late", ["late"])


def test_what_no_vehicle_reaches_is_isolated_even_when_it_speaks() -> None:
    assert silence(heard(access="none")) == ("isolated", ["no-access"])
    assert silence(heard(opening="closed", access="foot")) == ("isolated", ["no-access"])
    assert silence(heard(access="2t"))[0] == "ok"


def test_an_order_that_nobody_answers() -> None:
    ordered = heard(opening=None, reported_at=None, contact_at=None, ordered_at=ago(30))
    assert silence(ordered)[0] == "ok"
    assert silence(heard(opening=None, reported_at=None, contact_at=None, ordered_at=ago(61))) == (
        "late",
        ["never"],
    )
    assert silence(heard(opening=None, reported_at=None, contact_at=None, ordered_at=ago(136))) == (
        "lost",
        ["never"],
    )


@pytest.mark.parametrize("opening", ["closed", "not-open", None, "something new"])
def test_nobody_waits_for_a_shelter_that_is_not_open(opening: str | None) -> None:
    assert silence(heard(opening=opening, reported_at=ago(900), contact_at=ago(900)))[0] == "none"


def test_people_without_a_word_on_opening_are_waited_for() -> None:
    assert silence(heard(opening=None, people=3, reported_at=ago(90), contact_at=ago(90)))[0] == "late"


def test_preparing_reports_sooner() -> None:
    assert silence(heard(opening="preparing", reported_at=ago(50), contact_at=ago(50)))[0] == "late"


def test_distance_on_the_sphere() -> None:
    assert distance_m(134.0, 34.0, 134.0, 35.0) == pytest.approx(111_195, abs=5)
    assert distance_m(134.0, 34.0, 134.0, 34.0) == 0
