"""Operations of tablets: what one must look like (`docs/tablet.md`), and its stamp.

Everything a tablet does is an operation, made once and never changed. What a newer tablet says and this
program does not know (kinds, fields) is kept; what is not an operation at all is refused by name, so that
it can be set aside with its reason while the rest goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from shelters.clock import ClockError, HybridTime

#: longest operation as JSON [bytes]
LONGEST_BYTES: Final = 16 * 1024
#: JavaScript holds whole numbers exactly below this
MOST_NUMBER: Final = 2**53
#: smaller fractions are written differently by Python and JavaScript
LEAST_FRACTION: Final = 0.001
MOST_DEPTH: Final = 12

#: what can happen to somebody of the register
PRESENCES: Final = ("arrive", "absence", "move", "leave", "outside")
KINDS: Final = frozenset(
    {"set", "count", "stock", "supply", "aid", "add", "remove", "household", "person", "photo", *PRESENCES}
)

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.\-]{0,63}\Z")]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:\-]{1,64}\Z")]
Ulid = Annotated[str, Meta(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")]
DeviceId = Annotated[str, Meta(pattern=r"^[a-z0-9\-]{1,40}\Z")]
Lot = Annotated[str, Meta(max_length=64)]
Words = Annotated[str, Meta(max_length=2000)]
Amount = Annotated[float, Meta(ge=0, le=1e9)]
Delta = Annotated[float, Meta(ge=-1e9, le=1e9)]
Fields = Annotated[dict[Name, Any], Meta(max_length=200)]


class OperationError(ValueError):
    """Raised when something is no operation; the text names the field, `code` is one of docs/tablet.md."""

    def __init__(self, code: Literal["malformed", "too-large"], detail: str) -> None:
        super().__init__(detail)
        self.code = code


class SetValue(msgspec.Struct, frozen=True):
    """Fields of the shelter's status."""

    fields: Fields


class CountValue(msgspec.Struct, frozen=True):
    """A change of a count, or a recount (`total`, null = unknown)."""

    field: Name
    delta: Delta | msgspec.UnsetType = msgspec.UNSET
    total: Amount | msgspec.UnsetType | None = msgspec.UNSET


class StockValue(msgspec.Struct, frozen=True):
    """A change of the stock of a lot, or a stocktaking."""

    item: Name
    lot: Lot = ""
    delta: Delta | msgspec.UnsetType = msgspec.UNSET
    total: Amount | msgspec.UnsetType | None = msgspec.UNSET
    reason: Words | None = None


class SupplyValue(msgspec.Struct, frozen=True):
    """A step of a supply line, or its fields only."""

    line: Key
    state: Annotated[str, Meta(max_length=40)] | None = None
    item: Name | msgspec.UnsetType = msgspec.UNSET
    lot: Lot | msgspec.UnsetType = msgspec.UNSET
    amount: Amount | msgspec.UnsetType = msgspec.UNSET


class AidValue(msgspec.Struct, frozen=True):
    """A step of a call for help, or its fields only."""

    aid: Key
    state: Annotated[str, Meta(max_length=40)] | None = None
    need: Name | msgspec.UnsetType = msgspec.UNSET
    people: Amount | msgspec.UnsetType | None = msgspec.UNSET
    place: Words | msgspec.UnsetType | None = msgspec.UNSET
    note: Words | msgspec.UnsetType | None = msgspec.UNSET
    #: what the centre answers: who goes, when
    answer: Words | msgspec.UnsetType | None = msgspec.UNSET


class AddValue(msgspec.Struct, frozen=True):
    """An element added to a set."""

    set: Name
    key: Key
    value: Any = None


class RemoveValue(msgspec.Struct, frozen=True):
    """An element removed: those of its adds that were seen."""

    set: Name
    key: Key
    tags: Annotated[list[Ulid], Meta(max_length=300)]


class HouseholdValue(msgspec.Struct, frozen=True):
    """Fields of a household's card."""

    household: Key
    fields: Fields


class PersonValue(msgspec.Struct, frozen=True):
    """Fields of a person's card."""

    person: Key
    fields: Fields


class PresenceValue(msgspec.Struct, frozen=True):
    """Who arrived, is away, moved, left, or stays outside."""

    persons: Annotated[list[Key], Meta(max_length=300)] = []
    households: Annotated[list[Key], Meta(max_length=300)] = []


class PhotoValue(msgspec.Struct, frozen=True):
    """A photo, by the SHA-256 of its bytes."""

    photo: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    type: Annotated[str, Meta(max_length=40)]
    bytes: Annotated[int, Meta(ge=1)]
    caption: Words | None = None
    about: Annotated[str, Meta(max_length=64)] | None = None


Value = (
    SetValue
    | CountValue
    | StockValue
    | SupplyValue
    | AidValue
    | AddValue
    | RemoveValue
    | HouseholdValue
    | PersonValue
    | PresenceValue
    | PhotoValue
)

_FORMS: Final[dict[str, type[Value]]] = {
    "set": SetValue,
    "count": CountValue,
    "stock": StockValue,
    "supply": SupplyValue,
    "aid": AidValue,
    "add": AddValue,
    "remove": RemoveValue,
    "household": HouseholdValue,
    "person": PersonValue,
    "photo": PhotoValue,
    **dict.fromkeys(PRESENCES, PresenceValue),
}


class _Envelope(msgspec.Struct):
    id: Ulid
    device: DeviceId
    shelter: Annotated[str, Meta(min_length=1, max_length=64)]
    hlc: str
    kind: Annotated[str, Meta(pattern=r"^[a-z0-9\-]{1,40}\Z")]
    value: Any
    actor: Annotated[str, Meta(max_length=80)] = ""
    incident: int | None = None
    offset_ms: Annotated[float, Meta(gt=-1e13, lt=1e13)] | None = None
    after: Annotated[list[Ulid], Meta(max_length=300)] = []
    observed_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the server records with an operation, for ever [ms since 1970-01-01 UTC]."""

    #: when it was made, by the server's clock: what operations are ordered by
    at_ms: int
    #: the same by the incident's clock, which a drill has of its own: what is shown
    seen_ms: int
    offset_ms: int
    received_ms: int
    #: counts the operations of one shelter in one incident
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation, checked. `value` is None for a kind this program does not know."""

    id: str
    device: str
    actor: str
    shelter: str
    incident: int | None
    hlc: HybridTime
    offset_ms: int | None
    kind: str
    value: Value | None
    after: frozenset[str]
    observed_at: str | None
    #: as it came
    raw: dict[str, Any]


def read_operation(data: bytes) -> Operation:
    """Return the operation in `data`. Raises `OperationError`."""
    if len(data) > LONGEST_BYTES:
        raise OperationError("too-large", f"is longer than {LONGEST_BYTES} bytes")
    try:
        raw = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise OperationError("malformed", str(fault)) from fault
    return check_operation(raw)


def check_operation(raw: Any) -> Operation:  # noqa: ANN401 - whatever came
    """Return the operation that decoded JSON holds. Raises `OperationError` naming the field."""
    try:
        _check_plain(raw, 0)
        envelope = msgspec.convert(raw, _Envelope)
        form = _FORMS.get(envelope.kind)
        value = None if form is None else msgspec.convert(envelope.value, form)
        hlc = HybridTime.parse(envelope.hlc)
    except (msgspec.ValidationError, ClockError, _PlainError) as fault:
        raise OperationError("malformed", str(fault)) from fault
    if hlc.device != envelope.device:
        raise OperationError("malformed", f"hlc is of {hlc.device!r}, the operation of {envelope.device!r}")
    _check_meaning(envelope, value)
    return Operation(
        id=envelope.id,
        device=envelope.device,
        actor=envelope.actor,
        shelter=envelope.shelter,
        incident=envelope.incident,
        hlc=hlc,
        offset_ms=None if envelope.offset_ms is None else round(envelope.offset_ms),
        kind=envelope.kind,
        value=value,
        after=frozenset(envelope.after),
        observed_at=envelope.observed_at,
        raw=raw,
    )


def thousandths(number: float) -> int:
    """Return an amount in thousandths: sums of whole numbers do not depend on their order."""
    return math.floor(number * 1000 + 0.5)


def _check_meaning(envelope: _Envelope, value: Value | None) -> None:
    if isinstance(value, CountValue | StockValue) and (
        (value.delta is msgspec.UNSET) == (value.total is msgspec.UNSET)
    ):
        raise OperationError("malformed", "value needs either delta or total")
    if isinstance(value, PresenceValue) and not value.persons and not value.households:
        raise OperationError("malformed", "value names neither persons nor households")
    if envelope.observed_at is not None:
        try:
            aware = datetime.fromisoformat(envelope.observed_at).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise OperationError(
                "malformed", f"observed_at {envelope.observed_at[:40]!r} is no time with a zone"
            )


class _PlainError(ValueError):
    """Raised when JSON holds what not every replica would write alike."""


def _check_plain(value: Any, depth: int) -> None:  # noqa: ANN401
    if depth > MOST_DEPTH:
        raise _PlainError(f"is nested more than {MOST_DEPTH} deep")
    if isinstance(value, str):
        if "\0" in value:
            raise _PlainError("holds a NUL character")
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        if not abs(value) < MOST_NUMBER:
            raise _PlainError(f"the number {value} is too large")
        if value != int(value) and abs(value) < LEAST_FRACTION:
            raise _PlainError(f"the number {value} is too small")
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_plain(key, depth + 1)
            _check_plain(item, depth + 1)
    else:
        raise _PlainError(f"holds a {type(value).__name__}")
