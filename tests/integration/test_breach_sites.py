"""Breach sites, and the runs that start by themselves when their gauge's forecast alarms."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from geo.engine import connect
from geo.forecast.simulation_forecast import read_gauge_forecast, stale_after
from geo.forecast.simulation_note import rules
from geo.forecast.simulation_order import Order, order_run
from geo.forecast.simulation_request import RequestError, read_request
from geo.forecast.simulation_trigger import Trigger
from geo.incident import find_incident, open_incident
from ops.breach_sites import BreachSiteImportError, import_breach_sites
from tests.integration import flood_stand as stand

ORIGIN = datetime(2026, 6, 2, 12, tzinfo=UTC)


@pytest.fixture
def url(database_url: str) -> str:
    with connect(database_url) as connection:
        open_incident(connection, slug="test", name="試験", kind="drill", opened_at=stand.OPENED)
        stand.put_gauge(connection)
    return database_url


def imported(url: str, folder: Path, document: Any) -> str:
    path = folder / "sites.geojson"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    out = io.StringIO()
    import_breach_sites(url, path, console=Console(file=out, width=200))
    return out.getvalue()


def test_sites_are_imported_and_what_is_wrong_is_named(url: str, tmp_path: Path) -> None:
    good = stand.site_document()
    others = [
        {**good["features"][0], "properties": {"id": "b2", "name": "x", "gauge": "g1", "sill_m": "high"}},
        {**good["features"][0], "properties": {"name": "x", "gauge": "g1"}},
        {**good["features"][0], "properties": {"id": "b4", "name": "x", "gauge": "nobody"}},
        {**good["features"][0], "geometry": {"type": "Point", "coordinates": [133.9, 34.2]}},
        good["features"][0],
    ]
    said = imported(url, tmp_path, {**good, "features": [*good["features"], *others]})
    assert "1 breach sites (1 new, 0 changed, 0 as before)" in said
    for words in (
        "must be a number from -20",
        "is missing",
        "no such gauge",
        "LineString",
        "another feature",
    ):
        assert words in said
    assert "0 new, 0 changed, 1 as before" in imported(url, tmp_path, good)
    assert "0 new, 1 changed, 0 as before" in imported(url, tmp_path, stand.site_document(width_m=80))


def test_a_file_without_sites_is_refused(tmp_path: Path) -> None:
    for document in ([], {"type": "FeatureCollection", "features": []}, {"type": "Point"}):
        with pytest.raises(BreachSiteImportError, match=r"sites\.geojson"):
            imported("postgresql://nobody", tmp_path, document)


def test_a_run_takes_the_newest_forecast_of_its_gauge(url: str, tmp_path: Path) -> None:
    stand.put_terrain(url, tmp_path)
    with connect(url) as connection:
        incident = find_incident(connection)
        stand.put_forecast(connection, incident, ORIGIN, alarm=False)
        now = ORIGIN + timedelta(minutes=20)
        forecast = read_gauge_forecast(connection, incident.id, "g1", now)
        assert forecast.levels_tp_m()["median"][0] == pytest.approx(22.0)
        assert forecast.levels_tp_m()["low"][0] < 22.0 < forecast.levels_tp_m()["high"][0]
        asked = read_request(stand.request(discharge={"kind": "gauge", "gauge": "g1"}))
        row = order_run(connection, Order(request=asked), incident, now, tmp_path)
        assert list(row["inflow"]) == ["median", "low", "high"]
        assert (row["starts_at"], row["gauge_id"]) == (ORIGIN, "g1")
        peaks = row["discharge"]["peak_m3_s"]
        assert 0 < peaks["low"] < peaks["median"] < peaks["high"]
        for at, words in (
            (ORIGIN + stale_after() + timedelta(seconds=1), "is old"),
            (ORIGIN - timedelta(seconds=1), "no level forecast"),
        ):
            with pytest.raises(RequestError, match=words):
                read_gauge_forecast(connection, incident.id, "g1", at)


def test_an_alarming_forecast_starts_one_run_per_site(url: str, tmp_path: Path) -> None:
    stand.put_terrain(url, tmp_path)
    imported(url, tmp_path, stand.site_document())
    trigger = Trigger(tmp_path)
    with connect(url) as connection:
        incident = find_incident(connection)
        stand.put_forecast(connection, incident, ORIGIN, alarm=False)
        assert trigger.look(connection, incident, ORIGIN) == []
        later = ORIGIN + timedelta(minutes=10)
        stand.put_forecast(connection, incident, later, alarm=True)
        (run,) = trigger.look(connection, incident, later)
        assert trigger.look(connection, incident, later) == [], "it was computed already"
        row = stand.run_row(url, run) if connection.commit() is None else None
        assert row is not None
        assert (row["cause"], row["site_id"], row["requested_by"]) == ("threshold", "b1", None)
        assert row["title"] == "破堤想定 右岸 12.4k"
        assert {"what-if", "upper-bound", "limits"} <= {note["code"] for note in row["notes"]}
        (text,) = connection.execute("SELECT text FROM chronology").fetchone() or ("",)
        assert "自動で計算開始" in text
        assert "破堤の観測ではない" in text
        again = later + timedelta(hours=rules()["site_pause_h"], minutes=1)
        assert trigger.look(connection, incident, again) == [], "the forecast is old by then"
        stand.put_forecast(connection, incident, again, alarm=True)
        assert len(trigger.look(connection, incident, again)) == 1


def test_a_site_that_cannot_be_computed_is_said_once(url: str, tmp_path: Path) -> None:
    imported(url, tmp_path, stand.site_document())
    trigger = Trigger(tmp_path)
    with connect(url) as connection:
        incident = find_incident(connection)
        for minutes in (0, 10):
            origin = ORIGIN + timedelta(minutes=minutes)
            stand.put_forecast(connection, incident, origin, alarm=True)
            assert trigger.look(connection, incident, origin) == []
        said = connection.execute("SELECT code, text FROM chronology").fetchall()
    assert [code for code, _ in said] == ["inundation.refused"]
    assert "no terrain is registered" in said[0][1]
