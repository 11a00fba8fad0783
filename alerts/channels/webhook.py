"""Webhooks: JSON by POST, signed, with a key by which a receiver knows a repetition.

`Sonae-Signature: v1=<hex>` is HMAC-SHA256 over `<Sonae-Timestamp>.<body>` with the secret of the channel; a
receiver refuses what is older than five minutes. `Idempotency-Key` stays the same over all attempts.
"""

from __future__ import annotations

import hashlib
import hmac
import json

import httpx

from alerts.channels.carrier import Carrier, Letter, Outcome
from alerts.channels.retry_after import retry_after_s
from alerts.channels.words import told_link
from alerts.drill_wall import DrillNotice, N, Notice
from geo.clock import Wall
from geo.moment import utc_text

TIMEOUT_S = 10.0


class Webhook(Carrier[N]):
    """A webhook for one kind of notice."""

    def __init__(
        self,
        takes: type[N],
        *,
        url: str,
        secret: bytes,
        public_url: str | None,
        wall: Wall,
        client: httpx.Client | None = None,
    ) -> None:
        """Post to `url`, signed with `secret`. Redirects are not followed: they would lose the signature."""
        super().__init__(takes)
        self._url, self._secret, self._public_url, self._wall = url, secret, public_url, wall
        self._client = client or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def _carry(self, notice: N, letter: Letter) -> Outcome:
        body = webhook_body(notice, letter, public_url=self._public_url)
        stamp = str(int(self._wall().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": f"{letter.identifier}.{letter.delivery_id}",
            "Sonae-Timestamp": stamp,
            "Sonae-Signature": signature(self._secret, stamp, body),
        }
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as fault:
            return Outcome(result="failed", fault=f"{type(fault).__name__}: {fault}"[:300])
        if answer.is_success:
            return Outcome(result="accepted")
        fault_text = f"answered {answer.status_code}"
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            return Outcome(result="failed", fault=fault_text, retry_after_s=retry_after_s(answer))
        return Outcome(result="refused", fault=fault_text)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def webhook_body(notice: Notice, letter: Letter, *, public_url: str | None) -> bytes:
    """Return what a receiver gets, JSON in UTF-8 (docs/deliveries.md)."""
    bulletin = notice.bulletin
    told = {
        "type": "evacuation_order",
        "status": notice.status,
        "drill": isinstance(notice, DrillNotice),
        "identifier": letter.identifier,
        "msg_type": letter.msg_type,
        "order": bulletin.order_id,
        "revision": bulletin.revision,
        "act": bulletin.act,
        "level": bulletin.level,
        "hazard": bulletin.hazard,
        "area": {"code": bulletin.area, "name": bulletin.area_name},
        "districts": list(bulletin.districts),
        "households": bulletin.households,
        "persons": bulletin.persons,
        "origin": bulletin.origin,
        "effective_at": utc_text(bulletin.effective_at),
        "expires_at": utc_text(bulletin.expires_at),
        "texts": {language: dict(words) for language, words in notice.texts.items()},
        "confirm": told_link(public_url, letter.token),
        "cap": letter.cap.decode("utf-8"),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """Return the signature header over a time stamp and a body."""
    digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"
