"""Cameras through the API: frames, pictures, drafts of calibrations, and what the screens hear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from geo.camera import NewCamera, add_camera
from ingest.camera_desk import CameraDesk
from ingest.camera_writer import write_frames
from ingest.subscriber import Message
from sensors.simulate.camera import sample_calibration, sample_frames

START = datetime(2026, 6, 2, tzinfo=UTC)
SAMPLE = sample_calibration()
DRAFT: dict[str, Any] = {
    "marks": msgspec.to_builtins(SAMPLE.marks),
    "fiducials": [
        {"x_px": 356, "y_px": 66, "width_px": 106, "height_px": 100},
        {"x_px": 614, "y_px": 66, "width_px": 106, "height_px": 100},
    ],
    **{
        name: getattr(SAMPLE, name)
        for name in ("lowest_m", "highest_m", "top_m", "from_across", "to_across", "datum")
    },
}


@pytest.fixture
def eye(served: Any) -> Any:
    """The house with a camera, not calibrated, that has shown the last four frames of the record."""
    house = served.house
    with house.connection() as connection:
        cursor = connection.cursor()
        add_camera(cursor, NewCamera(id="eye", name="試験カメラ", lon=134.3, lat=34.07, source="test"))
        connection.commit()
        desk = CameraDesk.load(connection, house.incident_id)
        from psycopg.rows import dict_row

        rows = connection.cursor(row_factory=dict_row)
        for number, frame in enumerate(sample_frames()[-4:]):
            at = START + number * timedelta(minutes=15)
            told = (("time", at.isoformat()),)
            message = Message("sonae/v1/-/camera/eye/frame", frame.data, at, 1, 1, 1, False, told)
            work, _, _ = desk.take(message, at, lambda *_: None)
            assert work is not None
            write_frames(rows, house.incident_id, [work])
    return served


def frames_of(browser: Any) -> list[dict[str, Any]]:
    found = browser.get("/api/cameras/eye/frames?from=2026-06-02T00:00:00Z&to=2026-06-03T00:00:00Z")
    return list(found.json()["frames"])


def test_frames_by_time_with_their_pictures(eye: Any) -> None:
    with eye.browser() as browser, eye.browser(None) as stranger:
        frames = frames_of(browser)
        assert [frame["reason"] for frame in frames] == ["no-calibration"] * 4
        assert frames[0]["observed_at"] == "2026-06-02T00:45:00Z"
        picture = browser.get(frames[0]["picture"])
        assert picture.content == sample_frames()[-1].data
        assert picture.headers["content-type"] == "image/jpeg"
        assert "private" in picture.headers["cache-control"]
        assert len(browser.get(frames[0]["thumbnail"]).content) < 20_000
        assert stranger.get(frames[0]["picture"]).status_code == 401
        assert browser.get("/api/cameras/eye/frames/999999/picture").status_code == 404
        assert browser.get("/api/cameras/nobody/frames").status_code == 404
        assert (
            browser.get(
                "/api/cameras/eye/frames?from=2026-06-03T00:00:00Z&to=2026-06-02T00:00:00Z"
            ).status_code
            == 422
        )
        [held] = browser.get("/api/snapshot").json()["objects"]["camera"]
        assert held["value"]["level_m"] is None
        assert held["value"]["calibration"] is None
        assert held["value"]["frame"]["id"] == frames[0]["id"]


def test_a_draft_is_tried_and_refused_with_its_reason(eye: Any) -> None:
    with eye.browser() as browser:
        frame = frames_of(browser)[0]["id"]
        good = browser.post("/api/cameras/eye/calibrations/trial", json={**DRAFT, "frame": frame}).json()
        assert good["fault"] is None
        assert good["residual_m"] < 0.001
        assert len(good["errors_m"]) == 6
        levels = [reading["level_m"] for reading in good["readings"]]
        assert levels == pytest.approx([0.409, 0.378, 0.352, 0.326], abs=0.003)
        assert [reading["flag"] for reading in good["readings"]] == [1] * 4
        marks = [dict(mark) for mark in DRAFT["marks"]]
        marks[2]["level_m"] += 0.4
        bad = browser.post(
            "/api/cameras/eye/calibrations/trial", json={**DRAFT, "marks": marks, "frame": frame}
        ).json()
        assert "residual" in bad["fault"]
        assert bad["residual_m"] > 0.02
        assert bad["readings"] == []
        refused = browser.post(
            "/api/cameras/eye/calibrations", json={**DRAFT, "marks": marks, "frame": frame}
        )
        assert (refused.status_code, refused.json()["error"]) == (422, "bad-input")
        assert browser.get("/api/cameras/eye/calibrations").json()["versions"] == []


def test_a_saved_version_is_audited_and_told(eye: Any) -> None:
    with eye.browser() as browser, eye.browser("medic") as medic, eye.screen(browser) as screen:
        frame = frames_of(browser)[0]["id"]
        body = {**DRAFT, "frame": frame, "note": "試験"}
        assert medic.post("/api/cameras/eye/calibrations", json=body).status_code == 403
        saved = browser.post("/api/cameras/eye/calibrations", json=body)
        assert (saved.status_code, saved.json()["version"]) == (201, 1)
        screen.until(lambda it: it.picture.get(("camera", "eye"), {}).get("calibration") == 1)
        [version] = browser.get("/api/cameras/eye/calibrations").json()["versions"]
        assert version["author"] == "name of officer"
        assert version["calibration"]["width_px"] == 800
        held = version["calibration"]["fiducials"]
        moved = {**body, "version": 1, "frame": frames_of(browser)[3]["id"]}
        assert browser.post("/api/cameras/eye/calibrations", json=moved).json()["version"] == 2
        assert browser.post("/api/cameras/eye/calibrations", json={**moved, "version": 9}).status_code == 422
        newest = browser.get("/api/cameras/eye/calibrations").json()["versions"][0]
        assert newest["calibration"]["fiducials"] == held
        screen.until(lambda it: it.picture["camera", "eye"]["calibration"] == 2)
        fresh = browser.get("/api/snapshot").json()["objects"]["camera"][0]["value"]
        assert fresh == screen.picture["camera", "eye"]
    with eye.house.connection() as connection:
        (action, detail), _ = connection.execute(
            "SELECT action, detail FROM audit WHERE object_kind = 'camera' ORDER BY id"
        ).fetchall()
    assert (action, detail["version"]) == ("camera.calibrated", 1)
