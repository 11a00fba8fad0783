"""A scenario: a flood as files, checked against its manifest, and its way into a database.

It has the ground it happens on, and then a recorded storm (gauges, readings, warnings) that is replayed, or
a breach on a terrain that is computed, or both.

Only a demo installation takes a scenario. Its gauges carry the ids of real ones, so in an operational
database a replayed flood would stand among the real readings.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from alerts.warning import Statement, Telegram
from geo.area import read_areas, store_areas
from geo.clock import ReplayClock, wall_now
from geo.engine import connect
from geo.forecast.terrain_register import register_terrain
from geo.incident import Incident, open_incident, set_clock
from geo.queries import load
from ops.errors import OpsError
from ops.flood_case import FloodCase, read_flood_case
from ops.scenario_exposure import import_exposure
from shelters.common_id import Kind
from shelters.designated import read_designated
from shelters.register import register

FOLDER: Final = Path(__file__).parent / "scenarios"
MANIFEST: Final = "manifest.toml"
#: the ground of every scenario, in one of these forms
_GROUND: Final = (
    ("municipalities.geojson.gz",),
    ("sites.csv.gz", "sites.geojson.gz"),
    ("shelters.csv.gz", "shelters.geojson.gz"),
)
#: a recorded storm has all of these, or it is none
_STORM: Final = ("gauges.csv", "readings.csv", "warnings.json")
_SQL = load("ops", "scenario.sql")


class ScenarioError(OpsError):
    """Raised when a scenario is missing, is not what its manifest says, or does not belong here."""


@dataclass(frozen=True, kw_only=True)
class ScenarioGauge:
    """A gauge of the scenario; thresholds are metres above the scenario's datum, None = unknown."""

    id: str
    name: str
    river: str | None
    kana: str | None
    area_code: str
    lon: float
    lat: float
    start_m: float | None
    caution_m: float | None
    danger_m: float | None


@dataclass(frozen=True, slots=True)
class ScenarioReading:
    """A level that a gauge sent, and what the record itself made of it (`above_…`, a second witness)."""

    gauge_id: str
    observed_at: datetime
    level_m: float
    above_caution: bool
    above_danger: bool

    @property
    def key(self) -> str:
        """The device's own message id."""
        return f"{self.gauge_id}-{int(self.observed_at.timestamp())}"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario as loaded. Readings and telegrams are in the order of time; empty when there is no storm."""

    folder: Path
    slug: str
    name: str
    name_en: str
    start: datetime
    end: datetime
    #: files by name, as the manifest lists them
    files: frozenset[str]
    #: whom to credit, by layer
    credits: Mapping[str, str]
    #: a moment at the height of the storm when nothing is on its way; without a storm the end
    height: datetime
    datum: str = "T.P."
    scheme: str = "standard"
    active_interval_s: int = 600
    idle_interval_s: int = 86400
    gauges: Sequence[ScenarioGauge] = ()
    readings: Sequence[ScenarioReading] = ()
    telegrams: Sequence[Telegram] = ()
    #: a breach that is computed, None when there is none
    flood: FloodCase | None = None

    def data(self, name: str) -> bytes:
        """Return the contents of one of its files, unpacked."""
        data = (self.folder / name).read_bytes()
        return gzip.decompress(data) if name.endswith(".gz") else data

    def one_of(self, names: Sequence[str]) -> str | None:
        """Return the first of `names` that is a file of it, None when none is."""
        return next((name for name in names if name in self.files), None)


def scenarios() -> list[str]:
    """Return the scenarios that come with the program."""
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{MANIFEST}"))


def load_scenario(slug: str, *, folder: Path = FOLDER) -> Scenario:
    """Load the scenario `slug` and verify every file against the manifest.

    Raises `ScenarioError` naming the file that is missing or was changed.
    """
    home = folder / slug
    if not (home / MANIFEST).is_file():
        raise ScenarioError(f"there is no scenario {slug!r}: {', '.join(scenarios()) or 'none is installed'}")
    manifest = tomllib.loads((home / MANIFEST).read_text(encoding="utf-8"))
    if manifest["kind"] != "drill":
        raise ScenarioError(f"{slug}: kind is {manifest['kind']!r}; a replay is always a drill")
    listed = {entry["name"]: entry for entry in manifest["file"]}
    required = [next((name for name in names if name in listed), names[0]) for names in _GROUND]
    storm = [name for name in _STORM if name in listed]
    for name in {*listed, *required, *(_STORM if storm else ())}:
        _verify(home / name, listed.get(name))
    scenario = Scenario(
        folder=home,
        slug=manifest["slug"],
        name=manifest["name"]["ja"],
        name_en=manifest["name"]["en"],
        **{name: manifest[name] for name in ("start", "end")},
        files=frozenset(listed),
        credits={source["layer"]: source["credit"] for source in manifest["source"]},
        **(_storm(manifest, home) if storm else {"height": manifest["end"]}),
        flood=read_flood_case(manifest["flood"], home) if "flood" in manifest else None,
    )
    _check(scenario, listed)
    return scenario


def _storm(manifest: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Return what a scenario with a recorded storm has more."""
    names = ("height", "datum", "scheme", "active_interval_s", "idle_interval_s")
    return {
        **{name: manifest[name] for name in names},
        "gauges": [_gauge(row) for row in _csv_rows(home / "gauges.csv")],
        "readings": [_reading(row) for row in _csv_rows(home / "readings.csv")],
        "telegrams": [_telegram(told) for told in json.loads((home / "warnings.json").read_bytes())],
    }


def _verify(path: Path, entry: Mapping[str, Any] | None) -> None:
    if entry is None or not path.is_file():
        raise ScenarioError(f"the scenario's file {path} is missing, or its manifest does not list it")
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise ScenarioError(f"{path} is not the file that its manifest describes (sha256 differs)")


def _check(scenario: Scenario, listed: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `ScenarioError` when the parts do not fit together."""
    counts = {
        "gauges.csv": scenario.gauges,
        "readings.csv": scenario.readings,
        "warnings.json": scenario.telegrams,
    }
    for name, rows in counts.items():
        if name in listed and len(rows) != listed[name]["rows"]:
            raise ScenarioError(f"{scenario.slug}: {name} holds {len(rows)} rows, not {listed[name]['rows']}")
    known = {gauge.id for gauge in scenario.gauges}
    if strangers := {reading.gauge_id for reading in scenario.readings} - known:
        raise ScenarioError(f"{scenario.slug}: readings of gauges that are not listed: {sorted(strangers)}")
    if len({reading.key for reading in scenario.readings}) != len(scenario.readings):
        raise ScenarioError(f"{scenario.slug}: a gauge has two readings of one moment")
    late = [reading.key for reading in scenario.readings if reading.observed_at >= scenario.end]
    late += [told.source_id for told in scenario.telegrams if told.issued_at >= scenario.end]
    if late:
        raise ScenarioError(f"{scenario.slug}: {late[0]} lies after the end {scenario.end}")


def _csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _gauge(row: Mapping[str, str]) -> ScenarioGauge:
    return ScenarioGauge(
        id=row["id"],
        name=row["name"],
        river=row["river"] or None,
        kana=row["kana"] or None,
        area_code=row["area_code"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        start_m=_number(row["start_m"]),
        caution_m=_number(row["caution_m"]),
        danger_m=_number(row["danger_m"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _reading(row: Mapping[str, str]) -> ScenarioReading:
    return ScenarioReading(
        row["gauge_id"],
        datetime.fromisoformat(row["observed_at"]),
        float(row["level_m"]),
        row["above_caution"] == "1",
        row["above_danger"] == "1",
    )


def _telegram(told: Mapping[str, Any]) -> Telegram:
    return Telegram(
        source_id=told["source_id"],
        publisher=told["publisher"],
        issued_at=datetime.fromisoformat(told["issued_at"]),
        statements=tuple(
            Statement(item["region"], item["hazard"], item["level"]) for item in told["statements"]
        ),
        complete_from=told["complete_from"],
    )


def import_scenario(
    database_url: str,
    scenario: Scenario,
    *,
    state_dir: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Incident:
    """Write the ground of a scenario into a demo database and open its incident, a drill.

    Until it begins, the incident's time stands at the scenario's start. Importing again changes nothing.
    A terrain is copied into `state_dir`. `say` is told each step. Raises `ScenarioError` when the database
    is not a demo's.
    """
    with connect(database_url, application="sonae scenario", autocommit=True) as connection:
        require_demo(connection)
        say(f"areas: {_import_areas(connection, scenario)}")
        for kind in ("site", "shelter"):
            say(f"{kind}s: {_import_refuges(connection, scenario, kind)}")
        for done in import_exposure(connection, scenario):
            say(done)
        if scenario.gauges:
            say(f"gauges: {_import_gauges(connection, scenario)}")
        if scenario.flood is not None:
            say(f"terrain: {_register_terrain(connection, scenario, scenario.flood, state_dir)}")
        incident = open_incident(
            connection, slug=scenario.slug, name=scenario.name, kind="drill", opened_at=scenario.start
        )
        if incident.clock is None:
            standing = ReplayClock(base=scenario.start, wall=wall_now(), speed=1, end=scenario.start)
            incident = set_clock(connection, incident, standing)
        return incident


def require_demo(connection: psycopg.Connection[Any]) -> None:
    """Raise `ScenarioError` unless the database belongs to a demo installation."""
    row = connection.execute("SELECT kind FROM installation").fetchone()
    if row is None or row[0] != "demo":
        raise ScenarioError(
            f"this database is {'nobody' if row is None else row[0]!r}'s, not a demo's: a replay would stand "
            "among real readings (SONAE_INSTALLATION=demo)"
        )


def _register_terrain(
    connection: psycopg.Connection[Any], scenario: Scenario, flood: FloodCase, state_dir: Path | None
) -> str:
    if state_dir is None:
        raise ScenarioError(f"{scenario.slug} has a terrain, and no folder was named to put it in")
    return register_terrain(connection, flood.new_terrain(scenario.credits["terrain"]), state_dir).name


def _import_areas(connection: psycopg.Connection[Any], scenario: Scenario) -> int:
    # The reader takes paths, since shapefiles are several files.
    with tempfile.TemporaryDirectory(prefix="sonae-") as folder:
        path = Path(folder, "municipalities.geojson")
        path.write_bytes(scenario.data("municipalities.geojson.gz"))
        file = read_areas(path)
    for fault in file.faults:
        raise ScenarioError(f"{scenario.slug}: municipalities, {fault.where}: {fault.reason}")
    store_areas(connection, file.areas, source=scenario.credits["areas"])
    return len(file.areas)


def _import_refuges(connection: psycopg.Connection[Any], scenario: Scenario, kind: Kind) -> int:
    name = scenario.one_of((f"{kind}s.csv.gz", f"{kind}s.geojson.gz"))
    assert name is not None, "load_scenario has seen to it"  # noqa: S101
    file = read_designated(scenario.data(name), name=name, kind=kind)
    for fault in file.faults:
        raise ScenarioError(f"{scenario.slug}: {name}, line {fault.line}, {fault.column}: {fault.reason}")
    register(connection, kind, file.refuges, source=scenario.credits[f"{kind}s"])
    return len(file.refuges)


def _import_gauges(connection: psycopg.Connection[Any], scenario: Scenario) -> int:
    fields = (
        *("id", "name", "river", "kana", "area_code", "lon", "lat"),
        *("start_m", "caution_m", "danger_m"),
    )
    columns = {field: [getattr(gauge, field) for gauge in scenario.gauges] for field in fields}
    common = {name: getattr(scenario, name) for name in ("datum", "scheme")}
    common |= {name: getattr(scenario, name) for name in ("active_interval_s", "idle_interval_s")}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_SQL["gauges"], {**columns, **common, "source": scenario.credits["gauges"]})
        cursor.execute(_SQL["devices"], {"id": columns["id"]})
    return len(scenario.gauges)
