"""What every channel is: it takes a notice of one kind and a letter, and says what came of it.

`Carrier[ActualNotice]` is a public channel, `Carrier[DrillNotice]` one for drills. A carrier answers with
an `Outcome` and never raises for what the other side did; what it raises is a fault of ours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal

from alerts.drill_wall import N, admit

#: sent = handed over, nobody confirms; accepted = the other side took it; failed = try again;
#: refused = never again; gone = the recipient is no more
Result = Literal["sent", "accepted", "failed", "refused", "gone"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an attempt."""

    result: Result
    #: why not, for the desk; never holds a secret
    fault: str | None = None
    #: how long the other side asked to be left alone [s]
    retry_after_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A browser to push to. Keys are base64url without padding."""

    id: int
    endpoint: str
    p256dh: str
    auth: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One delivery on its way. `identifier` and `delivery_id` let a receiver know a repetition."""

    delivery_id: int
    recipient: str
    #: names the delivery in links; unguessable
    token: str
    identifier: str
    msg_type: str
    cap: bytes
    sent_at: datetime
    subscription: Subscription | None = None


class Carrier(ABC, Generic[N]):
    """A channel. Thread-safe: several letters may be on their way at once."""

    def __init__(self, takes: type[N]) -> None:
        """Take notices of exactly one kind."""
        self._takes: type[N] = takes

    def send(self, notice: N, letter: Letter) -> Outcome:
        """Try once. Raises `DrillWallError` before anything leaves when the notice is of the other kind."""
        return self._carry(admit(notice, self._takes), letter)

    @abstractmethod
    def _carry(self, notice: N, letter: Letter) -> Outcome:
        """Try once to bring the letter to its recipient."""

    def close(self) -> None:
        """Give back what the channel holds."""
        return
