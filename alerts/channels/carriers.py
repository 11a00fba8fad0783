"""The carriers of an installation, made from its list: public ones, or in a demo those for drills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from alerts.channels.carrier import Carrier, Letter, Outcome
from alerts.channels.config import Channel, Channels
from alerts.channels.export import (
    CellBroadcastExport,
    LAlertExport,
    LAlertSimulator,
    LoudspeakerExport,
    NoticeExport,
)
from alerts.channels.mail import Mail
from alerts.channels.probe import post_of
from alerts.channels.push import Push
from alerts.channels.webhook import Webhook
from alerts.drill_wall import ActualNotice, DrillNotice, N, Notice, admit
from alerts.vapid import load_or_make
from geo.clock import Wall

PUSH = "push"


@dataclass(frozen=True)
class Carriers(Generic[N]):
    """The carriers for one kind of notice, by the name of their channel."""

    takes: type[N]
    by_name: Mapping[str, Carrier[N]]

    def send(self, notice: Notice, channel: str, letter: Letter) -> Outcome:
        """Send by the carrier that the letter's recipient belongs to. Raises `DrillWallError`.

        A channel that is no longer listed refuses; what was queued for it is then given up and told.
        """
        name = PUSH if channel == PUSH else letter.recipient.partition("/")[0]
        carrier = self.by_name.get(name)
        if carrier is None:
            return Outcome(result="refused", fault=f"there is no channel {name!r} (any more)")
        return carrier.send(admit(notice, self.takes), letter)

    def close(self) -> None:
        """Close them all."""
        for carrier in self.by_name.values():
            carrier.close()


AnyCarriers = Carriers[ActualNotice] | Carriers[DrillNotice]


def make_carriers(channels: Channels, wall: Wall, incident_now: Callable[[], datetime]) -> AnyCarriers:
    """Return the carriers: of drills in a demo, public ones otherwise. Connects nothing."""
    if channels.installation == "demo":
        return _made(DrillNotice, channels, wall, incident_now)
    return _made(ActualNotice, channels, wall, incident_now)


def _made(
    takes: type[N], channels: Channels, wall: Wall, incident_now: Callable[[], datetime]
) -> Carriers[N]:
    def made() -> Iterator[tuple[str, Carrier[N]]]:
        for channel in channels.listed:
            yield channel.name, _carrier(takes, channel, channels, wall)
        if channels.push_contact is not None:
            key = load_or_make(channels.state_dir)
            yield (
                PUSH,
                Push(takes, key=key, contact=channels.push_contact, wall=wall, incident_now=incident_now),
            )

    return Carriers(takes, dict(made()))


def _carrier(takes: type[N], channel: Channel, channels: Channels, wall: Wall) -> Carrier[N]:
    given, public_url = channel.options, channels.public_url
    if channel.kind == "mail":
        return Mail(takes, post_of(channel), public_url=public_url)
    if channel.kind == "webhook":
        return Webhook(takes, url=given["url"], secret=given["secret"], public_url=public_url, wall=wall)
    folder = given["folder"]
    if channel.kind == "cell_broadcast":
        return CellBroadcastExport(takes, folder)
    if channel.kind == "loudspeaker":
        return LoudspeakerExport(takes, folder, channels.readings)
    if channel.kind == "notice":
        return NoticeExport(takes, folder, public_url)
    if takes is DrillNotice:
        return LAlertSimulator(takes, folder, channels.sender.id)
    return LAlertExport(takes, folder, channels.sender.id)
