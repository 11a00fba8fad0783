"""What a replayed storm must have left behind, computed from the scenario's files by plain code of its own.

Nothing here uses the program's decoding, quality control, classes or states: it is the second witness.
The record's own columns (was the level above caution, above danger) are a third.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

#: differences shown of one finding; the rest is counted
SHOWN: Final = 5
FAIL: Final = 4


@dataclass(frozen=True)
class Finding:
    """One thing that was proved or not: what, how many were counted, what differed."""

    what: str
    counted: str
    differences: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing differed."""
        return not self.differences

    @property
    def words(self) -> str:
        """The differences as lines, the first few of many."""
        more = len(self.differences) - SHOWN
        return "\n".join([*self.differences[:SHOWN], *([f"… and {more} more"] if more > 0 else [])])


@dataclass(frozen=True)
class Level:
    """One reading of the record."""

    gauge_id: str
    observed_at: datetime
    level_m: float
    above_caution: bool
    above_danger: bool


@dataclass(frozen=True)
class Record:
    """The files of a scenario as this module reads them."""

    thresholds: Mapping[str, tuple[float | None, float | None, float | None]]
    levels: Mapping[str, Level]
    telegrams: Sequence[Mapping[str, Any]]
    #: keys of readings that are known to be faults of an instrument
    faults: frozenset[str]

    def until(self, moment: datetime) -> Record:
        """Return the record as far as it goes at `moment`."""
        levels = {key: level for key, level in self.levels.items() if level.observed_at <= moment}
        told = [one for one in self.telegrams if datetime.fromisoformat(one["issued_at"]) <= moment]
        return replace(self, levels=levels, telegrams=told, faults=self.faults & levels.keys())


def read_record(folder: Path) -> Record:
    """Read the files in a scenario's folder."""
    with (folder / "gauges.csv").open(encoding="utf-8", newline="") as file:
        thresholds = {
            row["id"]: (_metres(row["start_m"]), _metres(row["caution_m"]), _metres(row["danger_m"]))
            for row in csv.DictReader(file)
        }
    levels = {}
    with (folder / "readings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["observed_at"])
            levels[f"{row['gauge_id']}-{round(at.timestamp())}"] = Level(
                row["gauge_id"],
                at,
                float(row["level_m"]),
                row["above_caution"] == "1",
                row["above_danger"] == "1",
            )
    manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    telegrams = json.loads((folder / "warnings.json").read_text(encoding="utf-8"))
    return Record(thresholds, levels, telegrams, frozenset(manifest["instrument_faults"]))


def _metres(text: str) -> float | None:
    return float(text) if text else None


def river_class(level_m: float, thresholds: tuple[float | None, float | None, float | None]) -> str:
    """Return the class of a level: the highest of start, caution, danger that it reaches."""
    start, caution, danger = thresholds
    if danger is not None and level_m >= danger:
        return "danger"
    if caution is not None and level_m >= caution:
        return "caution"
    if start is not None and level_m >= start:
        return "start"
    return "unknown" if thresholds == (None, None, None) else "below"


def final_levels(record: Record) -> dict[str, Level]:
    """Return the newest reading of each gauge that is not a known fault."""
    newest: dict[str, Level] = {}
    for key, level in record.levels.items():
        held = newest.get(level.gauge_id)
        if key not in record.faults and (held is None or level.observed_at > held.observed_at):
            newest[level.gauge_id] = level
    return newest


def check_readings(record: Record, rows: Iterable[Mapping[str, Any]], quarantined: int) -> Finding:
    """Compare the readings in the database with the record: each once, with its values, and no other.

    `rows` have key, gauge_id, observed_at, device_at, level_m.
    """
    wrong = []
    seen: dict[str, int] = {}
    for row in rows:
        key = row["key"]
        seen[key] = seen.get(key, 0) + 1
        level = record.levels.get(key)
        if level is None:
            wrong.append(f"{key} is in the database and not in the record")
            continue
        for name, value in (
            ("gauge_id", level.gauge_id),
            ("observed_at", level.observed_at),
            ("device_at", level.observed_at),
            ("level_m", level.level_m),
        ):
            if row[name] != value:
                wrong.append(f"{key}: {name} is {row[name]}, the record says {value}")
    wrong += [f"{key} is in the database {times} times" for key, times in seen.items() if times > 1]
    wrong += [f"{key} is missing in the database" for key in record.levels if key not in seen]
    if quarantined:
        wrong.append(f"{quarantined} messages are in quarantine")
    return Finding(
        "every reading once, nothing else", f"{sum(seen.values())} of {len(record.levels)} readings", wrong
    )


def check_states(record: Record, states: Mapping[str, Mapping[str, Any]]) -> Finding:
    """Compare each gauge's final state with the record: level, class, time.

    `states` are the river states by gauge id: level_m, river_class, observed_at.
    """
    wrong = []
    newest = final_levels(record)
    for gauge_id, thresholds in record.thresholds.items():
        level, state = newest.get(gauge_id), states.get(gauge_id)
        if level is None:
            if state is not None and state["river_class"] != "unknown":
                wrong.append(f"{gauge_id} has a state and no reading in the record")
            continue
        expected = river_class(level.level_m, thresholds)
        witness = "danger" if level.above_danger else "caution" if level.above_caution else None
        if (expected if expected in ("danger", "caution") else None) != witness:
            wrong.append(f"{gauge_id}: the thresholds make it {expected}, the record itself {witness}")
        if state is None:
            wrong.append(f"{gauge_id} has no state")
            continue
        for name, value in (
            ("level_m", level.level_m),
            ("river_class", expected),
            ("observed_at", level.observed_at),
        ):
            if state[name] != value:
                wrong.append(f"{gauge_id}: {name} is {state[name]}, from the files {value}")
    wrong += [
        f"{gauge_id} has a state and is no gauge" for gauge_id in states if gauge_id not in record.thresholds
    ]
    classes = Counter(state["river_class"] for state in states.values())
    shown = ", ".join(f"{name} {count}" for name, count in classes.most_common())
    return Finding("state of every gauge", f"{len(record.thresholds)} gauges: {shown}", wrong)


def check_quality(record: Record, flags: Mapping[str, int]) -> Finding:
    """Compare the final quality flags (by key) with what is known: the faults failed, nothing else did."""
    wrong = [
        f"{key} is a fault of the instrument and has flag {flags.get(key)}"
        for key in sorted(record.faults)
        if flags.get(key) != FAIL
    ]
    wrong += [
        f"{key} ({record.levels[key].level_m} m) is failed and no known fault"
        for key, flag in sorted(flags.items())
        if flag == FAIL and key in record.levels and key not in record.faults
    ]
    counts = {flag: sum(one == flag for one in flags.values()) for flag in sorted(set(flags.values()))}
    return Finding(
        "faults of the instrument failed, no flood",
        ", ".join(f"flag {flag}: {count}" for flag, count in counts.items()),
        wrong,
    )


def warnings_in_force(telegrams: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, int]]:
    """Return (publisher, region, level) of what stands after all telegrams, by the record's own words."""
    standing: dict[str, dict[tuple[str, str], int]] = {}
    for told in sorted(telegrams, key=lambda one: (one["issued_at"], one["source_id"])):
        held = standing.setdefault(told["publisher"], {})
        for key in [key for key, level in held.items() if level >= told["complete_from"]]:
            del held[key]
        for one in told["statements"]:
            held[one["region"], one["hazard"]] = one["level"]
    return {
        (publisher, region, level)
        for publisher, held in standing.items()
        for (region, _), level in held.items()
    }


def check_warnings(
    record: Record, stored: Mapping[str, Sequence[Mapping[str, Any]]], in_force: set[tuple[str, str, int]]
) -> Finding:
    """Compare telegrams (statements by source id) and what is in force with the record."""
    wrong = []
    told = {one["source_id"]: one for one in record.telegrams}
    for source_id, one in told.items():
        if source_id not in stored:
            wrong.append(f"{source_id} was missed")
        elif list(stored[source_id]) != list(one["statements"]):
            wrong.append(f"{source_id} is not stored as it was told")
    wrong += [f"{source_id} was never told" for source_id in stored if source_id not in told]
    expected = warnings_in_force(record.telegrams)
    wrong += [f"{one} should be in force and is not" for one in sorted(expected - in_force)]
    wrong += [f"{one} is in force and should not be" for one in sorted(in_force - expected)]
    highest = max((level for _, _, level in in_force), default=0)
    shown = f"{len(stored)} of {len(told)} telegrams, {len(in_force)} in force"
    return Finding("no warning missed", f"{shown}{f', up to level {highest}' if highest else ''}", wrong)


def check_pictures(
    followed: Mapping[str, Mapping[str, tuple[int, Any]]], fresh: Mapping[str, Mapping[str, tuple[int, Any]]]
) -> Finding:
    """Compare the picture of a screen that followed from the start with a fresh snapshot, object by object.

    Both hold by kind and id (version, value). A snapshot holds the newest entries of the chronology
    only; of a service, which beats on, the version may have risen meanwhile.
    """
    wrong, counted = [], 0
    for kind in sorted(followed.keys() | fresh.keys()):
        mine, whole = followed.get(kind, {}), fresh.get(kind, {})
        counted += len(whole)
        for id_, (version, value) in whole.items():
            held = mine.get(id_)
            if held is None:
                wrong.append(f"{kind} {id_}: the screen does not hold it")
            elif kind == "service":
                if held[1]["started_at"] != value["started_at"]:
                    wrong.append(f"{kind} {id_}: the screen holds another process")
            elif held != (version, value):
                wrong.append(f"{kind} {id_}: the screen holds version {held[0]}, the snapshot {version}")
        if kind != "chronology":
            wrong += [
                f"{kind} {id_}: the screen holds it, the snapshot does not"
                for id_ in mine.keys() - whole.keys()
            ]
    return Finding("a screen that followed = a fresh snapshot", f"{counted} objects", wrong)


def check_map(counts: Mapping[str, int], classes: Mapping[str, int], page_errors: Sequence[str]) -> Finding:
    """Compare the counts on the map page, by class, with the gauges in the database."""
    wrong = [
        f"{name}: the page counts {counts.get(name, 0)}, the database {classes.get(name, 0)}"
        for name in sorted(counts.keys() | classes.keys())
        if counts.get(name, 0) != classes.get(name, 0)
    ]
    wrong += [f"the page reports: {error}" for error in page_errors]
    shown = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return Finding("the map page counts the same", shown, wrong)
