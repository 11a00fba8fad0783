"""A record of open shelters: head-counts by moment as published, checked against its manifest."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ops.errors import OpsError

FOLDER: Final = Path(__file__).parent / "scenarios"
MANIFEST: Final = "record.toml"


class ShelterRecordError(OpsError):
    """Raised when a record is missing or is not what its manifest says; names the file."""


@dataclass(frozen=True, kw_only=True)
class RecordedShelter:
    """A shelter of the record; `capacity` [persons] indoors, None = unknown; lon, lat [degrees]."""

    id: str
    name: str
    kana: str | None
    address: str
    lon: float
    lat: float
    capacity: int | None


@dataclass(frozen=True)
class Moment:
    """One published list: head-counts [persons] of the shelters that were open, by id."""

    at: datetime
    people: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class ShelterRecord:
    """The record: its shelters, and its moments in the order of time."""

    slug: str
    name: str
    name_en: str
    credit: str
    shelters: Sequence[RecordedShelter]
    moments: Sequence[Moment]


def shelter_records(folder: Path = FOLDER) -> list[str]:
    """Return the records that come with the program."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))


def load_shelter_record(slug: str, *, folder: Path = FOLDER) -> ShelterRecord:
    """Load a record and verify its files. Raises `ShelterRecordError`."""
    home = folder / slug
    if not (home / MANIFEST).is_file():
        raise ShelterRecordError(
            f"there is no record of shelters {slug!r}: {', '.join(shelter_records(folder))}"
        )
    manifest = tomllib.loads((home / MANIFEST).read_text(encoding="utf-8"))
    if manifest["kind"] != "drill":
        raise ShelterRecordError(f"{slug}: kind is {manifest['kind']!r}; a replay is always a drill")
    tables = {entry["name"]: _rows(home / entry["name"], entry) for entry in manifest["file"]}
    record = ShelterRecord(
        slug=manifest["slug"],
        name=manifest["name"]["ja"],
        name_en=manifest["name"]["en"],
        credit=f"{manifest['source'][0]['credit']}、{manifest['source'][0]['licence']}",
        shelters=[_shelter(row) for row in tables["shelters.csv"]],
        moments=_moments(tables["head-counts.csv"]),
    )
    known = {shelter.id for shelter in record.shelters}
    if strangers := {id_ for moment in record.moments for id_ in moment.people} - known:
        raise ShelterRecordError(f"{slug}: head-counts of shelters that are not listed: {sorted(strangers)}")
    return record


def _rows(path: Path, entry: Mapping[str, Any]) -> list[dict[str, str]]:
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise ShelterRecordError(f"{path} is missing or is not the file that its manifest describes")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if len(rows) != entry["rows"]:
        raise ShelterRecordError(f"{path} holds {len(rows)} rows, not {entry['rows']}")
    return rows


def _shelter(row: Mapping[str, str]) -> RecordedShelter:
    return RecordedShelter(
        id=row["id"],
        name=row["name"],
        kana=row["kana"] or None,
        address=row["address"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        capacity=int(row["capacity"]) if row["capacity"] else None,
    )


def _moments(rows: Sequence[Mapping[str, str]]) -> list[Moment]:
    ordered = sorted(rows, key=lambda row: row["at"])
    return [
        Moment(datetime.fromisoformat(at), {row["shelter"]: int(row["people"]) for row in group})
        for at, group in groupby(ordered, key=lambda row: row["at"])
    ]
