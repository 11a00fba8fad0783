from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from geo.live_value import (
    chronology_value,
    gauge_identity,
    gauge_value,
    quarantine_value,
    service_value,
    warning_value,
)

MOMENT = datetime(2026, 6, 2, 15, 4, tzinfo=UTC)

GAUGE: dict[str, Any] = {
    "id": "3600000017",
    "name": "御所地橋",
    "river": "飯尾川",
    "kana": None,
    "area_code": "36205",
    "area_name": "徳島県吉野川市",
    "lon": 134.36,
    "lat": 34.07,
    "datum": "T.P.",
    "scheme": "crisis-management",
    "start_m": 4.96,
    "standby_m": None,
    "caution_m": 6.03,
    "evacuation_m": None,
    "danger_m": 6.67,
    "overflow_m": None,
}

#: the fields docs/live.md gives a gauge
GAUGE_FIELDS = {
    *("id", "name", "river", "kana", "area", "area_name", "lon", "lat", "datum", "scheme", "thresholds"),
    *("level_m", "observed_at", "received_at", "source", "flag", "reasons", "class", "provisional"),
    *("threshold_doubt", "alarm", "trend_m_per_h", "trend_sd_m_per_h", "trend", "due_at", "silent"),
}


def state(**changed: Any) -> dict[str, Any]:
    return {
        "level_m": 6.79,
        "observed_at": MOMENT,
        "received_at": MOMENT,
        "source": "sonae/v1",
        "flag": 1,
        "reasons": [],
        "river_class": "danger",
        "provisional": False,
        "threshold_doubt": False,
        "alarm": True,
        "trend_m_per_h": 0.24049,
        "trend_sd_m_per_h": 0.0201,
        "trend": "rising",
        "due_at": MOMENT,
        "silent": False,
        **changed,
    }


def test_gauge_has_the_fields_of_the_wire() -> None:
    value = gauge_value(gauge_identity(GAUGE), state())
    assert set(value) == GAUGE_FIELDS
    assert value["thresholds"] == {"start": 4.96, "caution": 6.03, "danger": 6.67}
    assert list(value["thresholds"]) == ["start", "caution", "danger"]
    assert value["class"] == "danger"
    assert value["observed_at"] == "2026-06-02T15:04:00Z"
    assert value["trend_m_per_h"] == 0.24
    assert value["trend_sd_m_per_h"] == 0.02


def test_gauge_without_a_state_is_unknown_and_not_safe() -> None:
    value = gauge_value(gauge_identity(GAUGE), None)
    assert set(value) == GAUGE_FIELDS
    assert (value["class"], value["flag"], value["level_m"], value["due_at"]) == ("unknown", 9, None, None)
    assert value["trend"] == "unknown"


def test_gauge_does_not_share_the_reasons_of_its_row() -> None:
    value = gauge_value(gauge_identity(GAUGE), None)
    value["reasons"].append("spike")
    assert gauge_value(gauge_identity(GAUGE), None)["reasons"] == []


def test_lifted_warning_is_none() -> None:
    row = {
        "id": "36:南部:土砂災害",
        "publisher": "徳島県",
        "region": "南部",
        "hazard": "土砂災害",
        "level": 4,
        "name": "レベル4土砂災害危険警報",
        "river": None,
        "areas": ["36204", "36368"],
        "issued_at": MOMENT,
        "source_id": "x",
        "name_en": "Level 4 landslide danger warning",
        "status": ["発表"],
        "unknown_codes": [],
        "resolved": True,
        "expires_at": None,
        "geometry": None,
        "exercise": False,
    }
    value = warning_value(row)
    assert value is not None
    unknown = warning_value({**row, "level": 0})
    assert unknown is not None
    assert unknown["level"] is None
    assert value == {**row, "issued_at": "2026-06-02T15:04:00Z"}
    assert warning_value({**row, "level": None}) is None


def test_entry_without_author_is_automatic() -> None:
    row = {
        "id": 1,
        "category": "note",
        "object_kind": None,
        "object_id": None,
        "severity": 0,
        "code": "note",
        "params": {},
        "text": "堤防巡視開始",
        "text_en": "",
        "event_at": MOMENT,
        "recorded_at": MOMENT,
        "author_id": None,
    }
    assert chronology_value(row)["automatic"]
    written = chronology_value({**row, "author_id": 3, "author": "当直"})
    assert (written["automatic"], written["author"]) == (False, "当直")


def test_service_and_quarantine() -> None:
    row = {"id": "ingest", "seen_at": MOMENT, "started_at": MOMENT, "state": "up", "detail": {"committed": 1}}
    assert service_value({**row, "version": 4})["detail"] == {"committed": 1}
    assert quarantine_value(12, None, {"not-json": 12}) == {
        "total": 12,
        "latest_at": None,
        "reasons": {"not-json": 12},
    }
