"""Who saw a place, over the API: what is seen now, what was, the best picture, and what nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from psycopg.rows import dict_row

from geo.change import record
from geo.footprint import NewCameraPose, add_camera_pose, add_footprints, footprint_changes
from sensors.footprint.footprint import Footprint, View
from sensors.footprint.record import footprint_row
from tests.integration.dashboard import test_cameras as cameras

eye = cameras.eye
LON, LAT = 134.31, 34.07
VEHICLES = """
INSERT INTO vehicle (id, source, source_id, kind, callsign, synthetic) VALUES
 ('heli-1', 'sonae/v1', 'heli-1', 'helicopter', 'うずしお', true),
 ('heli-2', 'sonae/v1', 'heli-2', 'helicopter', 'なると', false),
 ('dji:D1', 'dji', 'D1', 'drone', 'ドローン1', false), ('dji:D2', 'dji', 'D2', 'drone', NULL, false)
"""
SILENT = """
INSERT INTO vehicle_state (incident_id, vehicle_id, version, geom, observed_at, received_at, trust, flag,
                           contact_since, trail, altitudes, memory)
SELECT %(incident)s, v.id, 1, ST_SetSRID(ST_MakePoint(134.32, 34.07), 4326), %(now)s, %(now)s,
       'authenticated', 1, %(now)s, '[]', '[]', '{}'
FROM vehicle v WHERE v.kind = 'helicopter'
"""


def picture(at: datetime, camera: tuple[str, str], **changed: Any) -> dict[str, Any]:
    """Return a row of a picture 400 m wide whose centre lies `off` degrees east of the place."""
    off = changed.pop("off", 0.0)
    box = shapely.multipolygons([shapely.box(LON + off - 0.002, LAT - 0.002, LON + off + 0.002, LAT + 0.002)])
    given = {
        "geometry": box, "way": "terrain", "centre": (LON + off, LAT), "sample_m": 0.1, "area_m2": 164_000.0,
        "uncertainty_m": 20.0,
    }  # fmt: skip
    frame = changed.pop("frame", (None, None))
    if reason := changed.pop("reason", None):
        given = {"reason": reason}
    view = View(lon=LON, lat=LAT - 0.01, height_m=300.0)
    footprint = Footprint(**(given | changed))
    return footprint_row(footprint, view, camera=camera, observed_at=at, key=at.isoformat(), frame=frame)


@pytest.fixture
def watched(eye: Any) -> Any:
    """The house of the river camera, with a helicopter that looks now and a drone that looked an hour ago."""
    house, now = eye.house, datetime.now(UTC)
    heli, drone = ("vehicle", "heli-1"), ("vehicle", "dji:D1/52-0-0")
    rows = [picture(now - timedelta(seconds=60 - n), heli, off=0.0015 if n < 40 else 0.0) for n in range(58)]
    rows += [picture(now - timedelta(seconds=200 + n), heli) for n in range(3)]
    rows += [picture(now - timedelta(seconds=3000 - n), drone, frame=("7", 12.5)) for n in range(5)]
    rows += [picture(now - timedelta(seconds=900), ("vehicle", "dji:D2"), reason="height-unknown")]
    rows += [picture(now, drone, off=0.5), picture(now - timedelta(hours=2), ("photo", "12"))]
    with house.connection() as connection:
        connection.execute(VEHICLES)
        connection.execute(SILENT, {"incident": house.incident_id, "now": now})
        cursor = connection.cursor(row_factory=dict_row)
        assert add_footprints(cursor, house.incident_id, rows) == len(rows)
        record(cursor, house.incident_id, footprint_changes(connection, house.incident_id, [heli, drone]))
    return eye


def refuses(browser: Any, stranger: Any) -> None:
    """A question that cannot be asked names what is wrong."""
    assert stranger.get(f"/api/seen?lon={LON}&lat={LAT}").status_code == 401
    for query in ("lon=200&lat=34", "lat=34", "lon=134&lat=34&from=yesterday"):
        assert browser.get(f"/api/seen?{query}").status_code == 422
    far = browser.get(f"/api/seen?lon={LON}&lat={LAT}&from=2020-01-01T00:00:00Z")
    assert "7 days" in far.json()["detail"]


def minutes_before(text: str, minutes: int) -> str:
    return (datetime.fromisoformat(text) - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def asked(browser: Any, query: str = "") -> dict[str, Any]:
    answer = browser.get(f"/api/seen?lon={LON}&lat={LAT}{query}")
    answer.raise_for_status()
    return dict(answer.json())


def test_who_sees_and_who_saw_a_place(watched: Any) -> None:
    with watched.browser() as browser:
        answer = asked(browser)
        heli, drone = answer["cameras"]
        assert (heli["name"], heli["state"], heli["synthetic"]) == ("うずしお", "sees-now", True)
        assert [span["pictures"] for span in heli["spans"]] == [58, 3]
        # of those whose centre is nearest the newest
        assert heli["best"]["off_centre_m"] < 1
        assert heli["best"]["sure"] is True
        assert heli["best"]["geometry"]["type"] == "MultiPolygon"
        assert heli["best"]["frame"] is None
        assert (drone["id"], drone["vehicle"], drone["state"]) == ("dji:D1/52-0-0", "dji:D1", "saw")
        assert drone["best"]["frame"] == {"id": "7", "stream_s": 12.5, "picture": None, "thumbnail": None}
        unknown = {row["name"]: row["reason"] for row in answer["unknown"]}
        assert unknown == {"試験カメラ": "no-pose", "dji:D2": "height-unknown", "なると": "no-pose"}
        past = asked(browser, f"&to={answer['at']}&from={drone['last_at']}")
        assert {row["state"] for row in past["cameras"]} == {"sees-now", "saw"}
        before = asked(browser, f"&to={drone['last_at']}")
        assert [(row["id"], row["state"]) for row in before["cameras"]] == [("dji:D1/52-0-0", "saw")]
        [photo] = asked(
            browser, f"&to={minutes_before(answer['at'], 100)}&from={minutes_before(answer['at'], 140)}"
        )["cameras"]
        assert photo["best"]["frame"]["picture"] == "/api/photos/12/picture"
        elsewhere = browser.get("/api/seen?lon=134.4&lat=34.07").json()
        assert elsewhere["cameras"] == []
        with watched.browser(None) as stranger:
            refuses(browser, stranger)
        [held] = [
            item["value"]
            for item in browser.get("/api/snapshot").json()["objects"]["footprint"]
            if item["id"] == "vehicle:heli-1"
        ]
        assert (held["name"], held["geometry"]["type"]) == ("うずしお", "MultiPolygon")


def test_a_fixed_camera_is_told_with_its_frames(watched: Any) -> None:
    """The river camera showed four frames on 2 June; its footprint is put there as the duty would."""
    house = watched.house
    pose = {
        "height_tp_m": 20,
        "yaw_deg": 90,
        "pitch_deg": -10,
        "hfov_deg": 50,
        "vfov_deg": 30,
        "source": "測量",
    }
    with watched.browser() as browser:
        bad = browser.post("/api/cameras/eye/poses", json={**pose, "hfov_deg": 180})
        assert bad.json()["detail"] == "hfov_deg: 180.0 is not between 0.1 and 178.9"
        assert browser.post("/api/cameras/no/poses", json=pose).status_code == 404
        told = browser.post("/api/cameras/eye/poses", json={**pose, "from_at": "2026-06-01T00:00:00Z"})
        assert told.status_code == 201
        [kept] = browser.get("/api/cameras/eye/poses").json()["poses"]
        assert (kept["from_at"], kept["source"], kept["author"]) == (
            "2026-06-01T00:00:00Z",
            "測量",
            "name of officer",
        )
        with house.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            since = datetime(2026, 6, 1, tzinfo=UTC)
            add_footprints(cursor, house.incident_id, [picture(since, ("fixed", "eye"))])
            with pytest.raises(ValueError, match="said already"), connection.transaction():
                add_camera_pose(
                    cursor,
                    NewCameraPose(camera_id="eye", from_at=since, **pose),  # type: ignore[arg-type]
                )
        answer = asked(browser, "&from=2026-06-02T00:00:00Z&to=2026-06-03T00:00:00Z")
        [camera] = answer["cameras"]
        assert (camera["name"], camera["state"]) == ("試験カメラ", "saw")
        # a picture each 15 minutes, where one each 5 is expected
        assert [span["pictures"] for span in camera["spans"]] == [1, 1, 1, 1]
        frame = camera["best"]["frame"]
        assert browser.get(frame["thumbnail"]).headers["content-type"] == "image/jpeg"
        assert "試験カメラ" not in {row["name"] for row in answer["unknown"]}
        later = asked(browser, "&from=2026-06-02T01:00:00Z&to=2026-06-03T00:00:00Z")
        assert (later["cameras"], later["unknown"][0]["reason"]) == ([], "no-frame")
        sooner = asked(browser, "&from=2026-05-31T00:00:00Z&to=2026-05-31T12:00:00Z")
        assert [row["reason"] for row in sooner["unknown"] if row["kind"] == "fixed"] == ["no-pose"]
