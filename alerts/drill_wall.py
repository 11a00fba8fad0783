"""The drill wall: what was signed in a flood and what was signed in a drill are different types.

A public channel takes `ActualNotice` and nothing else: mypy refuses a program that gives it a drill, and
`admit` refuses it at run time. `notice_of` decides by the kind of the incident that the database holds,
never by a setting. The words of a drill are marked in every language, here and in one place. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar, final

from alerts.terms import terms

Texts = Mapping[str, Mapping[str, str]]


class DrillWallError(TypeError):
    """Raised when a drill comes near a channel for floods, or a flood near one for drills."""


@dataclass(frozen=True, kw_only=True)
class OrderBulletin:
    """A revision of an order that came into force, with incident and municipality. Times are aware UTC."""

    incident_id: int
    #: `actual` or `drill`, as the incident's row has it
    incident_kind: str
    order_id: int
    revision: int
    act: str
    level: int
    hazard: str
    #: municipality: five digits, full name, short name
    area: str
    area_name: str
    place: str
    texts: Texts
    effective_at: datetime
    expires_at: datetime
    districts: tuple[str, ...] = ()
    #: GeoJSON (Multi)Polygon of EPSG:4326, None = unknown
    geometry: Mapping[str, Any] | None = None
    #: None = unknown
    households: int | None = None
    persons: int | None = None
    reason: str = ""
    #: `issued` here, or `recorded`: the municipality gave it outside
    origin: str = "issued"
    recorded_source: str | None = None
    issued_at: datetime | None = None


@final
@dataclass(frozen=True)
class ActualNotice:
    """What was signed in a flood. Raises `DrillWallError` when it was not."""

    bulletin: OrderBulletin
    #: CAP `status`
    status: str = field(default="Actual", init=False)

    def __post_init__(self) -> None:
        """Refuse whatever does not belong to an actual incident."""
        _of_kind(self.bulletin, "actual")

    @property
    def texts(self) -> Texts:
        """The words by language."""
        return self.bulletin.texts


@final
@dataclass(frozen=True)
class DrillNotice:
    """What was signed in a drill; its words say so. Raises `DrillWallError` when it is of a flood."""

    bulletin: OrderBulletin
    #: CAP `status`
    status: str = field(default="Exercise", init=False)

    def __post_init__(self) -> None:
        """Refuse whatever does not belong to a drill."""
        _of_kind(self.bulletin, "drill")

    @property
    def texts(self) -> Texts:
        """The words by language, each part marked as a drill's."""
        return {
            language: {part: marked(text, language) for part, text in words.items()}
            for language, words in self.bulletin.texts.items()
        }


Notice = ActualNotice | DrillNotice
N = TypeVar("N", bound=ActualNotice | DrillNotice)

_KINDS: Final[Mapping[str, type[ActualNotice | DrillNotice]]] = {
    "actual": ActualNotice,
    "drill": DrillNotice,
}


def notice_of(bulletin: OrderBulletin) -> Notice:
    """Return the notice of the kind of its incident. Raises `DrillWallError` for an unknown kind."""
    kind = _KINDS.get(bulletin.incident_kind)
    if kind is None:
        raise DrillWallError(
            f"incident {bulletin.incident_id} is {bulletin.incident_kind!r}, neither flood nor drill"
        )
    return kind(bulletin)


def admit(notice: Notice, kind: type[N]) -> N:
    """Return `notice` when it is exactly of the kind that a channel takes. Raises `DrillWallError`."""
    if type(notice) is not kind:
        raise DrillWallError(
            f"a channel for {kind.__name__} was given {type(notice).__name__}: nothing was sent"
        )
    return notice


def marked(text: str, language: str) -> str:
    """Return words with the mark of a drill before them, once."""
    mark = drill_mark(language)
    return text if text.startswith(mark) else mark + text


def drill_mark(language: str) -> str:
    """Return the mark that stands before the words of a drill: 【訓練】 or [DRILL]."""
    word = terms().word("label.drill", language if language in terms().languages else "en").text
    return f"【{word}】" if language in ("ja", "easy") else f"[{word}] "


def _of_kind(bulletin: OrderBulletin, kind: str) -> None:
    if bulletin.incident_kind != kind:
        raise DrillWallError(
            f"order {bulletin.order_id} is of an incident of kind {bulletin.incident_kind!r}, not {kind!r}"
        )
