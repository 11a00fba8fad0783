"""`replay nanao-2024`: recorded head-counts through the tablet API, and a look whether the screens show them.

Each shelter has a tablet of its own, let in by a code over HTTP. The incident's time is set to each published
moment; the tablets count, and the dashboard's picture of that moment must hold every head-count.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from rich.console import Console

from geo.clock import ReplayClock, wall_now
from geo.engine import connect
from geo.incident import Incident, open_incident, set_clock
from ops.check import Finding
from ops.demo import PEOPLE, make_people
from ops.proof import findings_table, place_of_its_own
from ops.scenario import require_demo
from ops.screen import Picture, fresh_snapshot
from ops.shelter_record import Moment, RecordedShelter, ShelterRecord, load_shelter_record
from ops.supervise import Supervisor
from ops.tablet_device import Line, TabletDevice, enrol, officer_line
from ops.up import dashboard_process, start_servers
from shelters.designated import Refuge
from shelters.register import register

ACTOR = "記録の再現"


@dataclass
class Replayed:
    """What a replay of a record did: moments, head-counts sent, what the API showed wrongly, answers."""

    moments: int = 0
    head_counts: int = 0
    closings: int = 0
    differences: list[str] = field(default_factory=list)
    results: dict[str, int] = field(default_factory=dict)

    def findings(self, record: ShelterRecord) -> list[Finding]:
        """Return what was proved."""
        sent = sum(self.results.values())
        refused = self.results.get("quarantined", 0)
        wrong = [f"{refused} of {sent} operations are in quarantine"] if refused else []
        return [
            Finding(
                "every head-count is what the API shows at its moment",
                f"{self.head_counts} head-counts, {len(record.shelters)} shelters, {self.moments} moments,"
                f" {self.closings} closings",
                self.differences,
            ),
            Finding("every operation of the tablets was taken", f"{sent} operations", wrong),
        ]


def replay_shelters(slug: str, *, console: Console) -> bool:
    """Replay the record `slug` in a place of its own, print what was counted; return whether all holds."""
    began = time.monotonic()
    record = load_shelter_record(slug)

    def say(line: str) -> None:
        console.print(line, style="dim", highlight=False, markup=False)

    with place_of_its_own() as installation, Supervisor(installation.state_dir, say=say) as supervisor:
        start_servers(supervisor, installation, say)
        supervisor.add(dashboard_process(installation))
        password = make_people(installation)[PEOPLE[0][0]]
        settings = installation.settings
        with connect(settings.require_database_url(), autocommit=True) as connection:
            replayed = replay_record(
                record,
                connection,
                (settings.http_host, settings.http_port),
                (PEOPLE[0][0], password),
            )
    findings = replayed.findings(record)
    console.print(findings_table(record.name_en, findings))
    holds = all(finding.holds for finding in findings)
    console.print(
        f"{'proved' if holds else 'NOT proved'}: {record.credit}; {time.monotonic() - began:.1f} s",
        style="green" if holds else "bold red",
        highlight=False,
        markup=False,
    )
    return holds


def replay_record(
    record: ShelterRecord,
    connection: psycopg.Connection[object],
    place: tuple[str, int],
    officer: tuple[str, str],
) -> Replayed:
    """Replay a record through the dashboard at `place` (host, port); `officer` is login and password.

    `connection` writes what is no tablet's: the register of shelters, the incident and its clock. Raises
    `ScenarioError` when the database is not a demo's, `TabletDeviceError` and `ScreenError`.
    """
    require_demo(connection)
    register(connection, "shelter", [_refuge(one) for one in record.shelters], source=record.credit)
    began = record.moments[0].at
    incident = open_incident(connection, slug=record.slug, name=record.name, kind="drill", opened_at=began)
    done = Replayed()
    with officer_line(*place, *officer) as line:
        tablets: dict[str, TabletDevice] = {}
        before: Mapping[str, int] = {}
        try:
            for moment in record.moments:
                incident = _set_time(connection, incident, moment.at)
                _let_in(line, place, tablets, moment, record)
                _count(moment, before, tablets, done)
                _look(moment, before, fresh_snapshot(*place, line.headers["Cookie"]), done)
                before = moment.people
        finally:
            for tablet in tablets.values():
                tablet.line.close()
    for tablet in tablets.values():
        for result, number in tablet.results.items():
            done.results[result] = done.results.get(result, 0) + number
    return done


def _refuge(shelter: RecordedShelter) -> Refuge:
    return Refuge(
        kind="shelter",
        id=shelter.id,
        name=shelter.name,
        kana=shelter.kana,
        address=shelter.address,
        area_code=None,
        lon=shelter.lon,
        lat=shelter.lat,
        hazards=(),
        also_other_kind=False,
        accepts=None,
        welfare=False,
        capacity=shelter.capacity,
        elevation_m=None,
        notes=None,
        raw={},
    )


def _set_time(connection: psycopg.Connection[object], incident: Incident, at: datetime) -> Incident:
    """Let the incident's time stand at `at` (UTC)."""
    return set_clock(connection, incident, ReplayClock(base=at, wall=wall_now(), speed=1, end=at))


def _let_in(
    line: Line,
    place: tuple[str, int],
    tablets: dict[str, TabletDevice],
    moment: Moment,
    record: ShelterRecord,
) -> None:
    numbers = {shelter.id: number for number, shelter in enumerate(record.shelters)}
    for id_ in moment.people.keys() - tablets.keys():
        device = f"record-{numbers[id_]:03d}"
        tablets[id_] = enrol(line, *place, device=device, shelter=id_, actor=ACTOR, name=ACTOR)


def _count(
    moment: Moment, before: Mapping[str, int], tablets: Mapping[str, TabletDevice], done: Replayed
) -> None:
    """Let every tablet say what the list of this moment says of its shelter."""
    at = f"{moment.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for id_ in {**before, **moment.people}:
        tablet, open_ = tablets[id_], id_ in moment.people
        if open_ != (id_ in before):
            fields = {"opening": "open" if open_ else "closed"}
            tablet.act(f"{at}/opening", "set", {"fields": fields}, at=at)
        count = {"field": "people", "total": moment.people.get(id_, 0)}
        tablet.act(f"{at}/people", "count", count, at=at)
        tablet.sync()
        done.head_counts += open_
        done.closings += not open_


def _look(moment: Moment, before: Mapping[str, int], picture: Picture, done: Replayed) -> None:
    """Note what the dashboard shows of a moment that the list does not say."""
    done.moments += 1
    shown = {id_: value for id_, (_, value) in picture.get("shelter", {}).items()}
    at = f"{moment.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    for id_ in {**before, **moment.people}:
        wanted = (moment.people.get(id_, 0), "open" if id_ in moment.people else "closed")
        value = shown.get(id_)
        if value is None or (value["people"], value["opening"]) != wanted:
            seen = None if value is None else (value["people"], value["opening"])
            done.differences.append(f"{at}: {id_} has {wanted}, the API shows {seen}")
        elif value["people_at"] is None or datetime.fromisoformat(value["people_at"]) != moment.at:
            done.differences.append(f"{at}: the API dates the head-count of {id_} {value['people_at']}")
    total = sum(value["people"] or 0 for value in shown.values())
    if total != sum(moment.people.values()):
        done.differences.append(f"{at}: {sum(moment.people.values())} people, the API shows {total}")
