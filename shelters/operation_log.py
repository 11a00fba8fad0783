"""The log of operations: what tablets send is stamped, kept for ever, folded and told.

Operations of one shelter are added one transaction after another (its status row is the lock), so that
their numbers have no gaps and a reader who knows a number has missed nothing below it. The folded state is
kept in memory and only ever continued from the log, never trusted without it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from geo.change import Change, record
from geo.incident import Incident, incident_from_row
from geo.live_value import QUARANTINE_ID, quarantine_value
from geo.queries import load
from shelters.canonical import canonical_text
from shelters.clock import corrected_ms
from shelters.merge import Fold
from shelters.operation import Operation, OperationError, Stamp, check_operation, read_operation
from shelters.projection import CENTRE, Added, is_report, moment_of, note_contact, project, publish

_SQL: Final = load("shelters", "operation.sql")

#: most operations in one request
MOST_OPERATIONS: Final = 500
#: states kept in memory
MOST_FOLDS: Final = 400
#: most bytes of an unreadable operation that are kept
KEPT_BYTES: Final = 64 * 1024

Reason = Literal[
    "malformed",
    "too-large",
    "other-shelter",
    "other-device",
    "unknown-incident",
    "unknown-shelter",
    "id-reused",
]
Key = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who brings operations, and what they may bring."""

    road: Literal["sync", "import", "centre"]
    #: the shelter they may write for, None = any
    shelter_id: str | None
    #: the device whose operations they may bring, None = any
    device: str | None = None
    account_id: int | None = None
    #: device's clock minus the server's, measured with this request [ms]; None = not known
    offset_ms: int | None = None

    @property
    def name(self) -> str:
        """What the quarantine calls them."""
        return f"tablet/{self.device or self.road}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one operation."""

    id: str | None
    result: Literal["accepted", "duplicate", "quarantined"]
    stamp: Stamp | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass
class _Batch:
    """Operations on their way into the log, with the place each has in the answer."""

    results: list[Result | None]
    incidents: dict[int, Incident] = field(default_factory=dict)
    groups: dict[Key, list[tuple[int, Operation]]] = field(default_factory=dict)


class _Held:
    """A fold in memory; the lock is held until the transaction that continues it has ended."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.fold = Fold()
        self.newest = 0


class OperationLog:
    """Adds operations to the log and knows the state of every shelter."""

    def __init__(self) -> None:
        self._held: OrderedDict[Key, _Held] = OrderedDict()
        self._guard = threading.Lock()

    def add(
        self,
        connection: psycopg.Connection[Any],
        incident: Incident,
        sender: Sender,
        documents: Sequence[bytes],
        now: datetime,
    ) -> list[Result]:
        """Take operations in, whatever they are; return what became of each, in their order.

        `incident` is the current one, `now` the wall clock. What cannot be taken is kept in quarantine.
        Raises `ValueError` within a transaction of the caller's: whether that is committed is not known
        here, and what is not committed must not be remembered.
        """
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            raise ValueError("operations are added in transactions of their own, not within another")
        batch = _Batch([None] * len(documents))
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            refused = self._sort(cursor, incident, sender, documents, batch)
        # The folds are held until the transaction that continues them has ended.
        with (
            self._holding(batch.groups) as held,
            connection.transaction(),
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            for key in sorted(batch.groups):
                changes, reused = self._add_to(cursor, key, held[key], sender, batch, now)
                refused += [(index, documents[index], fault) for index, fault in reused]
                record(cursor, key[0], changes)
            if refused:
                _set_aside(cursor, incident.id, sender, refused, batch, now)
        return [result for result in batch.results if result is not None]

    def state(
        self, connection: psycopg.Connection[Any], incident_id: int, shelter_id: str
    ) -> tuple[dict[str, Any], int]:
        """Return the state of a shelter and the number of its newest operation."""
        key = (incident_id, shelter_id)
        with (
            self._holding([key]) as held,
            connection.transaction(),
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            self._catch_up(cursor, key, held[key])
            return held[key].fold.state(), held[key].newest

    def _sort(
        self,
        cursor: psycopg.Cursor[DictRow],
        incident: Incident,
        sender: Sender,
        documents: Sequence[bytes],
        batch: _Batch,
    ) -> list[tuple[int, bytes, tuple[str, str]]]:
        """Read the documents and sort them by shelter; return those refused, with code and detail."""
        refused: list[tuple[int, bytes, tuple[str, str]]] = []
        operations: list[tuple[int, Operation]] = []
        for index, document in enumerate(documents):
            try:
                operation = read_operation(document)
                _check_sender(operation, sender)
            except OperationError as fault:
                refused.append((index, document, (fault.code, str(fault))))
            except _NotTheirsError as fault:
                refused.append((index, document, (fault.code, str(fault))))
            else:
                operations.append((index, operation))
        batch.incidents = _known_incidents(cursor, incident, (operation for _, operation in operations))
        places = {operation.shelter for _, operation in operations}
        existing = {place for place in places if _shelter_exists(cursor, place)}
        for index, operation in operations:
            incident_id = incident.id if operation.incident is None else operation.incident
            if incident_id not in batch.incidents:
                fault_told = ("unknown-incident", f"there is no incident {incident_id}")
                refused.append((index, documents[index], fault_told))
            elif operation.shelter not in existing:
                fault_told = ("unknown-shelter", f"there is no shelter {operation.shelter!r}")
                refused.append((index, documents[index], fault_told))
            else:
                batch.groups.setdefault((incident_id, operation.shelter), []).append((index, operation))
        return refused

    def _add_to(
        self,
        cursor: psycopg.Cursor[DictRow],
        key: Key,
        held: _Held,
        sender: Sender,
        batch: _Batch,
        now: datetime,
    ) -> tuple[list[Change], list[tuple[int, tuple[str, str]]]]:
        """Add the operations of one shelter; return the changes, and which carry a known id of another."""
        cursor.execute(_SQL["begin"], {"incident": key[0], "shelter": key[1]})
        self._catch_up(cursor, key, held)
        incident, offered = batch.incidents[key[0]], batch.groups[key]
        known = _known_operations(cursor, [operation.id for _, operation in offered])
        fresh: dict[str, tuple[Operation, Stamp]] = {}
        reused: list[tuple[int, tuple[str, str]]] = []
        received_ms = round(now.timestamp() * 1000)
        for index, operation in offered:
            before = known.get(operation.id) or fresh.get(operation.id)
            if before is None:
                stamp = _stamp(operation, sender, received_ms, held.newest + len(fresh) + 1, incident)
                fresh[operation.id] = (operation, stamp)
                batch.results[index] = Result(id=operation.id, result="accepted", stamp=stamp)
            elif canonical_text(before[0].raw) == canonical_text(operation.raw):
                batch.results[index] = Result(id=operation.id, result="duplicate", stamp=before[1])
            else:
                reused.append((index, ("id-reused", f"{operation.id} was another operation before")))
        if not fresh:
            return [], reused
        _insert(cursor, key, sender, received_ms, list(fresh.values()))
        for operation, stamp in fresh.values():
            held.fold.add(operation, stamp)
        held.newest += len(fresh)
        reports = [stamp.seen_ms for operation, stamp in fresh.values() if is_report(operation)]
        added = Added(
            incident_id=key[0],
            shelter_id=key[1],
            newest=held.newest,
            operations=[operation for operation, _ in fresh.values()],
            reported_at=moment_of(max(reports)) if reports else None,
            now=incident.now(now),
        )
        if sender.road == "sync":
            note_contact(cursor, key[0], key[1], added.now)
        return project(cursor, added, held.fold.state()), reused

    def _catch_up(self, cursor: psycopg.Cursor[DictRow], key: Key, held: _Held) -> None:
        """Lock the shelter's row, if it has one, and continue the fold from the log."""
        row = cursor.execute(_SQL["lock"], {"incident": key[0], "shelter": key[1]}).fetchone()
        if row is None or row["newest"] < held.newest:
            # The database was put back to an older state: what is in memory is not of it.
            held.fold, held.newest = Fold(), 0
        for operation, stamp in read_after(cursor, *key, held.newest, limit=None):
            held.fold.add(operation, stamp)
            held.newest = stamp.number

    @contextmanager
    def _holding(self, keys: Iterable[Key]) -> Iterator[dict[Key, _Held]]:
        """Lend the folds of `keys`; a fold that was continued and not committed is forgotten."""
        with ExitStack() as stack:
            folds = {}
            for key in sorted(keys):
                with self._guard:
                    held = self._held.setdefault(key, _Held())
                    self._held.move_to_end(key)
                    while len(self._held) > MOST_FOLDS:
                        self._held.popitem(last=False)
                stack.enter_context(held.lock)
                folds[key] = held
            try:
                yield folds
            except BaseException:
                with self._guard:
                    for key in folds:
                        self._held.pop(key, None)
                raise


class _Named(msgspec.Struct):
    id: str


class _NotTheirsError(ValueError):
    """Raised when a sender brings an operation they may not bring."""

    def __init__(self, code: Reason, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def _check_sender(operation: Operation, sender: Sender) -> None:
    if sender.shelter_id is not None and operation.shelter != sender.shelter_id:
        raise _NotTheirsError("other-shelter", f"is of shelter {operation.shelter!r}, not of the sender's")
    if sender.device is not None and operation.device != sender.device:
        raise _NotTheirsError("other-device", f"is of device {operation.device!r}, not of the sender")
    if sender.road != "centre" and operation.device == CENTRE:
        raise _NotTheirsError("other-device", "only the centre writes as the centre")


def read_after(
    cursor: psycopg.Cursor[DictRow], incident_id: int, shelter_id: str, number: int, *, limit: int | None
) -> list[tuple[Operation, Stamp]]:
    """Return the operations of a shelter after `number`, oldest first."""
    cursor.execute(
        _SQL["after"],
        {"incident": incident_id, "shelter": shelter_id, "number": number, "limit": limit},
    )
    return [(check_operation(row["raw"]), _stamp_of(row)) for row in cursor.fetchall()]


def stamped(operation: Operation, stamp: Stamp) -> dict[str, Any]:
    """Return an operation as it goes to tablets, with its stamp."""
    return {**operation.raw, "stamp": stamp_value(stamp)}


def stamp_value(stamp: Stamp) -> dict[str, int]:
    """Return a stamp as it goes over the wire."""
    return {
        "at_ms": stamp.at_ms,
        "seen_ms": stamp.seen_ms,
        "offset_ms": stamp.offset_ms,
        "received_ms": stamp.received_ms,
        "number": stamp.number,
    }


def tell_contact(
    connection: psycopg.Connection[Any], incident: Incident, shelter_id: str, now: datetime
) -> None:
    """Tell the screens that a tablet of a shelter was heard of; nothing when nobody spoke of the shelter."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        key = {"incident": incident.id, "shelter": shelter_id}
        if cursor.execute(_SQL["lock"], key).fetchone() is None:
            return
        seen_at = incident.now(now)
        note_contact(cursor, incident.id, shelter_id, seen_at)
        cursor.execute(_SQL["touch"], key)
        record(cursor, incident.id, publish(cursor, incident.id, shelter_id, seen_at))


def _stamp(operation: Operation, sender: Sender, received_ms: int, number: int, incident: Incident) -> Stamp:
    offset_ms = operation.offset_ms if operation.offset_ms is not None else sender.offset_ms or 0
    at_ms = corrected_ms(operation.hlc.wall_ms, offset_ms, received_ms)
    seen = incident.now(moment_of(at_ms))
    return Stamp(
        at_ms=at_ms,
        seen_ms=round(seen.timestamp() * 1000),
        offset_ms=offset_ms,
        received_ms=received_ms,
        number=number,
    )


def _stamp_of(row: Mapping[str, Any]) -> Stamp:
    names = ("at_ms", "seen_ms", "offset_ms", "received_ms", "number")
    return Stamp(**{name: row[name] for name in names})


def _known_incidents(
    cursor: psycopg.Cursor[DictRow], incident: Incident, operations: Iterable[Operation]
) -> dict[int, Incident]:
    named = {operation.incident for operation in operations if operation.incident is not None}
    wanted = [number for number in named if 0 < number < 2**31 and number != incident.id]
    rows = cursor.execute(_SQL["incidents"], {"ids": wanted}).fetchall() if wanted else []
    return {incident.id: incident} | {row["id"]: incident_from_row(row) for row in rows}


def _shelter_exists(cursor: psycopg.Cursor[DictRow], shelter_id: str) -> bool:
    row = cursor.execute(_SQL["shelter_exists"], {"shelter": shelter_id}).fetchone()
    return row is not None and bool(row["exists"])


def _known_operations(
    cursor: psycopg.Cursor[DictRow], ids: Sequence[str]
) -> dict[str, tuple[Operation, Stamp]]:
    rows = cursor.execute(_SQL["known"], {"ids": list(ids)}).fetchall()
    return {row["id"]: (check_operation(row["raw"]), _stamp_of(row)) for row in rows}


def _insert(
    cursor: psycopg.Cursor[DictRow],
    key: Key,
    sender: Sender,
    received_ms: int,
    fresh: Sequence[tuple[Operation, Stamp]],
) -> None:
    cursor.execute(
        _SQL["insert"],
        {
            "incident": key[0],
            "shelter": key[1],
            "received_ms": received_ms,
            "road": sender.road,
            "account": sender.account_id,
            "numbers": [stamp.number for _, stamp in fresh],
            "ids": [operation.id for operation, _ in fresh],
            "devices": [operation.device for operation, _ in fresh],
            "kinds": [operation.kind for operation, _ in fresh],
            "at_ms": [stamp.at_ms for _, stamp in fresh],
            "seen_ms": [stamp.seen_ms for _, stamp in fresh],
            "offset_ms": [stamp.offset_ms for _, stamp in fresh],
            "raws": [msgspec.json.encode(operation.raw).decode() for operation, _ in fresh],
        },
    )


def _set_aside(
    cursor: psycopg.Cursor[DictRow],
    incident_id: int,
    sender: Sender,
    refused: Sequence[tuple[int, bytes, tuple[str, str]]],
    batch: _Batch,
    now: datetime,
) -> None:
    """Keep what could not be taken, with its bytes and reason, and tell the screens how much there is."""
    for index, document, (code, detail) in refused:
        digest = hashlib.blake2b(digest_size=16)
        digest.update(f"{sender.name}\0{code}\0".encode() + document)
        cursor.execute(
            _SQL["quarantine"],
            {
                "digest": digest.digest(),
                "topic": sender.name,
                "payload": document[:KEPT_BYTES],
                "size": len(document),
                "code": code,
                "detail": detail[:500].replace("\0", ""),
                "now": now,
            },
        )
        batch.results[index] = Result(
            id=_id_in(document), result="quarantined", reason=code, detail=detail[:500]
        )
    row = cursor.execute(_SQL["quarantine_total"]).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers
    value = quarantine_value(row["total"], row["latest_at"], row["reasons"])
    record(cursor, incident_id, [Change("quarantine", QUARANTINE_ID, row["total"], value)])


def _id_in(document: bytes) -> str | None:
    """Return the id that an operation which cannot be read carries, None when it has none."""
    try:
        return msgspec.json.decode(document, type=_Named).id[:64]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
