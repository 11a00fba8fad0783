"""A row that the database itself refuses is set aside with the database's words; the rest goes in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from geo.engine import connect
from geo.incident import find_incident
from geo.persistence import Stopped
from ingest.intake import Intake
from ingest.persistence import Persistence
from ingest.subscriber import Message
from ingest.writer import Writer
from tests.integration.ingest_stand import IngestStand, ingest_stand


@pytest.fixture
def stand(database_url: str, tmp_path: Path) -> Iterator[IngestStand]:
    with ingest_stand(database_url, tmp_path) as made:
        yield made


def test_refused_row_goes_to_quarantine_and_its_neighbours_in(stand: IngestStand) -> None:
    now = datetime.now(UTC)
    messages = [
        Message(f"sonae/v1/36201/gauge/{gauge}/level", payload, now, number, 1, 1)
        for number, (gauge, payload) in enumerate(
            (gauge, b'{"time": "%s", "level_m": 1.5}' % now.isoformat().encode()) for gauge in "abc"
        )
    ]
    with connect(stand.database_url) as connection:
        incident = find_incident(connection)
        intake = Intake.load(connection, incident, [])
    work, origins = intake.prepare(messages, incident)
    work.readings.sources[1] = "a NUL \0 no text column takes"
    persistence = Persistence(
        lambda: connect(stand.database_url),
        lambda connection: Writer(connection, incident.id, intake.known),
        sleep=lambda _seconds: False,
        random_source=random.Random(1),
        on_retry=lambda: None,
    )
    try:
        assert persistence.write(work, origins) == 2
    finally:
        persistence.close()
    assert stand.query("SELECT gauge_id FROM reading ORDER BY 1") == [("a",), ("c",)]
    ((topic, payload, code, detail),) = stand.query(
        "SELECT topic, payload, error_code, detail FROM quarantine"
    )
    assert (topic, bytes(payload)) == (messages[1].topic, messages[1].payload)
    assert code == "refused-by-database"
    assert "0x00" in detail, "the database's own words"


def test_asked_to_stop_while_the_database_is_away_nothing_is_claimed() -> None:
    def away() -> psycopg.Connection:
        raise psycopg.OperationalError("connection refused")

    waits: list[float] = []
    retries: list[int] = []

    def sleep(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 8

    persistence = Persistence(
        away,
        lambda _connection: pytest.fail("there is nothing to write on"),
        sleep=sleep,
        random_source=random.Random(1),
        on_retry=lambda: retries.append(1),
    )
    with pytest.raises(Stopped):
        persistence.call(lambda _connection, _writer: None)
    assert len(retries) == 8
    assert max(waits) <= 5.0, "the back-off is capped"
