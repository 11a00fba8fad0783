"""Web push: what is told to a browser, encrypted for it alone, and which endpoints we speak to. Pure.

Source: RFC 8030 (TTL, Urgency, Topic), RFC 8291 (encryption, aes128gcm). The payload is short and the page
fetches the rest; best effort, and so never the only channel.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from alerts.drill_wall import DrillNotice, Notice
from alerts.ruby import with_readings_behind
from alerts.terms import WRITTEN
from geo.moment import utc_text

#: salt, record size, length and key of the sender, tag of the cipher, mark of the last record [bytes]
_OVERHEAD: Final = 16 + 4 + 1 + 65 + 16 + 1
_SHORTENED: Final = "…"


class PushError(ValueError):
    """Raised when a subscription cannot be pushed to; says why, without its secret."""


@cache
def rules() -> Mapping[str, Any]:
    """Return `rules/push.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "push.toml").read_text(encoding="utf-8"))


def largest_payload() -> int:
    """Return how many bytes of plain text fit into a message."""
    return int(rules()["message"]["largest"]) - _OVERHEAD


def payload(notice: Notice, *, language: str, token: str, identifier: str) -> bytes:
    """Return what the browser is told, JSON in UTF-8, shortened where it would not fit.

    `tag` replaces an older notification of the order on the screen, `told` counts the reading.
    """
    bulletin = notice.bulletin
    written = language if language in WRITTEN else "en"
    words = notice.texts.get(written) or notice.texts.get("ja", {})
    told = {
        "v": 1,
        "identifier": identifier,
        "order": bulletin.order_id,
        "revision": bulletin.revision,
        "act": bulletin.act,
        "level": bulletin.level,
        "area": bulletin.area,
        "drill": isinstance(notice, DrillNotice),
        "language": language,
        "at": utc_text(bulletin.effective_at),
        "expires_at": utc_text(bulletin.expires_at),
        "tag": f"order-{bulletin.order_id}",
        "url": "/",
        "told": f"/told/{token}",
        "confirm": rules()["confirm"][written],
        "title": with_readings_behind(words.get("headline", "")),
        "body": with_readings_behind(words.get("instruction", "")),
    }
    while len(encoded := _json(told)) > largest_payload():
        told["body"] = _shorter(str(told["body"]), len(encoded) - largest_payload())
    return encoded


def encrypted(plain: bytes, *, p256dh: str, auth: str) -> bytes:
    """Return `plain` encrypted for one browser. Raises `PushError` for keys that are none."""
    if len(plain) > largest_payload():
        raise PushError(f"the payload has {len(plain)} bytes, at most {largest_payload()} fit")
    point, secret = check_keys(p256dh, auth)
    key = ec.generate_private_key(ec.SECP256R1())
    body: bytes = http_ece.encrypt(plain, private_key=key, dh=point, auth_secret=secret, version="aes128gcm")
    return body


def check_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """Return a subscription's public point (65 bytes) and secret (16 bytes). Raises `PushError`."""
    point, secret = _bytes("p256dh", p256dh), _bytes("auth", auth)
    if len(secret) != 16:
        raise PushError(f"auth holds {len(secret)} bytes, not 16")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as fault:
        raise PushError("p256dh is no point of P-256") from fault
    if len(point) != 65:
        raise PushError(f"p256dh holds {len(point)} bytes, not 65")
    return point, secret


def check_endpoint(endpoint: str, *, demo: bool) -> str:
    """Return an endpoint that this installation may speak to. Raises `PushError`.

    Anybody may subscribe: without a list of push services our server would call whatever it is told. A
    demo speaks to this machine only, to a simulator, for a drill reaches nobody's phone.
    """
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").lower()
    if len(endpoint) > 2000 or parts.username is not None or parts.fragment:
        raise PushError("the endpoint is no address of a push service")
    if demo:
        if parts.scheme not in ("http", "https") or not is_loopback(host):
            raise PushError(f"a demo pushes to simulators on this machine, not to {host or 'nowhere'}")
        return endpoint
    services = rules()["services"]
    known = host in services["hosts"] or any(host.endswith(f".{name}") for name in services["below"])
    if parts.scheme != "https" or not known or _port(endpoint) not in (None, 443):
        raise PushError(f"{host or 'nowhere'} is not among the push services that are known")
    return endpoint


def topic(notice: Notice) -> str:
    """Return the name under which a newer message replaces an older one, at most 32 characters."""
    bulletin = notice.bulletin
    name = f"{notice.status}:{bulletin.incident_id}:{bulletin.order_id}"
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:24]).decode()


def ttl_s(notice: Notice, now: datetime) -> int:
    """Return how long the push service may keep a message [s]: never beyond the order's end at `now`."""
    left = (notice.bulletin.expires_at - now).total_seconds()
    return int(max(60.0, min(left, float(rules()["message"]["ttl_s"]))))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _port(endpoint: str) -> int | None:
    try:
        return urlsplit(endpoint).port
    except ValueError as fault:
        raise PushError("the endpoint's port is none") from fault


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _shorter(text: str, by_bytes: int) -> str:
    """Return `text` shorter by a part of `by_bytes`, with a mark that something is missing."""
    # a character takes up to six bytes in JSON
    kept = text.removesuffix(_SHORTENED)[: -max(1, by_bytes // 6)]
    if not kept:
        raise PushError("the words of the order do not fit into a push message")
    return kept + _SHORTENED


def _bytes(name: str, value: str) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise PushError(f"{name} is not base64url") from fault
