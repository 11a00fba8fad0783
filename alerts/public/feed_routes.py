"""The CAP feed, its messages, and where a reader of a message confirms that he has read it.

The feed is made at most once in `KEPT_S` for everybody; a message never changes. A drill stands in the feed
of a demo only: the kind of the incident is asked for, not a flag of the request.
"""

from __future__ import annotations

import asyncio
import html
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response

from alerts.cap_feed import CAP_MEDIA_TYPE, LONGEST, MEDIA_TYPE, cap_feed, entry_of
from alerts.channels.config import ChannelError, Channels, channels_from, read_channels
from alerts.delivery_store import opened, read_order_bulletin
from alerts.drill_wall import notice_of
from alerts.order_store import Cursor
from alerts.public.parts import PublicParts, parts_of
from alerts.public.ready import DATA_CACHE, Ready, ready
from alerts.public.refusals import BadInputError, NotThereError, TooManyError
from alerts.ruby import with_readings_behind
from geo.attempts import address_key
from geo.queries import load

router = APIRouter()
_SQL: Final = load("alerts", "delivery.sql")

#: the feed is read again after this [s]; with its max-age a change is seen within ten seconds
KEPT_S: Final = 2.0
#: a message never changes, but a drill that starts again may use its name again
_MESSAGE_CACHE: Final = "public, max-age=3600"


@dataclass
class Feeds:
    """Feeds that were made, by municipality ("" = all); one is made at a time."""

    kept: dict[str, tuple[float, Ready]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


def register(app: FastAPI) -> None:
    """Serve the feed by `app`, whose parts are the public face's."""
    app.state.feeds = Feeds()
    app.include_router(router)


@router.get("/feeds/cap.atom")
async def feed(request: Request, area: str = "") -> Response:
    """Return the feed of all messages, or of one municipality's."""
    if area and not (len(area) == 5 and area.isascii() and area.isdigit()):
        raise BadInputError("area is a municipality's five digits")
    parts, feeds = parts_of(request), request.app.state.feeds
    async with feeds.lock:
        at, made = feeds.kept.get(area, (0.0, None))
        if made is None or not 0 <= parts.monotonic() - at < KEPT_S:
            content = await parts.write(lambda cursor: _feed(cursor, parts, area or None))
            made = ready(content, MEDIA_TYPE, DATA_CACHE)
            if len(feeds.kept) > 2000:
                feeds.kept.clear()
            feeds.kept[area] = (parts.monotonic(), made)
    return _answer(request, made)


@router.get("/feeds/cap/{identifier}.xml")
async def message(request: Request, identifier: str) -> Response:
    """Return a CAP message as it was stored."""
    parts = parts_of(request)
    values = {"identifier": identifier[:300].replace("\0", ""), "kind": _kind(parts)}
    row = await parts.write(lambda cursor: cursor.execute(_SQL["message"], values).fetchone())
    if row is None:
        raise NotThereError(f"there is no message {identifier[:100]!r}")
    return _answer(request, ready(bytes(row["cap"]), CAP_MEDIA_TYPE, _MESSAGE_CACHE))


@router.get("/told/{token}")
async def told(request: Request, token: uuid.UUID) -> Response:
    """Show the message that a link was sent with, count it as opened, and let the reader confirm."""
    parts = parts_of(request)

    def work(cursor: Cursor) -> str | None:
        row = cursor.execute(_SQL["told_to"], {"token": token}).fetchone()
        if row is None:
            return None
        opened(cursor, str(token), wall=parts.wall())
        bulletin, _ = read_order_bulletin(cursor, row["order_id"], row["revision_number"])
        return _page(row, notice_of(bulletin).texts, bulletin.area, str(token))

    page = await parts.write(work)
    if page is None:
        raise NotThereError("there is no such message")
    return _html(page)


@router.post("/told/{token}/opened")
async def was_opened(request: Request, token: uuid.UUID) -> Response:
    """Count a message as opened: what a browser says when its notification is touched."""
    await _note(request, token, acknowledged=False)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


@router.post("/told/{token}/acknowledged")
async def was_acknowledged(request: Request, token: uuid.UUID) -> Response:
    """Count a message as read by a person who said so."""
    await _note(request, token, acknowledged=True)
    return _html(_document("確認しました / Confirmed", ["<p>ありがとうございます。 Thank you.</p>"], ""))


async def _note(request: Request, token: uuid.UUID, *, acknowledged: bool) -> None:
    parts = parts_of(request)
    host = None if request.client is None else request.client.host
    for attempts, key in ((parts.attempts, address_key(host)), (parts.all_attempts, "all")):
        if wait_s := attempts.wait_s(key, parts.monotonic()):
            raise TooManyError(wait_s)

    def work(cursor: Cursor) -> bool:
        return opened(cursor, str(token), wall=parts.wall(), acknowledged=acknowledged)

    if not await parts.write(work):
        raise NotThereError("there is no such message")


def _feed(cursor: Cursor, parts: PublicParts, area: str | None) -> bytes:
    values = {"kind": _kind(parts), "area": area, "limit": LONGEST}
    rows = cursor.execute(_SQL["feed"], values).fetchall()
    return cap_feed(
        [entry_of(row) for row in rows], sender=_channels(parts).sender, drill=parts.demo, area=area
    )


def _channels(parts: PublicParts) -> Channels:
    settings = parts.settings
    try:
        return read_channels(settings)
    except ChannelError:
        # the alerts process says what is wrong with the list; the messages stand as they were signed
        return channels_from({}, settings.state_dir, settings.installation)


def _kind(parts: PublicParts) -> str:
    return "drill" if parts.demo else "actual"


def _answer(request: Request, made: Ready) -> Response:
    asked = request.headers
    status, fields, body = made.answer(
        asked.get("if-none-match", "").encode(), asked.get("accept-encoding", "").encode()
    )
    answer = Response(body, status)
    answer.raw_headers = list(fields)
    return answer


def _page(row: Any, texts: Any, area: str, token: str) -> str:  # noqa: ANN401 - rows of the database
    parts = []
    if row["newest"] != row["revision_number"]:
        parts.append(
            "<p><strong>この情報は新しいものに変わっています。 There is a newer message.</strong></p>"
        )
    for language in ("ja", "easy", "en"):
        words = texts.get(language)
        if words is None:
            continue
        code = {"easy": "ja-simple"}.get(language, language)
        lines = "".join(
            f"<p>{html.escape(with_readings_behind(line))}</p>"
            for part in ("instruction", "body")
            for line in words.get(part, "").splitlines()
        )
        title = html.escape(with_readings_behind(words.get("headline", "")))
        parts.append(f'<section lang="{code}"><h2>{title}</h2>{lines}</section>')
    confirm = (
        "<p>確認済みです。 You have confirmed this.</p>"
        if row["acknowledged_at"] is not None
        else f'<form method="post" action="/told/{token}/acknowledged">'
        "<button>読みました / I have read this</button></form>"
    )
    return _document("避難情報 / Evacuation information", [*parts, confirm], f"?area={area}")


def _document(title: str, parts: list[str], query: str) -> str:
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1>{''.join(parts)}"
        f'<p><a href="/{query}">最新の情報 / Newest information</a></p></main></body></html>'
    )


def _html(page: str) -> Response:
    return Response(page, headers={"Cache-Control": "no-store"}, media_type="text/html; charset=utf-8")
