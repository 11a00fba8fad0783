"""The log itself: every kind of operation is written, and what memory holds is what the log says."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import dict_row

from geo.incident import find_incident
from shelters import operation_log
from shelters.canonical import canonical_text
from shelters.merge import fold
from shelters.operation_log import OperationLog, Sender, read_after

MAKER = Path(__file__).parents[2] / "unit" / "shelters" / "operation_maker.py"


def storm(count: int, tablets: int, seed: int) -> list[dict[str, Any]]:
    """Operations as the tests of the merge make them."""
    spec = importlib.util.spec_from_file_location("operation_maker_of_the_merge", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = maker
    spec.loader.exec_module(maker)
    prefix = f"{seed:04d}"
    made = [operation.raw for operation, _ in maker.storm(count, tablets, seed)]
    text = json.dumps(made, ensure_ascii=False)
    # Ids are unique in the whole database, and each test has its own.
    for number in range(count):
        name = maker.ulid(number)
        text = text.replace(name, f"0{prefix}{name[5:]}")
    parsed: list[dict[str, Any]] = json.loads(text)
    return parsed


def test_whatever_tablets_do_is_written_and_read_back_alike(centre: Any) -> None:
    operations = storm(300, 6, 31)
    random.Random(3).shuffle(operations)
    documents = [json.dumps(operation).encode() for operation in operations]
    sender = Sender(road="import", shelter_id="h1")
    one, other = OperationLog(), OperationLog()
    with centre.connection() as connection:
        connection.autocommit = True
        incident = find_incident(connection)
        for first in range(0, len(documents), 60):
            # Two processes take turns, each continuing from what the other wrote.
            log = one if first % 120 else other
            results = log.add(connection, incident, sender, documents[first : first + 60], datetime.now(UTC))
            assert {result.result for result in results} == {"accepted"}
        states = [log.state(connection, incident.id, "h1") for log in (one, other, OperationLog())]
        with connection.cursor(row_factory=dict_row) as cursor:
            read = read_after(cursor, incident.id, "h1", 0, limit=None)
            amounts = cursor.execute(
                "SELECT item, lot, amount FROM shelter_stock WHERE incident_id = %s", (incident.id,)
            ).fetchall()
            cards = cursor.execute(
                "SELECT count(*) AS n FROM person WHERE incident_id = %s", (incident.id,)
            ).fetchone()
    assert {number for _, number in states} == {300}
    assert len({canonical_text(state) for state, _ in states}) == 1
    assert canonical_text(fold(read)) == canonical_text(states[0][0])
    assert [stamp.number for _, stamp in read] == list(range(1, 301))
    held = {(row["item"], row["lot"]): row["amount"] for row in amounts}
    assert held == {
        (item, lot): counter["value"]
        for item, lots in states[0][0]["stock"].items()
        for lot, counter in lots.items()
    }
    assert cards is not None
    assert cards["n"] == len(states[0][0]["persons"])


def test_what_was_not_committed_is_not_remembered(centre: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (json.dumps(operation).encode() for operation in storm(2, 1, 32))
    sender = Sender(road="import", shelter_id="h1")
    log, other = OperationLog(), OperationLog()
    with centre.connection() as connection:
        connection.autocommit = True
        incident = find_incident(connection)

        def fails(*_: Any) -> None:
            raise RuntimeError("the line to the database is cut")

        with monkeypatch.context() as patched:
            patched.setattr(operation_log, "record", fails)
            with pytest.raises(RuntimeError):
                log.add(connection, incident, sender, [first], datetime.now(UTC))
        # Another process takes the number that was not used after all.
        other.add(connection, incident, sender, [second], datetime.now(UTC))
        assert log.state(connection, incident.id, "h1") == other.state(connection, incident.id, "h1")
        assert log.add(connection, incident, sender, [first], datetime.now(UTC))[0].result == "accepted"
        with connection.transaction(), pytest.raises(ValueError, match="of their own"):
            log.add(connection, incident, sender, [first], datetime.now(UTC))
