"""Shelters for the stage: every object is made from operations by the real merge, demand and silence code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from dashboard.tablet.page import tablet_files
from geo.live_value import request_id, request_value, shelter_value
from geo.moment import utc_text
from shelters.centre import CentreOperation, centre_documents, new_ulid
from shelters.clock import HybridTime
from shelters.merge import fold
from shelters.operation import Operation, Stamp, check_operation, read_operation
from shelters.projection import CENTRE, line_summary
from shelters.roll import read_roll
from shelters.rulebook import bands, items, norms, words_of
from shelters.silence import Cut
from shelters.silence_watch import judge_row, reasons_told
from shelters.status import covers, summarise
from shelters.supply_demand import demand_table
from tests.browser.map.stage import Stage

UNITS = {name: entry["unit"] for name, entry in items().items()}


@dataclass
class Place:
    """One shelter with its operations."""

    id: str
    name: str
    lon: float
    lat: float
    capacity: int | None = 100
    log: list[tuple[Operation, Stamp]] = field(default_factory=list)
    reported_at: datetime | None = None
    revoked: bool = False

    @property
    def state(self) -> dict[str, Any]:
        """What the operations make together."""
        return fold(self.log)


@dataclass
class Town:
    """Shelters on a stage, told anew after every operation."""

    stage: Stage
    places: dict[str, Place] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    searches: list[dict[str, Any]] = field(default_factory=list)
    #: answers to family searches, in order
    found: list[list[dict[str, Any]]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    #: disruptions and offers that were written
    written: list[dict[str, Any]] = field(default_factory=list)

    def open(self, place: Place) -> None:
        """Add a shelter without saying anything of it."""
        self.places[place.id] = place

    def say(
        self,
        shelter: str,
        kind: str,
        value: Any,
        *,
        ago_min: float = 5,
        device: str = "t-1",
        actor: str = "佐藤",
    ) -> None:
        """A tablet says something, so long ago."""
        at = datetime.now(UTC) - timedelta(minutes=ago_min)
        place = self.places[shelter]
        raw = {
            "id": new_ulid(round(at.timestamp() * 1000)),
            "device": device,
            "actor": actor,
            "shelter": shelter,
            "hlc": str(HybridTime(round(at.timestamp() * 1000), len(place.log), device)),
            "kind": kind,
            "value": value,
        }
        self._add(place, check_operation(raw))

    def write(self, shelter: str, asked: list[CentreOperation], actor: str) -> None:
        """The centre says something."""
        place = self.places[shelter]
        now_ms = round(datetime.now(UTC).timestamp() * 1000)
        for document in centre_documents(
            asked, place.state, incident_id=1, shelter_id=shelter, actor=actor, now_ms=now_ms
        ):
            self._add(place, read_operation(document))
        self.tell(shelter)

    def _add(self, place: Place, operation: Operation) -> None:
        wall = operation.hlc.wall_ms
        number = len(place.log) + 1
        place.log.append(
            (operation, Stamp(at_ms=wall, seen_ms=wall, offset_ms=0, received_ms=wall, number=number))
        )
        if operation.device != CENTRE:
            at = datetime.fromtimestamp(wall / 1000, UTC)
            place.reported_at = max(place.reported_at or at, at)

    def row(self, place: Place) -> dict[str, Any]:
        """Return the row of its status as the database would hold it."""
        state = place.state
        summary = summarise(state, read_roll(state).count(), place.capacity, norms(), bands(), UNITS)
        row = {
            "id": place.id,
            "name": place.name,
            "kana": None,
            "address": "吉野川市鴨島町1",
            "welfare": False,
            "area_code": "36205",
            "area_name": "徳島県吉野川市",
            "lon": place.lon,
            "lat": place.lat,
            "capacity": place.capacity,
            "summary": summary,
            "reported_at": place.reported_at,
            "received_at": place.reported_at,
            "tablets": 1,
            "tablet_seen_at": place.reported_at,
            "waiting": 0,
        }
        verdict = judge_row(row, self.cuts, datetime.now(UTC))
        return {
            **row,
            "due_at": verdict.due_at,
            "silence": verdict.silence,
            "silence_reasons": reasons_told(verdict),
            "action": words_of("action", "silence").get(verdict.silence),
        }

    def value(self, shelter: str) -> dict[str, Any]:
        """Return the live value of a shelter."""
        return shelter_value(self.row(self.places[shelter]))

    def tell(self, shelter: str) -> None:
        """Tell the screens of a shelter and its lines."""
        place = self.places[shelter]
        self.stage.put("shelter", shelter, self.value(shelter))
        for name, line in place.state["lines"].items():
            row = {
                "shelter_id": shelter,
                "line": name,
                "shelter_name": place.name,
                "summary": line_summary(line),
            }
            self.stage.put("request", request_id(shelter, name), request_value(row))


def shelter_answers(app: FastAPI, town: Town) -> None:
    """Answer what the screens of shelters ask for."""

    @app.get("/api/shelters/{shelter}")
    async def detail(shelter: str) -> Any:
        place = town.places[shelter]
        state = place.state
        roll = read_roll(state).count()
        return {
            "shelter": town.value(shelter),
            "state": {name: part for name, part in state.items() if name not in ("persons", "households")},
            "register": roll,
            "demand": demand_table(covers(state, roll["present"], norms()), state, items()),
        }

    @app.post("/api/shelters/{shelter}/operations")
    async def operations(shelter: str, request: Request) -> Any:
        assert request.headers["x-csrf-token"] == "token"
        body = await request.json()
        town.write(shelter, [CentreOperation(**one) for one in body["operations"]], "当直 一郎")
        return JSONResponse({"results": [{"id": "x", "result": "accepted"} for _ in body["operations"]]}, 201)

    @app.get("/api/shelters/{shelter}/tablets")
    async def tablets(shelter: str) -> Any:
        place = town.places[shelter]
        gone = utc_text(datetime.now(UTC)) if place.revoked else None
        tablet = {
            "id": f"t-{shelter}",
            "name": "体育館",
            "seen_at": utc_text(place.reported_at),
            "waiting": 2,
        }
        return {"tablets": [{**tablet, "revoked_at": gone}]}

    @app.post("/api/shelters/{shelter}/enrolment")
    async def enrolment(shelter: str) -> Any:
        expires = utc_text(datetime.now(UTC) + timedelta(minutes=15))
        return JSONResponse(
            {"code": "7H2K9QXM", "expires_at": expires, "link": "/tablet/#code=7H2K9QXM"}, 201
        )

    @app.post("/api/tablets/{device}/revoke")
    async def revoke(device: str) -> Any:
        town.places[device.removeprefix("t-")].revoked = True
        return {"device": device}

    @app.put("/api/disruptions/{name}")
    async def disruption(name: str, request: Request) -> Any:
        told = await request.json()
        town.written.append(told)
        town.stage.put("disruption", name, None if told.get("ended_at") else {"id": name, **told})
        return {"id": name}

    @app.get("/tablet/{path:path}")
    async def tablet_file(path: str) -> Response:
        file = tablet_files()[path]
        return Response(file.content, media_type=file.media_type)

    _people(app, town)


def _people(app: FastAPI, town: Town) -> None:
    @app.post("/api/people/search")
    async def search(request: Request) -> Any:
        town.searches.append(await request.json())
        return {"found": town.found.pop(0)}

    @app.get("/api/people/duplicates")
    async def duplicates() -> Any:
        return {"proposals": town.duplicates}

    @app.post("/api/people/links")
    async def links(request: Request) -> Any:
        town.links.append(await request.json())
        town.duplicates = [{**one, "decision": town.links[-1]["decision"]} for one in town.duplicates]
        return {}


def flooded_town(stage: Stage) -> Town:
    """Return a town at night: shelters cut off, short of water, full, dark, quiet and closed."""
    town = Town(stage)
    for id_, name, lon, lat, capacity in (
        ("h-lost", "山川小学校", 134.30, 34.06, 200),
        ("h-alone", "美郷公民館", 134.29, 34.02, 80),
        ("h-dry", "鴨島体育館", 134.35, 34.07, 300),
        ("h-full", "川島中学校", 134.33, 34.065, 120),
        ("h-dark", "西麻植会館", 134.37, 34.075, 60),
        ("h-mute", "森山集会所", 134.36, 34.05, None),
        ("h-shut", "旧青年会館", 134.38, 34.06, 40),
    ):
        town.open(Place(id_, name, lon, lat, capacity))
    town.cuts.append(
        Cut(kind="road", label="県道31号", areas=frozenset(), lon=134.29, lat=34.02, radius_m=2000)
    )
    town.cuts.append(
        Cut(kind="power", label="川島変電所", areas=frozenset(), lon=134.30, lat=34.06, radius_m=900)
    )
    opened = {"fields": {"opening": "open", "power": "mains", "water": "tap", "comms.docomo.voice": "ok"}}
    for id_, ago_min, people in (
        ("h-lost", 400, 90),
        ("h-alone", 400, 45),
        ("h-dry", 8, 120),
        ("h-full", 12, 118),
    ):
        town.say(id_, "set", opened, ago_min=ago_min)
        town.say(id_, "count", {"field": "people", "total": people}, ago_min=ago_min)
    town.say("h-dry", "stock", {"item": "water", "lot": "L1", "total": 150}, ago_min=7)
    town.say("h-dry", "count", {"field": "pets.dog", "total": 2}, ago_min=7)
    for line, item, amount, urgent in (("n1", "water", 600, True), ("n2", "blanket", 80, False)):
        value = {"line": line, "state": "request", "item": item, "amount": amount, "urgent": urgent}
        town.say("h-dry", "supply", {**value, "reason": "高齢者が多い"}, ago_min=6)
    town.say("h-dry", "set", {"fields": {"toilets": 4}}, ago_min=4, device="t-1", actor="佐藤")
    town.say("h-dry", "set", {"fields": {"toilets": 2}}, ago_min=3, device="t-2", actor="田中")
    town.say("h-full", "set", {"fields": {"congestion": "full"}}, ago_min=12)
    dark = {"opening": "open", "power": "generator", "fuel_hours": 2, "comms.docomo.voice": "weak"}
    town.say("h-dark", "set", {"fields": dark}, ago_min=20)
    town.say("h-dark", "count", {"field": "people", "total": 20}, ago_min=20)
    town.say("h-mute", "set", {"fields": {"power": None}}, ago_min=20)
    town.say("h-shut", "set", {"fields": {"opening": "closed"}}, ago_min=30)
    for id_ in town.places:
        town.tell(id_)
    _supplies(stage)
    return town


def _supplies(stage: Stage) -> None:
    now = datetime.now(UTC)
    depot = {
        "id": "d1",
        "name": "県防災拠点",
        "address": "徳島市1",
        "kind": "prefecture",
        "lon": 134.5,
        "lat": 34.07,
    }
    held = [{"item": "water", "amount": 9000, "unit": "L", "lots": 3, "earliest_expiry": "2027-03-01"}]
    classes = {"opening": None, "truck_classes": ["4t"], "synthetic": True, "source": "合成"}
    stage.put("depot", "d1", {**depot, **classes, "items": held})
    stop = {"shelter": "h-dry", "shelter_name": "鴨島体育館", "eta_at": utc_text(now + timedelta(minutes=40))}
    truck = {
        "id": "k1",
        "depot": "d1",
        "depot_name": "県防災拠点",
        "state": "on-the-way",
        "class": "4t",
        "plate": "徳島100",
    }
    way = {
        "departs_at": utc_text(now),
        "eta_at": utc_text(now + timedelta(minutes=40)),
        "lon": 134.42,
        "lat": 34.07,
    }
    cargo = [{"item": "water", "lot": "L1", "amount": 600, "line": "n1"}]
    stops = {"stops": [{**stop, "lines": cargo}], "position_at": utc_text(now - timedelta(minutes=3))}
    stage.put("truck", "k1", {**truck, **way, **stops})
    road = {
        "id": "r1",
        "kind": "road",
        "label": "県道31号",
        "areas": [],
        "lon": 134.29,
        "lat": 34.025,
        "radius_m": 2000,
    }
    stage.put(
        "disruption", "r1", {**road, "started_at": utc_text(now), "ended_at": None, "source": "土木事務所"}
    )
    refuge: dict[str, Any] = {
        "kind": "shelter",
        "name": "沈黙小学校",
        "address": "",
        "area": "36205",
        "hazards": [],
        "capacity": None,
    }
    stage.refuges.append({**refuge, "id": "h-unheard", "lon": 134.34, "lat": 34.08})
