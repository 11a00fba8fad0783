"""Makes `nanao-2024` from FOLDER/history/*.csv: `python -m ops.scenarios.make_nanao FOLDER`.

Two tables come out: the shelters with their places, and the head-counts by moment. Nothing is filled in: a
shelter that is not in a list of a moment has no row of that moment.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "nanao-2024"
HEAD = HERE.with_suffix(".head.toml")
JST = timezone(timedelta(hours=9))
_NAME = re.compile(r"open_shelter_Nanao-shi_(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)\.csv")
_INDOORS = re.compile(r"屋内([0-9,]+)人")
SHELTER_COLUMNS = ("id", "name", "kana", "address", "lon", "lat", "capacity")


def read_moment(path: Path) -> datetime:
    """Return the moment [UTC] that a file's name tells in Japan time. Raises `ValueError`."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path.name} is no list of open shelters")
    return datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}").replace(tzinfo=JST).astimezone(UTC)


def read_list(path: Path) -> list[tuple[dict[str, Any], int]]:
    """Return each shelter of a list with its head-count. Raises `ValueError` naming file and row."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            people = next(value for name, value in row.items() if name.startswith("人数"))
            if not people.strip().isdigit():
                raise ValueError(f"{path.name}: {row['名称']}: {people!r} is no head-count")
            indoors = _INDOORS.search(row["想定収容人数"] or "")
            rows.append(
                (
                    {
                        "id": f"17202:{row['ID']}",
                        "name": row["名称"],
                        "kana": row.get("名称_カナ") or "",
                        "address": row["所在地_連結表記"],
                        "lon": row["経度"],
                        "lat": row["緯度"],
                        "capacity": "" if indoors is None else indoors[1].replace(",", ""),
                    },
                    int(people),
                )
            )
    return rows


def make(source: Path) -> None:
    """Write the tables and the manifest."""
    shelters: dict[str, dict[str, Any]] = {}
    counts: list[tuple[str, str, int]] = []
    for path in sorted((source / "history").glob("*.csv"), key=read_moment):
        moment = f"{read_moment(path):%Y-%m-%dT%H:%M:%SZ}"
        for shelter, people in read_list(path):
            known = shelters.setdefault(shelter["id"], shelter)
            known["kana"] = known["kana"] or shelter["kana"]
            counts.append((moment, shelter["id"], people))
    HERE.mkdir(exist_ok=True)
    _write(
        "shelters.csv", SHELTER_COLUMNS, [tuple(one[n] for n in SHELTER_COLUMNS) for one in shelters.values()]
    )
    _write("head-counts.csv", ("at", "shelter", "people"), counts)
    entries = []
    for name, rows in (("shelters.csv", len(shelters)), ("head-counts.csv", len(counts))):
        sha256 = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        entries.append(f'[[file]]\nname = "{name}"\nrows = {rows}\nsha256 = "{sha256}"\n')
    text = HEAD.read_text(encoding="utf-8") + "\n" + "\n".join(entries)
    (HERE / "record.toml").write_text(text, encoding="utf-8")


def _write(name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
