from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.command import app
from ops.gauge_camera import GaugeCameraError, read_frames, reader_from
from sensors.camera.reading import Reader

RECORD = Path(str(resources.files("sensors").joinpath("simulate", "river_camera")))
CALIBRATION = RECORD / "calibration.json"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return reader_from(CALIBRATION)


def test_prints_time_level_quality_and_reason_of_each_frame() -> None:
    frames = [str(file) for file in sorted(RECORD.glob("*19-*.jpg"))]
    ended = CliRunner().invoke(app, ["read-gauge", "--calibration", str(CALIBRATION), "--json", *frames])
    rows = json.loads(ended.output)
    assert [row["time"] for row in rows][:2] == ["2012-05-31T23:00:00Z", "2012-05-31T23:15:00Z"]
    assert [row["accepted"] for row in rows] == [True] * 4
    assert rows[1]["level_m"] == pytest.approx(0.8775, abs=0.005)
    assert {"quality", "reason", "health", "waterline_px"} <= rows[0].keys()


def test_reads_in_order_of_time_whatever_the_order_given(reader: Reader) -> None:
    files = sorted(RECORD.glob("*18-*.jpg"))
    there = list(read_frames(reader, files, at=None, zone="America/New_York"))
    back = list(read_frames(reader, files[::-1], at=None, zone="America/New_York"))
    assert there == back


def test_names_what_is_missing(reader: Reader, tmp_path: Path) -> None:
    nameless = tmp_path / "river.jpg"
    nameless.write_bytes((RECORD / "NRmarshDN-12-05-31-18-00.jpg").read_bytes())
    with pytest.raises(GaugeCameraError, match=r"river\.jpg.*--at"):
        list(read_frames(reader, [nameless], at=None, zone="Asia/Tokyo"))
    [(_, reading)] = read_frames(reader, [nameless], at="2026-06-03T00:00:00+09:00", zone="Asia/Tokyo")
    assert reading.observed_at.isoformat() == "2026-06-02T15:00:00+00:00"
    with pytest.raises(GaugeCameraError, match="no pictures"):
        list(read_frames(reader, [tmp_path / "nothing"][:0], at=None, zone="Asia/Tokyo"))
    with pytest.raises(GaugeCameraError, match="nowhere"):
        list(read_frames(reader, [tmp_path / "nowhere.jpg"], at=None, zone="Asia/Tokyo"))
    broken = tmp_path / "calibration.json"
    broken.write_text('{"width_px": 800}')
    with pytest.raises(GaugeCameraError, match="height_px"):
        reader_from(broken)
