"""Taking in what a tablet exported: the same operations as by sync, whenever they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from geo.incident import Incident
from shelters.export_file import Export, media_type_of, photo_bytes
from shelters.operation_log import MOST_OPERATIONS, OperationLog, Result, Sender
from shelters.photo import PhotoError, check_photo
from shelters.photo_store import keep_photo


@dataclass(frozen=True)
class Imported:
    """What became of an export."""

    results: list[Result]
    #: photos that were kept, new or known
    photos: int
    #: photos of the export that are not what their hash says, or no photos
    photos_refused: int

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        by_result = Counter(result.result for result in self.results)
        return {
            **{name: by_result[name] for name in ("accepted", "duplicate", "quarantined")},
            "photos": self.photos,
            "photos_refused": self.photos_refused,
        }


def import_export(
    connection: psycopg.Connection[Any],
    log: OperationLog,
    incident: Incident,
    export: Export,
    *,
    account_id: int | None,
    now: datetime,
) -> Imported:
    """Add the operations and photos of an export; importing it again changes nothing.

    An export tells no time of sending, so its clock is put right by what each operation or the export
    says of it.
    """
    sender = Sender(
        road="import",
        shelter_id=export.shelter,
        account_id=account_id,
        offset_ms=None if export.offset_ms is None else round(export.offset_ms),
    )
    documents = [bytes(raw) for raw in export.operations]
    results: list[Result] = []
    for first in range(0, len(documents), MOST_OPERATIONS):
        part = documents[first : first + MOST_OPERATIONS]
        results += log.add(connection, incident, sender, part, now)
    photos = _keep_photos(connection, incident, export)
    return Imported(results, photos, len(export.photos) - photos)


def _keep_photos(connection: psycopg.Connection[Any], incident: Incident, export: Export) -> int:
    kept = 0
    for name, data in photo_bytes(export).items():
        media_type = media_type_of(data)
        if media_type is None:
            continue
        try:
            check_photo(data, media_type)
        except PhotoError:
            continue
        keep_photo(connection, incident.id, export.shelter, name, data, media_type)
        kept += 1
    return kept
