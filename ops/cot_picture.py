"""What TAK clients are shown now: the newest event of each object, and what has to be said when one changes.

Holds no connection. An object's change counts only when its version rises, as on every screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from geo.incident import Incident
from ops.cot_event import CARRIED, Frame, Language, events_of, gone_event
from sensors.codecs.cot_writer import CotEvent

#: told again from time to time although nothing changed, because they do not move and would grow old
_STANDING: Final = frozenset(CARRIED) - {"vehicle"}


class Told(NamedTuple):
    """An object as the change feed or a snapshot tells it; value None = it is gone."""

    kind: str
    id: str
    version: int
    value: Mapping[str, Any] | None


@dataclass(slots=True)
class _Shown:
    version: int
    value: Mapping[str, Any] | None
    events: list[CotEvent]


class CotPicture:
    """The picture of one incident after the other."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._incident: Incident | None = None
        self._shown: dict[tuple[str, str], _Shown] = {}

    @property
    def incident(self) -> Incident | None:
        """The incident that is shown."""
        return self._incident

    def events(self) -> list[CotEvent]:
        """Return everything that is shown, as it was told last."""
        return [event for shown in self._shown.values() for event in shown.events]

    def greeting(self, now: datetime) -> list[CotEvent]:
        """Return everything that is shown, told anew: what a client that comes now must hear."""
        if self._incident is None:
            return []
        for (kind, name), shown in list(self._shown.items()):
            self._show(Told(kind, name, shown.version, shown.value), now, shown)
        return self.events()

    def begin(self, incident: Incident | None, told: Iterable[Told], now: datetime) -> list[CotEvent]:
        """Show another picture; return its events, and the word of what is no longer shown."""
        before = {event.uid: event for event in self.events()}
        self._incident = incident
        self._shown = {}
        events = [event for one in told for event in self.take(one, now)]
        left = before.keys() - {event.uid for event in events}
        return [*(gone_event(uid, before[uid].type, now) for uid in sorted(left)), *events]

    def take(self, told: Told, now: datetime) -> list[CotEvent]:
        """Take over an object's change; return what has to be said."""
        if self._incident is None or told.kind not in CARRIED:
            return []
        known = self._shown.get((told.kind, told.id))
        if known is not None and told.version <= known.version:
            return []
        return self._show(told, now, known)

    def refresh(self, now: datetime) -> list[CotEvent]:
        """Return everything that stands still, told anew."""
        found = []
        for (kind, name), shown in list(self._shown.items()):
            if kind in _STANDING and shown.events:
                found += self._show(Told(kind, name, shown.version, shown.value), now, shown)
        return found

    def _show(self, told: Told, now: datetime, known: _Shown | None) -> list[CotEvent]:
        assert self._incident is not None  # noqa: S101 - the callers have looked
        frame = Frame(self._incident, now, self._language)
        events = [] if told.value is None else events_of(told.kind, told.value, frame)
        self._shown[told.kind, told.id] = _Shown(told.version, told.value, events)
        there = {event.uid for event in events}
        left = [] if known is None else [event for event in known.events if event.uid not in there]
        return [*(gone_event(event.uid, event.type, now) for event in left), *events]
