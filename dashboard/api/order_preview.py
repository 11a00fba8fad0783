"""What every channel would say of a revision, before it is signed and after; and its printed notice."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from alerts.channels.config import ChannelError, Channels, read_channels
from alerts.delivery_store import PublicationError, chain, read_order_bulletin, subscribers
from alerts.drill_wall import Notice, notice_of
from alerts.notice_page import NoticePageError, notice_page
from alerts.order_store import Cursor, Desk, read_order
from alerts.preview import preview
from dashboard.answer import json_answer
from dashboard.errors import NotFoundError, NotPreparedError
from dashboard.order_desk import read
from dashboard.parts import parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session

router = APIRouter(prefix="/api")
SignedIn = Annotated[Session, Depends(require())]


@router.get("/orders/{order_id}/revisions/{number}/preview")
async def channels_of(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Return the words of each channel with what the lint finds."""
    channels = _channels(request)

    def work(cursor: Cursor, desk: Desk) -> dict[str, Any]:
        notice = _notice(cursor, desk, order_id, number)
        return preview(
            notice,
            channels=channels,
            references=chain(cursor, order_id, number),
            subscribers=subscribers(cursor, notice.bulletin.area),
            at=desk.now,
        )

    return json_answer(await read(request, session, work))


@router.get("/orders/{order_id}/revisions/{number}/notice.pdf")
async def notice(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Return the printed notice."""
    channels = _channels(request)
    told = await read(request, session, lambda cursor, desk: _notice(cursor, desk, order_id, number))
    try:
        page = await asyncio.to_thread(notice_page, told, public_url=channels.public_url)
    except NoticePageError as fault:
        raise NotPreparedError(str(fault)) from fault
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="notice-{order_id}-{number}.pdf"',
    }
    return Response(page, headers=headers, media_type="application/pdf")


def _notice(cursor: Cursor, desk: Desk, order_id: int, number: int) -> Notice:
    read_order(cursor, desk.incident, order_id, lock=False)
    try:
        bulletin, _ = read_order_bulletin(cursor, order_id, number)
    except PublicationError as fault:
        raise NotFoundError(str(fault)) from fault
    return notice_of(bulletin)


def _channels(request: Request) -> Channels:
    try:
        return read_channels(parts_of(request).settings)
    except ChannelError as fault:
        raise NotPreparedError(str(fault)) from fault
