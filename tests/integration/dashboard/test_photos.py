"""Photographs from upload and broker to the screens: placed, compared, judged, handed out without words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from psycopg.rows import dict_row

from geo.change import record
from geo.settings import Settings
from ingest.photo_duty import PhotoDuty
from ingest.photo_message import read_photo_message, write_photos
from ingest.subscriber import Message
from ingest.track_ground import GroundHeights
from sensors.reading import UnreadableMessage
from sensors.simulate.camera import sample_frames
from tests.integration.test_footprints import register_plain
from tests.unit.sensors.photo.exif_writer import degrees, drone_xmp, with_exif, with_xmp
from tests.unit.sensors.photo.scene import changed, seen_from_aside

START = datetime(2026, 6, 2, tzinfo=UTC)
GPS = {1: "N", 2: degrees(34.07), 3: "E", 4: degrees(134.36)}
JPEG = {"Content-Type": "image/jpeg"}


def shot(clock: str, picture: np.ndarray | None = None, **xmp: str) -> bytes:
    """Return a photograph that a drone took at `clock` (JST) of 3 June 2026."""
    data = sample_frames()[0].data
    if picture is not None:
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
    times = {0x9003: f"2026:06:02 {clock}", 0x9011: "+09:00", 0xA405: 24}
    words = drone_xmp(
        RelativeAltitude="+120", GimbalYawDegree="0", GimbalPitchDegree="-90", GimbalRollDegree="0", **xmp
    )
    return with_xmp(with_exif(data, {0x010F: "SECRET"}, times, GPS), words)


def picture() -> np.ndarray:
    found = cv2.imdecode(np.frombuffer(sample_frames()[0].data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(found, np.uint8)


@pytest.fixture
def album(served: Any, tmp_path: Path) -> Any:
    """The house on a plain, and the duty that looks after its photographs as `work()`."""
    house = served.house
    with house.connection() as connection:
        register_plain(connection, tmp_path)
        connection.commit()

    def reach(action: Any) -> Any:
        with house.connection() as connection:
            return action(connection)

    settings = Settings(installation="demo", state_dir=tmp_path, database_url=house.url)
    wall = lambda: START + timedelta(hours=9)  # noqa: E731
    duty = PhotoDuty(settings, wall, GroundHeights(reach, tmp_path))

    def work(turns: int = 3) -> PhotoDuty:
        from geo.incident import find_incident

        with house.connection() as connection:
            connection.autocommit = True
            incident = find_incident(connection)
            assert incident is not None
            for _ in range(turns):
                duty.work(connection, incident)
        return duty

    served.work = work
    return served


def photos_of(browser: Any) -> dict[int, Any]:
    objects = browser.get("/api/snapshot").json()["objects"]["photo"]
    return {one["value"]["id"]: one["value"] for one in objects}


def test_before_and_after_are_placed_compared_and_judged(album: Any) -> None:
    chance = np.random.default_rng(3)
    later, (x, y) = changed(picture(), chance, 130)
    with album.browser() as browser, album.screen(browser) as screen:
        first = browser.post(
            "/api/photos?note=堤防",
            content=shot("08:00:00", seen_from_aside(picture(), chance)),
            headers=JPEG,
        )
        assert (first.status_code, first.json()["new"]) == (201, True)
        before = first.json()["id"]
        after = browser.post("/api/photos", content=shot("08:30:00", later), headers=JPEG).json()["id"]
        again = browser.post("/api/photos", content=shot("08:30:00", later), headers=JPEG)
        assert (again.status_code, again.json()) == (200, {"id": after, "new": False})
        screen.until(lambda it: ("photo", str(after)) in it.picture)
        assert album.work().detail == {"photos_placed": 2, "photos_compared": 1, "photos_not_comparable": 0}
        screen.until(lambda it: [p["made"] for p in it.picture["photo", str(after)]["pairs"]] == [True])
        value = photos_of(browser)[after]
        assert (value["taken_at"], value["time_source"]) == ("2026-06-01T23:30:00Z", "offset")
        assert (value["place_source"], value["on_ground"], value["author"]) == (
            "exif",
            True,
            "name of officer",
        )
        assert (round(value["height_tp_m"]), value["height_way"]) == (130, "takeoff + terrain")
        [pair] = value["pairs"]
        assert (pair["before"], pair["reason"], pair["open"]) == (before, None, pair["tiles"])
        told = browser.get(f"/api/photos/pairs/{pair['id']}/result").json()
        best = told["tiles"][0]
        assert abs((best["x"] + best["width"] / 2) * 800 - x) < 130
        assert abs((best["y"] + best["height"] / 2) * 600 - y) < 130
        laid = browser.get(told["aligned"]).content
        assert cv2.imdecode(np.frombuffer(laid, np.uint8), cv2.IMREAD_COLOR).shape == (600, 800, 3)
        said = f"/api/photos/pairs/{pair['id']}/tiles/0"
        with album.browser("medic") as medic:
            assert medic.post(said, json={"verdict": "confirmed"}).status_code == 403
        assert browser.post(said, json={"verdict": "collapsed"}).status_code == 422
        assert browser.post(said, json={"verdict": "dismissed"}).status_code == 201
        assert browser.post(said, json={"verdict": "confirmed", "note": "流木"}).status_code == 201
        assert (
            browser.post(said.replace("tiles/0", "tiles/99"), json={"verdict": "confirmed"}).status_code
            == 404
        )
        screen.until(lambda it: it.picture["photo", str(after)]["pairs"][0]["confirmed"] == 1)
        kept = browser.get(f"/api/photos/pairs/{pair['id']}/result").json()["tiles"][0]["said"]
        assert (kept["verdict"], kept["note"], kept["author"]) == ("confirmed", "流木", "name of officer")
    with album.house.connection() as connection:
        acts = connection.execute(
            "SELECT action FROM audit WHERE action LIKE 'photo.%' ORDER BY id"
        ).fetchall()
        assert [act for (act,) in acts] == ["photo.brought"] * 2 + ["photo.verdict"] * 2
        codes = connection.execute("SELECT code FROM chronology WHERE object_kind = 'photo'").fetchall()
        assert codes == [("photo.differs",)]


def test_what_is_handed_out_holds_no_words_and_what_is_broken_is_refused(album: Any) -> None:
    with album.browser() as browser, album.browser(None) as stranger, album.browser("medic") as medic:
        number = browser.post("/api/photos", content=shot("08:00:00"), headers=JPEG).json()["id"]
        address = f"/api/photos/{number}/picture"
        assert stranger.get(address).status_code == 401
        clean = browser.get(address)
        assert (clean.status_code, clean.headers["content-type"]) == (200, "image/jpeg")
        assert b"SECRET" not in clean.content
        assert b"drone-dji" not in clean.content
        assert medic.post(f"/api/photos/{number}/original").status_code == 403
        assert browser.post(f"/api/photos/{number}/original").content == shot("08:00:00")
        for data in (b"%PDF-1.7", shot("08:00:00")[:400], b""):
            refused = browser.post("/api/photos", content=data, headers=JPEG)
            assert (refused.status_code, refused.json()["error"]) == (422, "bad-input")
            assert "photo: " in refused.json()["detail"]
        aside = browser.get("/api/quarantine").json()["items"]
        assert {(one["topic"], one["error_code"]) for one in aside} == {("upload/photo", "not-a-picture")}
        assert len(aside) == 3
        [total] = browser.get("/api/snapshot").json()["objects"]["quarantine"]
        assert total["value"]["total"] == 3
        assert browser.get("/api/photos/9999/picture").status_code == 404
        assert browser.get(f"/api/photos/{2**63}/thumbnail").status_code == 404


def test_photos_without_a_place_are_pinned_and_others_not_comparable_say_so(album: Any) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (300, 400, 3), np.uint8)
    strange = cv2.imencode(".jpg", cv2.GaussianBlur(noise, (0, 0), 4))[1].tobytes()
    with album.house.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        at = START + timedelta(hours=1)
        told = (("time", at.isoformat()), ("note", "左岸"))
        message = Message("sonae/v1/-/drone/d1/photo", strange, at, 1, 1, 1, False, told)
        row = read_photo_message(message, at + timedelta(minutes=1))
        changes = write_photos(cursor, album.house.incident_id, [row, row])
        assert len(changes) == 1
        record(cursor, album.house.incident_id, changes)
        with pytest.raises(UnreadableMessage, match="not-a-picture"):
            read_photo_message(message._replace(payload=b"GIF89a"), at)
        with pytest.raises(UnreadableMessage, match="too-large"):
            read_photo_message(message._replace(payload=bytes(2**20 + 1)), at)
    with album.browser() as browser:
        [(number, value)] = photos_of(browser).items()
        assert (value["by"], value["author"], value["lon"], value["note"]) == ("device", "d1", None, "左岸")
        album.work(1)
        assert photos_of(browser)[number]["on_ground"] is False
        other = browser.post("/api/photos", content=shot("08:00:00"), headers=JPEG).json()["id"]
        place = {"lon": 134.36, "lat": 34.07}
        assert browser.post(f"/api/photos/{number}/place", json={"lon": 999, "lat": 0}).status_code == 422
        assert browser.post("/api/photos/777/place", json=place).status_code == 404
        assert browser.post(f"/api/photos/{number}/place", json=place).status_code == 200
        asked = browser.post("/api/photos/pairs", json={"before": other, "after": number})
        assert asked.status_code == 202
        assert browser.post("/api/photos/pairs", json={"before": other, "after": number}).status_code == 409
        assert browser.post("/api/photos/pairs", json={"before": 5, "after": 5}).status_code == 422
        album.work(2)
        value = photos_of(browser)[number]
        assert (value["place_source"], value["accuracy_m"]) == ("hand", 30.0)
        # what lay on the ground by a place that was wrong is taken back
        grounds = browser.get("/api/snapshot").json()["objects"]["footprint"]
        assert [one["id"] for one in grounds] == [f"photo:{other}"]
        browser.post(f"/api/photos/{other}/place", json={"lon": 134.5, "lat": 34.07})
        assert browser.get("/api/snapshot").json()["objects"]["footprint"] == []
        reasons = {pair["reason"] for pair in value["pairs"]}
        assert reasons <= {"few-features", "few-matches", "unlike"}
        assert all(pair["made"] and pair["tiles"] == 0 for pair in value["pairs"])
