"""One water level as it came from the field, and what can be wrong with a message.

Exceptions of this package::

    SensorError
    ├── UnreadableMessage   a message cannot be turned into readings; goes to quarantine
    └── SourceError         the TOML file that describes a source is wrong
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

#: longest idempotency key, in characters
KEY_LENGTH: Final = 64

#: longest gauge id, in characters
GAUGE_ID_LENGTH: Final = 64

#: heights above the mean sea level of Tokyo Bay, or above the zero of the gauge's own staff
Datum = Literal["T.P.", "gauge zero"]
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)

#: why a message could not be read, as counted and shown to the operator
Code = Literal[
    "too-large",
    "bad-topic",
    "not-json",
    "not-an-object",
    "missing-field",
    "wrong-type",
    "bad-time",
    "not-a-number",
    "out-of-range",
    "unknown-unit",
    "unknown-datum",
    "unknown-device",
    "no-decoded-object",
    "too-long",
    "not-a-picture",
]
CODES: Final[tuple[Code, ...]] = get_args(Code)


class SensorError(Exception):
    """Raised when something from the field, or its description, cannot be used."""


class UnreadableMessage(SensorError):  # noqa: N818 (a message is unreadable: that is its state)
    """Raised when a message cannot be turned into readings.

    `code` groups like faults in the quarantine, `detail` names the culprit for a person.
    """

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code: Code = code
        self.detail = detail


class SourceError(SensorError):
    """Raised when a source's TOML file is wrong; `file` and `key` say where."""

    def __init__(self, file: str, key: str, detail: str) -> None:
        super().__init__(f"{file}: {key}: {detail}" if key else f"{file}: {detail}")
        self.file = file
        self.key = key
        self.detail = detail


class LevelReading(msgspec.Struct, frozen=True, gc=False):
    """A water level that an instrument reported, before quality control.

    `level_m` is above `datum`; NaN means that the instrument itself says it has no value.
    `device_time` is aware UTC as the device told it, None when it told none.
    """

    gauge_id: str
    device_time: datetime | None
    #: water level above `datum` [m], NaN = missing
    level_m: float
    datum: Datum
    #: the number as sent, before unit, sign and offset; None when missing
    raw_value: float | None
    #: unit of `raw_value`: m, cm, mm or ft
    raw_unit: str
    #: idempotency key of at most `KEY_LENGTH` characters, unique per message and source
    key: str
    #: which codec and source read it, e.g. `sonae/v1` or the name of a mapping file
    source: str
    #: fields that were sent but are not interpreted
    extra: dict[str, object] | None = None


def payload_key(topic: str, payload: bytes, index: int = 0) -> str:
    """Return the idempotency key of a message without an id of its own: 32 hex digits.

    BLAKE2b (RFC 7693) with 128 bits over topic, payload and the reading's `index` in the message:
    a message delivered twice gets the same key, another device's equal payload does not.
    """
    digest = hashlib.blake2b(payload, digest_size=16, person=index.to_bytes(4, "big"))
    digest.update(b"\0")
    digest.update(topic.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
