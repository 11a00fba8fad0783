"""What every channel would say of a revision, with what the lint finds: for the eyes of those who sign.

The words are made by the same functions that make them when it is sent. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from alerts.broadcast_text import ChannelText, Finding, cell_broadcast, loudspeaker
from alerts.cap_message import CapError, Reference, cap_message
from alerts.channels.config import Channels
from alerts.channels.words import plain_text, subject, told_link
from alerts.delivery_event import CHANNEL_NAMES
from alerts.drill_wall import DrillNotice, Notice
from alerts.l_alert import document
from alerts.web_push import PushError, payload

#: stands for the name of a delivery that does not exist yet
_NO_NAME = "00000000-0000-0000-0000-000000000000"


def preview(
    notice: Notice,
    *,
    channels: Channels,
    references: Sequence[Reference],
    subscribers: int,
    at: datetime,
) -> dict[str, Any]:
    """Return by channel the title, the text, to whom, and what is wrong or doubtful with it."""
    told = {
        "cap": _cap(notice, channels, references, at),
        "push": _push(notice),
        "mail": ChannelText(
            title=subject(notice), text=plain_text(notice, told_link(channels.public_url, _NO_NAME))
        ),
        "cell_broadcast": cell_broadcast(notice),
        "loudspeaker": loudspeaker(notice, channels.readings),
        "l_alert": ChannelText(text=document(notice, sender=channels.sender.id).content.decode()),
    }
    listed = channels.serving(notice.bulletin.area)
    return {
        "drill": isinstance(notice, DrillNotice),
        "status": notice.status,
        "channels": [
            {
                "channel": channel,
                "name": CHANNEL_NAMES[channel][0],
                "name_en": CHANNEL_NAMES[channel][1],
                "recipients": _recipients(channel, channels, notice.bulletin.area, subscribers),
                **_document(text),
            }
            for channel, text in told.items()
        ],
        "goes_to": [
            {"name": channel.name, "kind": channel.kind, "leads_to": channel.leads_to} for channel in listed
        ],
        "push": {"on": channels.push_contact is not None, "subscribers": subscribers},
        "errors": sum(it.severity == "error" for text in told.values() for it in text.findings),
    }


def _document(text: ChannelText) -> Mapping[str, Any]:
    return {
        "title": text.title,
        "text": text.text,
        "reading": text.reading,
        "duration_s": text.duration_s,
        "findings": [asdict(finding) for finding in text.findings],
    }


def _recipients(channel: str, channels: Channels, area: str, subscribers: int) -> int:
    if channel == "cap":
        return 1
    if channel == "push":
        return subscribers if channels.push_contact is not None else 0
    return sum(len(it.recipients) for it in channels.serving(area) if it.kind == channel)


def _cap(notice: Notice, channels: Channels, references: Sequence[Reference], at: datetime) -> ChannelText:
    try:
        made = cap_message(notice, sender=channels.sender, sent=at, references=references)
    except CapError as fault:
        return ChannelText(
            text="", findings=(Finding("error", "CAPにできません", f"cannot become CAP: {fault}"),)
        )
    return ChannelText(title=made.msg_type, text=made.content.decode())


def _push(notice: Notice) -> ChannelText:
    try:
        told = json.loads(payload(notice, language="ja", token=_NO_NAME, identifier="preview"))
    except PushError as fault:
        return ChannelText(text="", findings=(Finding("error", "プッシュ通知に収まりません", str(fault)),))
    cut = told["body"].endswith("…")
    findings = (
        (Finding("warning", "プッシュ通知では途中で切れます", "cut short in a push message"),) if cut else ()
    )
    return ChannelText(title=told["title"], text=told["body"], findings=findings)
