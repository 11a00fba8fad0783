"""A stage for the map's front end: its real files, headers and rules, and a picture that the test writes.

What no storm can be asked for on demand is played here: messages out of order, a cable that is pulled,
a proxy that swallows websockets, a gauge that falls silent, a session that ends. It speaks docs/live.md.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse

from dashboard.api.rules import depth_class_rules, river_level_rules, warning_level_rules
from dashboard.headers import SecurityHeaders
from dashboard.run import listening_socket
from dashboard.static import StaticFiles, router, web_folder
from geo.depth_rules import depth_rules
from geo.facility_kinds import facility_names
from shelters.hazard import hazard_rules
from shelters.rulebook import tablet_rules

BEAT_S = 2.0
SIGNED_OUT = {"error": "not-signed-in", "detail": "sign in first"}


def utc(at: datetime) -> str:
    """Return a moment as the wire carries it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass
class Stage:
    """The picture and the line. Methods may be called from the test's thread."""

    port: int = 0
    objects: dict[str, dict[str, tuple[int, Any]]] = field(default_factory=dict)
    readings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: whole level forecasts by gauge, newest first
    forecasts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: past skill of the forecast: of all gauges, and of some
    skill: dict[str, Any] = field(default_factory=dict)
    layers: list[dict[str, Any]] = field(default_factory=list)
    refuges: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    credentials: list[dict[str, Any]] = field(default_factory=list)
    #: what the next attempts to sign in are answered: status, `Retry-After` [s]
    sign_in_answers: list[tuple[int, int | None]] = field(default_factory=list)
    #: addresses under which screens opened a line, in order
    lines: list[str] = field(default_factory=list)
    #: addresses that answer with this status instead
    failing: dict[str, int] = field(default_factory=dict)
    #: adds answers of its own to the server, such as those of shelters
    more: Callable[[FastAPI], None] | None = None
    #: answers by address, of simulated floods
    answers: dict[str, Any] = field(default_factory=dict)
    #: tiles of their fields by address, as stored; None = nothing but dry ground
    tiles: dict[str, bytes | None] = field(default_factory=dict)
    #: what was asked for, and the answers to it: status and body
    requests: list[dict[str, Any]] = field(default_factory=list)
    request_answers: list[tuple[int, Any]] = field(default_factory=list)
    #: ids of the runs that were asked to stop
    stopped: list[str] = field(default_factory=list)
    position: int = 1
    signed_in: bool = True
    #: nothing comes through, and nobody is told: the cable is pulled
    cut: bool = False
    block_websockets: bool = False
    #: messages handed to screens that came with a position
    missed: list[dict[str, Any]] = field(default_factory=list)
    listeners: set[asyncio.Queue[str]] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """Address of the map."""
        return f"http://127.0.0.1:{self.port}"

    def put(self, kind: str, id_: str, value: Any, *, version: int | None = None) -> None:
        """Change one object and tell every screen."""
        held = self.objects.setdefault(kind, {}).get(id_, (0, None))[0]
        v = held + 1 if version is None else version
        self.objects[kind][id_] = (v, value)
        self.send_delta([{"kind": kind, "id": id_, "v": v, "value": value}])

    def gauge(self, id_: str, **changed: Any) -> None:
        """Change a gauge's value by `changed`."""
        self.put("gauge", id_, {**self.objects["gauge"][id_][1], **changed})

    def send_delta(self, changes: list[dict[str, Any]]) -> None:
        """Send changes as they are, also such as break the contract."""
        self.position += 1
        message = {"type": "delta", "position": f"{self.position}:1", "at": utc(datetime.now(UTC))}
        self.send({**message, "changes": changes})

    def send(self, message: Any) -> None:
        """Send any message to every screen."""
        self.missed.append(message)
        text = json.dumps(message, ensure_ascii=False)
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self._hand_out, text)

    def _hand_out(self, text: str) -> None:
        for queue in self.listeners:
            queue.put_nowait(text)

    def snapshot(self) -> dict[str, Any]:
        """Return the whole picture."""
        objects = {
            kind: [
                {"id": id_, "v": v, "value": value} for id_, (v, value) in held.items() if value is not None
            ]
            for kind, held in self.objects.items()
        }
        at = utc(datetime.now(UTC))
        return {"type": "snapshot", "position": f"{self.position}:1", "at": at, "objects": objects}

    async def passage(self) -> None:
        """Wait while the cable is pulled; the test's thread may plug it in at any time."""
        while self.cut:  # noqa: ASYNC110 - an Event could not be set from the test's thread
            await asyncio.sleep(0.05)

    def beat(self) -> dict[str, Any]:
        """Return a beat."""
        return {"type": "beat", "position": f"{self.position}:1", "at": utc(datetime.now(UTC))}

    async def stream(self, since: str | None) -> AsyncIterator[str]:
        """Yield messages to one screen until it is cut off; silence while the cable is pulled."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        if since is None:
            queue.put_nowait(json.dumps(self.snapshot(), ensure_ascii=False))
        else:
            after = int(since.split(":")[0])
            for message in self.missed:
                if int(str(message.get("position", "0:0")).split(":")[0]) > after:
                    queue.put_nowait(json.dumps(message, ensure_ascii=False))
        self.listeners.add(queue)
        try:
            while self.signed_in:
                try:
                    text = await asyncio.wait_for(queue.get(), BEAT_S / 4)
                except TimeoutError:
                    text = json.dumps(self.beat())
                if not self.cut:
                    yield text
        finally:
            self.listeners.discard(queue)


def application(stage: Stage) -> FastAPI:
    """Return the stage's server."""
    files = StaticFiles(web_folder())
    app = FastAPI(openapi_url=None)
    app.state.parts = type("Parts", (), {"static": files})()
    app.add_middleware(SecurityHeaders, https=False)
    app.include_router(router)

    @app.middleware("http")
    async def trouble(request: Request, answer: Callable[[Request], Any]) -> Any:
        if request.url.path != "/":
            await stage.passage()
        for path, status in stage.failing.items():
            if request.url.path.startswith(path):
                return JSONResponse({"error": "fault", "detail": "as the test wants"}, status)
        if request.url.path.startswith("/api/") and not stage.signed_in:
            return JSONResponse(SIGNED_OUT, 401)
        return await answer(request)

    @app.get("/")
    async def page() -> Response:
        return Response(files.page("map.html"), media_type="text/html; charset=utf-8")

    @app.websocket("/live")
    async def live(socket: WebSocket, since: str | None = None) -> None:
        stage.lines.append(str(socket.url))
        stage.loop = asyncio.get_running_loop()
        await stage.passage()
        if stage.block_websockets or not stage.signed_in:
            await socket.close()
            return
        await socket.accept()
        try:
            async for text in stage.stream(since):
                await socket.send_text(text)
            await socket.close()
        except RuntimeError:
            return

    @app.get("/live/events")
    async def events(request: Request, since: str | None = None) -> Response:
        stage.lines.append(str(request.url))
        stage.loop = asyncio.get_running_loop()
        if not stage.signed_in:
            return JSONResponse(SIGNED_OUT, 401)

        async def body() -> AsyncIterator[str]:
            async for text in stage.stream(since):
                yield f"data: {text}\n\n"

        return StreamingResponse(body(), media_type="text/event-stream")

    _answers(app, stage)
    _forecasts(app, stage)
    _refuges(app, stage)
    _signing_in(app, stage)
    if stage.more is not None:
        stage.more(app)
    return app


def _answers(app: FastAPI, stage: Stage) -> None:
    @app.get("/api/session")
    async def session() -> Any:
        roles = ["duty_officer"]
        return {"login": "officer", "display_name": "当直 一郎", "roles": roles, "csrf": "token"}

    @app.get("/api/rules/{name}")
    async def rules(name: str) -> Any:
        kinds = [{"kind": kind, **names} for kind, names in facility_names().items()]
        known: dict[str, Any] = {
            "river-levels": river_level_rules(),
            "warnings": warning_level_rules(),
            "hazards": {"hazards": hazard_rules()["hazard"]},
            "depth-classes": depth_class_rules(depth_rules()),
            "facility-kinds": {"kinds": kinds},
            "shelters": tablet_rules(),
        }
        if name not in known:
            raise HTTPException(404)
        return known[name]

    @app.get("/api/areas")
    async def areas() -> Any:
        return {"areas": []}

    @app.get("/api/layers")
    async def layers() -> Any:
        return stage.layers

    @app.get("/api/gauges/{gauge}/readings")
    async def readings(gauge: str, request: Request) -> Any:
        begin = request.query_params["from"]
        return {"gauge": None, "readings": [r for r in stage.readings.get(gauge, []) if r["at"] >= begin]}

    @app.get("/api/chronology")
    async def older(before: int) -> Any:
        entries = [{**entry(1, "古い記録"), "id": 1}] if before > 1 else []
        return {"entries": entries}

    @app.post("/api/chronology")
    async def note(request: Request) -> Any:
        assert request.headers["x-csrf-token"] == "token"
        stage.notes.append(await request.json())
        id_ = 900 + len(stage.notes)
        stage.put(
            "chronology", str(id_), entry(id_, stage.notes[-1]["text"], category="note", author="当直 一郎")
        )
        return {}

    @app.get("/api/quarantine")
    async def quarantine() -> Any:
        return {"items": stage.quarantine}

    _floods(app, stage)

    @app.get("/tiles/{layer}/{z}/{x}/{y}.mvt")
    async def tile() -> Response:
        return Response(b"", media_type="application/vnd.mapbox-vector-tile")


def _refuges(app: FastAPI, stage: Stage) -> None:
    @app.get("/api/refuges")
    async def refuges(request: Request) -> Any:
        asked = request.query_params
        found = [
            refuge
            for refuge in stage.refuges
            if asked.get("q", "") in refuge["name"]
            and asked.get("kind", refuge["kind"]) == refuge["kind"]
            and ("hazard" not in asked or asked["hazard"] in refuge["hazards"])
        ]
        return {"refuges": found, "total": len(found)}


def _forecasts(app: FastAPI, stage: Stage) -> None:
    @app.get("/api/gauges/{gauge}/forecasts")
    async def forecasts(gauge: str, request: Request) -> Any:
        begin = request.query_params["from"]
        made = [made for made in stage.forecasts.get(gauge, []) if made["origin_at"] >= begin]
        return {"forecasts": [{"origin_at": one["origin_at"], "status": one["status"]} for one in made]}

    @app.get("/api/gauges/{gauge}/forecast")
    async def forecast(gauge: str, at: str) -> Any:
        made = [made for made in stage.forecasts.get(gauge, []) if made["made_at"] <= at]
        return made[0] if made else JSONResponse({"error": "no-forecast", "detail": gauge}, 404)

    @app.get("/api/gauges/{gauge}/skill")
    async def skill(gauge: str) -> Any:
        return {"gauge": stage.skill.get(gauge), "all": stage.skill.get("all")}


def _floods(app: FastAPI, stage: Stage) -> None:
    @app.post("/api/inundations")
    async def ask(request: Request) -> Any:
        assert request.headers["x-csrf-token"] == "token"
        stage.requests.append(await request.json())
        status, body = stage.request_answers.pop(0)
        return JSONResponse(body, status)

    @app.post("/api/inundations/{run}/stop")
    async def stop(run: str) -> Any:
        stage.stopped.append(run)
        return Response(status_code=202)

    @app.get("/api/inundations/{rest:path}")
    async def flood(request: Request) -> Any:
        address = request.url.path
        if address in stage.answers:
            return JSONResponse(stage.answers[address])
        if address not in stage.tiles:
            return JSONResponse({"error": "not-found", "detail": address}, 404)
        data = stage.tiles[address]
        if data is None:
            return Response(status_code=204)
        return Response(data, headers={"Content-Encoding": "deflate"}, media_type="application/octet-stream")


def _signing_in(app: FastAPI, stage: Stage) -> None:
    @app.get("/sign-in")
    async def sign_in_page() -> Response:
        page = StaticFiles(web_folder()).page("sign-in.html")
        return Response(page, media_type="text/html; charset=utf-8")

    @app.post("/api/sign-in")
    async def sign_in(request: Request) -> Response:
        status, retry_after_s = stage.sign_in_answers.pop(0)
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        stage.credentials.append(await request.json())
        return Response(status_code=204) if status == 204 else JSONResponse({"error": "x"}, status, headers)


def gauge(id_: str, name: str, class_: str, level_m: float | None, **changed: Any) -> dict[str, Any]:
    """Return the value of a gauge with start 4.96, caution 6.03, danger 6.67 m, observed just now."""
    now = datetime.now(UTC)
    value = {
        "id": id_,
        "name": name,
        "river": "飯尾川",
        "kana": "ごしょじばし",
        "area": "36205",
        "area_name": "徳島県吉野川市",
        "lon": 134.36,
        "lat": 34.07,
        "datum": "T.P.",
        "scheme": "crisis-management",
        "thresholds": {"start": 4.96, "caution": 6.03, "danger": 6.67},
        "level_m": level_m,
        "observed_at": utc(now - timedelta(minutes=3)),
        "received_at": utc(now - timedelta(minutes=2)),
        "source": "sonae/v1",
        "flag": 1,
        "reasons": [],
        "class": class_,
        "provisional": False,
        "threshold_doubt": False,
        "alarm": class_ in ("danger", "overflow"),
        "trend_m_per_h": 0.24,
        "trend_sd_m_per_h": 0.02,
        "trend": "rising",
        "due_at": utc(now + timedelta(minutes=27)),
        "silent": False,
    }
    return {**value, **changed}


def entry(id_: int, text: str, **changed: Any) -> dict[str, Any]:
    """Return a chronology entry of just now."""
    at = utc(datetime.now(UTC) - timedelta(seconds=1000 - id_))
    value = {
        "id": id_,
        "event_at": at,
        "recorded_at": at,
        "category": "level",
        "object_kind": None,
        "object_id": None,
        "severity": 1,
        "code": "level.up",
        "params": {},
        "text": text,
        "text_en": f"entry {id_}",
        "author": None,
        "automatic": "author" not in changed,
    }
    return {**value, **changed}


class RunningStage:
    """A stage that is served; a context manager."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._listener = listening_socket("127.0.0.1", 0)
        stage.port = self._listener.getsockname()[1]
        config = uvicorn.Config(
            application(stage), ws="websockets-sansio", log_level="critical", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        sockets = {"sockets": [self._listener]}
        self._thread = threading.Thread(target=self._server.run, kwargs=sockets, name="stage")

    def __enter__(self) -> Stage:
        """Serve."""
        self._thread.start()
        end = time.monotonic() + 15
        while not self._server.started:
            assert time.monotonic() < end, "the stage did not start"
            time.sleep(0.01)
        return self.stage

    def __exit__(self, *_: object) -> None:
        """End every stream, then the server."""
        self.stage.cut = False
        self.stage.signed_in = False
        self._server.should_exit = True
        self._thread.join(15)
        self._listener.close()
        assert not self._thread.is_alive()
