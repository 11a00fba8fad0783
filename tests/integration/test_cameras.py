"""Frames of a river camera over a real broker: stored once, read, compared, and entered as levels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from geo.camera import NewCamera, add_calibration, add_camera
from geo.engine import connect
from sensors.camera.geometry import fit
from sensors.camera.limits import camera_limits
from sensors.camera.reading import CameraState, Reader
from sensors.simulate.camera import sample_calibration, sample_frames
from tests.integration.ingest_stand import PASSWORD, IngestStand, ingest_stand, wait_for

QUARTER = timedelta(minutes=15)
#: the newest frame is a quarter of an hour old, so that every told time is believed
START = datetime.now(UTC).replace(microsecond=0) - 8 * QUARTER
FRAMES = sample_frames()[:6]


@pytest.fixture(scope="module")
def camera_database(postgres: Any) -> Iterator[str]:
    from ops.servers.postgres import DATABASE

    name = "test_cameras"
    yield postgres.create_database(name, template=DATABASE)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def stand(camera_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngestStand]:
    """A camera `river-eye` with a gauge of its own, compared with the instrument `a`."""
    folder: Path = tmp_path_factory.mktemp("cameras")
    with ingest_stand(camera_database, folder) as lent:
        _register(camera_database)
        lent.broker.add_accounts({"river-eye": PASSWORD})
        lent.start()
        yield lent


def _register(database_url: str) -> None:
    calibration = sample_calibration()
    geometry = fit(calibration)
    with connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gauge (id, name, geom, datum, zero_tp_m, danger_m, source)"
            " VALUES ('eye', 'eye', ST_SetSRID(ST_MakePoint(134, 34), 4326), 'gauge zero', 0.5, 3, 'test')"
        )
        add_camera(
            cursor,
            NewCamera(
                id="river-eye",
                name="試験カメラ",
                river="試験川",
                lon=134,
                lat=34,
                source="test",
                gauge_id="eye",
                compare_gauge_id="a",
            ),
        )
        add_calibration(
            cursor,
            "river-eye",
            msgspec.json.encode(calibration),
            residual_m=geometry.residual_m,
            spare=geometry.spare,
        )


def show(stand: IngestStand, data: bytes, at: datetime | str | None) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if at is not None:
        properties.UserProperty = ("time", at if isinstance(at, str) else at.isoformat())
    told = stand.device("river-eye").publish(
        "sonae/v1/36201/camera/river-eye/frame", data, qos=1, properties=properties
    )
    told.wait_for_publish(20)


def frames_written(stand: IngestStand) -> int:
    return stand.count("SELECT count(*) FROM camera_frame")


def test_frames_become_pictures_readings_and_levels(stand: IngestStand) -> None:
    # camera zero is 0.5 m T.P.: the first frames stand near 1.35 m T.P., the instrument says so too
    for number in range(6):
        stand.send("a", START + number * QUARTER, 1.35 if number < 4 else 1.0 + 0.1 * (number == 5))
    wait_for(lambda: stand.count("SELECT count(*) FROM reading") == 6, what="the instrument's readings")
    for number, frame in enumerate(FRAMES):
        show(stand, frame.data, START + number * QUARTER)
    show(stand, FRAMES[-1].data, START + 5 * QUARTER)
    wait_for(lambda: frames_written(stand) == 6, what="six frames")
    offline, state = [], CameraState()
    reader = Reader(sample_calibration(), camera_limits())
    for number, frame in enumerate(FRAMES):
        reading, state = reader.read(frame.data, START + number * QUARTER, state)
        offline.append((reading.observed_at, reading.level_m, reading.flag, reading.quality))
    online = stand.query("SELECT observed_at, level_m, flag, quality FROM camera_frame ORDER BY observed_at")
    assert online == offline
    assert stand.count("SELECT count(*) FROM frame_picture WHERE octet_length(thumbnail) < 20000") == 6
    levels = stand.query("SELECT level_m, source FROM reading WHERE gauge_id = 'eye' ORDER BY observed_at")
    assert levels == [(level_m, "camera") for _, level_m, _, _ in offline]
    assert stand.state("eye")["source"] == "camera"
    assert stand.state("a")["source"] != "camera"


def test_disagreement_is_said_once_and_silences_neither(stand: IngestStand) -> None:
    [(comparison,)] = stand.query("SELECT comparison FROM camera_standing")
    assert comparison["agrees"] is False
    assert comparison["gauge"] == "a"
    assert comparison["difference_m"] == pytest.approx(0.28, abs=0.02)
    codes = [code for (code,) in stand.query("SELECT code FROM chronology WHERE object_kind = 'camera'")]
    assert codes == ["camera.disagrees"]
    newest = stand.query(
        "SELECT max(observed_at) FROM reading WHERE gauge_id IN ('a', 'eye') GROUP BY gauge_id"
    )
    assert newest == [(START + 5 * QUARTER,)] * 2
    [(value,)] = stand.query("SELECT value FROM change WHERE kind = 'camera' ORDER BY version DESC LIMIT 1")
    assert value["frame"]["waterline"]
    assert value["comparison"]["agrees"] is False
    assert value["accepted_m"] == pytest.approx(0.878, abs=0.005)


def test_a_stuck_camera_gives_no_level_and_is_told(stand: IngestStand) -> None:
    show(stand, FRAMES[-1].data, START + 6 * QUARTER)
    wait_for(lambda: frames_written(stand) == 7, what="the stuck frame")
    [(health, level_m)] = stand.query(
        "SELECT health, level_m FROM camera_frame ORDER BY observed_at DESC LIMIT 1"
    )
    assert (health, level_m) == ("stuck", None)
    assert stand.count("SELECT count(*) FROM frame_picture") == 6
    assert stand.count("SELECT count(*) FROM chronology WHERE code = 'camera.blind'") == 1


def test_the_memory_survives_a_power_cut(stand: IngestStand) -> None:
    stand.kill()
    stand.start()
    show(stand, sample_frames()[6].data, START + 7 * QUARTER)
    wait_for(lambda: frames_written(stand) == 8, what="the frame after the cut")
    [(health, flag, level_m)] = stand.query(
        "SELECT health, flag, level_m FROM camera_frame ORDER BY observed_at DESC LIMIT 1"
    )
    assert (health, flag) == ("ok", 1)
    assert level_m == pytest.approx(0.868, abs=0.005)
    assert stand.count("SELECT count(*) FROM chronology WHERE code = 'camera.seeing'") == 1


def test_what_is_no_picture_goes_to_quarantine(stand: IngestStand) -> None:
    show(stand, b"GIF89a, or what else a stranger sends", START)
    show(stand, sample_frames()[7].data, "yesterday")
    wait_for(lambda: stand.count("SELECT count(*) FROM quarantine") == 2, what="the quarantine")
    codes = stand.query("SELECT error_code FROM quarantine ORDER BY 1")
    assert codes == [("bad-time",), ("not-a-picture",)]


def test_a_time_that_cannot_be_is_replaced_by_the_receipt(stand: IngestStand) -> None:
    before = frames_written(stand)
    show(stand, sample_frames()[8].data, datetime.now(UTC) + timedelta(days=3))
    wait_for(lambda: frames_written(stand) == before + 1, what="the frame")
    [(source,)] = stand.query("SELECT time_source FROM camera_frame ORDER BY id DESC LIMIT 1")
    assert source == "received"
