"""The words of the chronology about publications and deliveries (docs/deliveries.md). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from alerts.drill_wall import OrderBulletin
from alerts.terms import terms
from geo.chronology import Event

#: channel → its name in Japanese and English
CHANNEL_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "cap": ("CAPフィード", "CAP feed"),
    "push": ("プッシュ通知", "web push"),
    "mail": ("メール", "e-mail"),
    "webhook": ("Webhook", "webhook"),
    "l_alert": ("Lアラート形式の文書", "L-Alert-shaped document"),
    "cell_broadcast": ("緊急速報メールの文案", "cell broadcast text"),
    "loudspeaker": ("防災行政無線の文案", "loudspeaker text"),
    "notice": ("掲示用の紙", "printed notice"),
}


def published_event(
    bulletin: OrderBulletin, identifier: str, counts: Mapping[str, int], *, at: datetime
) -> Event:
    """Return the entry that says what was published and to how many."""
    ja = "、".join(f"{CHANNEL_NAMES[channel][0]}{n:,}件" for channel, n in counts.items())
    en = ", ".join(f"{CHANNEL_NAMES[channel][1]} {n:,}" for channel, n in counts.items())
    return _event(
        "delivery.published",
        bulletin,
        2,
        f"{_what(bulletin, 'ja')}の配信を開始（{ja or 'CAPフィードのみ'}）",
        f"published: {_what(bulletin, 'en')} ({en or 'CAP feed only'})",
        at,
        {"identifier": identifier, **counts},
    )


def unpublishable_event(bulletin: OrderBulletin, *, at: datetime) -> Event:
    """Return the entry that says that an order had ended before anybody could be told."""
    return _event(
        "delivery.too_late",
        bulletin,
        4,
        f"{_what(bulletin, 'ja')}は期限を過ぎていたため、だれにも配信していません",
        f"not delivered to anybody, it had ended: {_what(bulletin, 'en')}",
        at,
        {},
    )


def failing_event(bulletin: OrderBulletin, channel: str, lost: int, fault: str, *, at: datetime) -> Event:
    """Return the entry that says that a channel does not get through and is tried again."""
    ja, en = CHANNEL_NAMES[channel]
    return _event(
        "delivery.failing",
        bulletin,
        3,
        f"{_what(bulletin, 'ja')}: {ja}{lost:,}件が届かず、再送しています（{fault}）",
        f"{_what(bulletin, 'en')}: {en} does not get through to {lost:,}, trying again ({fault})",
        at,
        {"channel": channel, "failing": lost},
    )


def given_up_event(bulletin: OrderBulletin, channel: str, lost: int, fault: str, *, at: datetime) -> Event:
    """Return the entry that says that some were not reached, and why the first of them was not."""
    ja, en = CHANNEL_NAMES[channel]
    return _event(
        "delivery.given_up",
        bulletin,
        4,
        f"{_what(bulletin, 'ja')}: {ja}{lost:,}件が届いていません（{fault}）",
        f"{_what(bulletin, 'en')}: {en} did not reach {lost:,} ({fault})",
        at,
        {"channel": channel, "lost": lost},
    )


def _what(bulletin: OrderBulletin, language: str) -> str:
    table = terms()
    level = table.word(f"level.{bulletin.level}", language).text
    order = table.word(f"order.{bulletin.level}", language).text
    lifted = f" {table.word('label.lifted', language).text}" if bulletin.act == "lift" else ""
    return f"{bulletin.place} {level} {order}{lifted}"


def _event(
    code: str,
    bulletin: OrderBulletin,
    severity: int,
    text: str,
    text_en: str,
    at: datetime,
    params: Mapping[str, Any],
) -> Event:
    return Event(
        event_at=at,
        category="order",
        object_kind="order",
        object_id=str(bulletin.order_id),
        severity=severity,
        code=code,
        text=text,
        text_en=text_en,
        params={"area": bulletin.area, "revision": bulletin.revision, **params},
    )
