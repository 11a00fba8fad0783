"""Whether a channel could carry something now, found out without telling anybody anything.

A mail server is greeted and signed in to, nothing is written; a webhook gets a signed `{"type": "test"}`; a
folder gets a file that is taken away again.
"""

from __future__ import annotations

import json

import httpx

from alerts.channels.carrier import Outcome
from alerts.channels.config import Channel, Channels
from alerts.channels.export import write_whole
from alerts.channels.mail import Post, greet
from alerts.channels.webhook import TIMEOUT_S, signature
from alerts.notice_page import NoticePageError, require_font
from geo.clock import Wall


def probe(channel: Channel, wall: Wall) -> Outcome:
    """Return `accepted` when the channel could carry a notice, else what forbids it."""
    if channel.kind == "mail":
        return greet(post_of(channel))
    if channel.kind == "webhook":
        return _ring(channel, wall)
    try:
        if channel.kind == "notice":
            require_font()
        path = channel.options["folder"] / ".probe"
        write_whole(path, b"")
        path.unlink()
    except NoticePageError as fault:
        return Outcome(result="refused", fault=str(fault))
    except OSError as fault:
        return Outcome(result="failed", fault=f"{channel.options['folder']}: {fault.strerror or fault}")
    return Outcome(result="accepted")


def post_of(channel: Channel) -> Post:
    """Return the mail server of a channel of e-mail."""
    given = channel.options
    return Post(
        host=given["host"],
        port=given["port"],
        security=given["security"],
        sender=given["from"],
        user=given["user"],
        password=given["password"],
    )


def standing(channels: Channels) -> list[dict[str, str]]:
    """Return what stands in the list, for people: name, kind, municipalities, where it leads."""
    rows = [
        {
            "name": channel.name,
            "kind": channel.kind,
            "areas": ", ".join(channel.areas) or "all",
            "leads_to": channel.leads_to,
        }
        for channel in channels.listed
    ]
    push = "off: no contact is named" if channels.push_contact is None else channels.push_contact
    feed = f"{(channels.public_url or '').rstrip('/')}/feeds/cap.atom"
    return [
        {"name": "cap", "kind": "cap", "areas": "all", "leads_to": f"{feed} as {channels.sender.id}"},
        {"name": "push", "kind": "push", "areas": "subscribed", "leads_to": push},
        *rows,
    ]


def _ring(channel: Channel, wall: Wall) -> Outcome:
    body = json.dumps({"type": "test"}).encode()
    stamp = str(int(wall().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Sonae-Timestamp": stamp,
        "Sonae-Signature": signature(channel.options["secret"], stamp, body),
    }
    try:
        answer = httpx.post(
            channel.options["url"], content=body, headers=headers, timeout=TIMEOUT_S, trust_env=False
        )
    except httpx.HTTPError as fault:
        return Outcome(result="failed", fault=f"{type(fault).__name__}: {fault}"[:300])
    if answer.is_success:
        return Outcome(result="accepted")
    return Outcome(result="refused", fault=f"answered {answer.status_code}")
