"""What the centre says of a shelter: operations like a tablet's, made by the server for who signed in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from shelters.clock import HybridTime
from shelters.operation import Ulid
from shelters.projection import CENTRE

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS: Final = 80
#: kinds that go by steps: their part of the state, and what names one of it
_STEPPED: Final = {"supply": ("lines", "line"), "aid": ("aids", "aid")}


class CentreOperation(msgspec.Struct):
    """An operation as somebody at the centre asks for it."""

    kind: Annotated[str, Meta(pattern=r"^[a-z\-]{1,40}\Z")]
    value: dict[str, Any]
    after: Annotated[list[Ulid], Meta(max_length=300)] = []
    observed_at: str | None = None


def new_ulid(now_ms: int) -> str:
    """Return a fresh ULID: 48 bits of time [ms], 80 random bits, in Crockford's base 32."""
    number = (now_ms << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def centre_documents(
    asked: Sequence[CentreOperation],
    state: Mapping[str, Any],
    *,
    incident_id: int,
    shelter_id: str,
    actor: str,
    now_ms: int,
) -> list[bytes]:
    """Return the operations that somebody at the centre asked for, as bytes that can be added to the log.

    A step of a supply line or a call for help replaces what was said before, knowingly: whoever accepts
    40 of 60 has seen the 60.
    """
    return [
        msgspec.json.encode(
            {
                "id": new_ulid(now_ms),
                "device": CENTRE,
                "actor": actor[:80],
                "shelter": shelter_id,
                "incident": incident_id,
                "hlc": str(HybridTime(now_ms, counter, CENTRE)),
                "offset_ms": 0,
                "kind": operation.kind,
                "value": operation.value,
                "after": sorted({*operation.after, *_replaced(operation, state)})[:300],
                "observed_at": operation.observed_at,
                "app": CENTRE,
            }
        )
        for counter, operation in enumerate(asked)
    ]


def _replaced(operation: CentreOperation, state: Mapping[str, Any]) -> set[str]:
    if operation.kind not in _STEPPED:
        return set()
    part, key = _STEPPED[operation.kind]
    line = state[part].get(operation.value.get(key))
    if line is None:
        return set()
    written = [line["fields"][name] for name in operation.value if name in line["fields"]]
    return {register["op"] for register in written} | {
        conflict["op"] for register in written for conflict in register["conflicts"]
    }
