"""Make the scenario `shikoku-2026-06` from the folder of its public records.

    python -m ops.scenarios.make INPUT --city CITY [--out FOLDER]

INPUT holds one folder for each area (`tokushima-east`, `takamatsu`) with `gauges.geojson`,
`gauge_obs_event_2026-06-03.csv`, `jma_warnings.json`, `gsi_*.geojson`, `n03_municipalities.geojson`. CITY
is the folder of what 高松市 publishes about its people and facilities (`ops/scenarios/city.py`).
The same input gives the same bytes, so that what is committed can be made again and compared.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from geo.moment import utc_text
from ops.scenarios.capacities import UNMATCHED_COLUMNS, with_capacities
from ops.scenarios.city import FACILITY_COLUMNS, PEOPLE_COLUMNS
from ops.scenarios.city import facilities as city_facilities
from ops.scenarios.city import people as city_people

AREAS: Final = ("tokushima-east", "takamatsu")
SLUG: Final = "shikoku-2026-06"
#: 06:00 on 2 June to 00:00 on 4 June, Japan time
START: Final = datetime(2026, 6, 1, 21, tzinfo=UTC)
END: Final = datetime(2026, 6, 3, 15, tzinfo=UTC)
#: a gauge's name with its river in brackets (御所地橋（飯尾川）), or before the bank (那賀川左岸　3K900)
_BRACKETS = re.compile(r"(.+?)[（(]([^（()）]*(?:川|池|池下流))[）)]")
_BANK = re.compile(r"(.+川)((?:左|右)岸)[\s　]*(.+)")
#: digits kept of a coordinate [degrees]: a tenth of a metre
DIGITS: Final = 6

GAUGE_COLUMNS: Final = (
    *("id", "name", "river", "kana", "area_code", "lon", "lat"),
    *("start_m", "caution_m", "danger_m"),
)
READING_COLUMNS: Final = ("gauge_id", "observed_at", "level_m", "above_caution", "above_danger")


@dataclass(frozen=True)
class Made:
    """One file of the scenario, not yet written."""

    name: str
    data: bytes
    rows: int


def split_name(name: str) -> tuple[str, str | None]:
    """Return a gauge's own name and its river: 御所地橋（飯尾川） → 御所地橋, 飯尾川."""
    if match := _BRACKETS.fullmatch(name):
        return match[1].strip(), match[2]
    if match := _BANK.fullmatch(name):
        return f"{match[2]} {match[3]}", match[1]
    return name.strip(), None


def gauges(features: Iterable[Mapping[str, Any]], ground: Mapping[str, BaseGeometry]) -> list[dict[str, Any]]:
    """Return the rows of `gauges.csv`.

    `ground` holds the municipalities by code. A gauge that stands in another one than the record
    says belongs to where it stands (飯谷橋 is said to be in 勝浦町 and is 750 m inside 徳島市).
    """
    rows = []
    for feature in features:
        facts = feature["properties"]
        name, river = split_name(facts["name"])
        rows.append(
            {
                "id": facts["code"],
                "name": name,
                "river": river,
                "kana": facts["kana"],
                "area_code": _where(facts, ground),
                "lon": round(facts["longitude"], DIGITS),
                "lat": round(facts["latitude"], DIGITS),
                "start_m": facts["startLevel"],
                "caution_m": facts["warnLevel"],
                "danger_m": facts["fladLevel"],
            }
        )
    return sorted(rows, key=lambda row: row["id"])


def _where(facts: Mapping[str, Any], ground: Mapping[str, BaseGeometry]) -> str:
    point = Point(facts["longitude"], facts["latitude"])
    stated = str(facts["townCode"]).zfill(5)
    found = [code for code, area in ground.items() if area.contains(point)]
    return stated if stated in found or not found else found[0]


def readings(rows: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return the rows of `readings.csv`: those of the period, and what a gauge last said before it."""
    found: dict[tuple[datetime, str], dict[str, Any]] = {}
    for row in rows:
        observed_at = datetime.fromisoformat(row["obsTime"]).astimezone(UTC)
        if observed_at >= END:
            continue
        found[observed_at, row["code"]] = {
            "gauge_id": row["code"],
            "observed_at": utc_text(observed_at),
            "level_m": float(row["level"]),
            "above_caution": int(row["isWarning"] == "True"),
            "above_danger": int(row["isFlood"] == "True"),
        }
    return [found[key] for key in sorted(found)]


def telegrams(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return `warnings.json`: each telegram, and from which level on the record tells all of it."""
    told = []
    for record in records:
        statements = [
            {"region": item["area"], "hazard": item["hazard"], "level": item["level"]}
            for item in record["warnings"]
        ]
        levels = {statement["level"] for statement in statements}
        if len(levels) > 1:
            raise ValueError(f"{record['source_id']} tells several levels: the record is not what it was")
        told.append(
            {
                "source_id": record["source_id"],
                "publisher": record["prefecture"],
                "issued_at": utc_text(datetime.fromisoformat(record["issued_at"])),
                "complete_from": max(levels, default=1),
                "statements": statements,
            }
        )
    return sorted(told, key=lambda telegram: (telegram["issued_at"], telegram["source_id"]))


def refuges(features: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of a GSI list, with their point as columns like GSI's own CSV, without doubles."""
    rows: dict[str, dict[str, Any]] = {}
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"][:2]
        facts = {key: "" if value is None else value for key, value in feature["properties"].items()}
        rows[facts["共通ID"]] = {**facts, "緯度": round(lat, DIGITS), "経度": round(lon, DIGITS)}
    return [rows[key] for key in sorted(rows)]


def municipalities(features: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the boundaries as one GeoJSON collection, coordinates rounded."""
    kept = {
        feature["properties"]["code"]: {
            "type": "Feature",
            "properties": {name: feature["properties"][name] for name in ("code", "name")},
            "geometry": {
                "type": feature["geometry"]["type"],
                "coordinates": _rounded(feature["geometry"]["coordinates"]),
            },
        }
        for feature in features
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    return {"type": "FeatureCollection", "crs": crs, "features": [kept[code] for code in sorted(kept)]}


def _rounded(coordinates: Any) -> Any:  # noqa: ANN401 - nested lists of any depth
    if isinstance(coordinates, int | float):
        return round(coordinates, DIGITS)
    return [_rounded(part) for part in coordinates]


def make(source: Path, city: Path) -> list[Made]:
    """Return all files of the scenario but the manifest."""
    areas = _features(source, "n03_municipalities.geojson")
    ground = {feature["properties"]["code"]: shape(feature["geometry"]) for feature in areas}
    gauge_rows = gauges(_features(source, "gauges.geojson"), ground)
    reading_rows = readings(_csv_rows(source, "gauge_obs_event_2026-06-03.csv"))
    told = telegrams(
        record for area in AREAS for record in json.loads((source / area / "jma_warnings.json").read_text())
    )
    sites = refuges(_features(source, "gsi_emergency_evacuation_sites.geojson"))
    shelters, unmatched = with_capacities(refuges(_features(source, "gsi_designated_shelters.geojson")), city)
    boundaries = municipalities(areas)
    residents, facilities = city_people(city), city_facilities(city)
    return [
        Made("gauges.csv", _csv(GAUGE_COLUMNS, gauge_rows), len(gauge_rows)),
        Made("readings.csv", _csv(READING_COLUMNS, reading_rows), len(reading_rows)),
        Made("warnings.json", _json(told, indent=1), len(told)),
        Made("sites.csv.gz", _gzip(_csv(list(sites[0]), sites)), len(sites)),
        Made("shelters.csv.gz", _gzip(_csv(list(shelters[0]), shelters)), len(shelters)),
        Made("capacity-unmatched.csv", _csv(UNMATCHED_COLUMNS, unmatched), len(unmatched)),
        Made("people.csv.gz", _gzip(_csv(PEOPLE_COLUMNS, residents)), len(residents)),
        Made("facilities.csv.gz", _gzip(_csv(FACILITY_COLUMNS, facilities)), len(facilities)),
        Made("municipalities.geojson.gz", _gzip(_json(boundaries)), len(boundaries["features"])),
    ]


def manifest(head: str, files: Sequence[Made]) -> str:
    """Return the manifest: `head` (names, period, credits, notes) with what each file holds and its digest.

    Raises `tomllib.TOMLDecodeError` when the head is no TOML.
    """
    parts = [head.rstrip(), ""]
    for made in files:
        digest = hashlib.sha256(made.data).hexdigest()
        parts += ["[[file]]", f'name = "{made.name}"', f"rows = {made.rows}", f'sha256 = "{digest}"', ""]
    text = "\n".join(parts)
    tomllib.loads(text)
    return text


def _features(source: Path, name: str) -> list[Mapping[str, Any]]:
    collections = (json.loads((source / area / name).read_text(encoding="utf-8")) for area in AREAS)
    return [feature for collection in collections for feature in collection["features"]]


def _csv_rows(source: Path, name: str) -> list[Mapping[str, str]]:
    rows: list[Mapping[str, str]] = []
    for area in AREAS:
        with (source / area / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _json(value: object, indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return f"{text}\n".encode()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=9, mtime=0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the input folder and write the scenario's files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path, metavar="INPUT")
    parser.add_argument("--city", type=Path, required=True, metavar="CITY")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / SLUG)
    options = parser.parse_args(arguments)
    files = make(options.source, options.city)
    options.out.mkdir(parents=True, exist_ok=True)
    for made in files:
        (options.out / made.name).write_bytes(made.data)
        print(f"{made.name}: {made.rows} rows, {len(made.data):,} bytes")
    head = (Path(__file__).parent / f"{SLUG}.head.toml").read_text(encoding="utf-8")
    (options.out / "manifest.toml").write_text(manifest(head, files), encoding="utf-8")


if __name__ == "__main__":
    main()
