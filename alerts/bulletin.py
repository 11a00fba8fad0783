"""A parsed official message, by its standing: actual, exercise, or test. Each is a type of its own.

What records an actual message takes nothing but an `ActualBulletin`, and a drill's own intake is the
only one that takes an `ExerciseBulletin`; a test enters nothing at all. The database keeps the same
wall (`warning_telegram`, check `drill_wall`).
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.warning import Telegram, TelegramError
from geo.incident import Incident


@dataclass(frozen=True)
class ActualBulletin:
    """A message that means what it says."""

    telegram: Telegram


@dataclass(frozen=True)
class ExerciseBulletin:
    """A message of a training (訓練, Exercise)."""

    telegram: Telegram


@dataclass(frozen=True)
class TrialBulletin:
    """A message that tries the line (試験, Test, System, Draft)."""

    source_id: str
    title: str
    status: str


Bulletin = ActualBulletin | ExerciseBulletin | TrialBulletin


class UnusedKindError(TelegramError):
    """Raised for a readable official message of a kind that Sonae does not use; no fault of anybody."""

    def __init__(self, title: str) -> None:
        super().__init__(f"not a warning Sonae uses: {title}", code="not-used")


def admitted(bulletin: Bulletin, incident: Incident) -> Telegram:
    """Return the telegram of a bulletin that may enter `incident`. Raises `TelegramError` saying why not."""
    match bulletin:
        case ActualBulletin(telegram):
            return telegram
        case ExerciseBulletin(telegram):
            if incident.kind != "drill":
                raise TelegramError(
                    f"{telegram.source_id}: a message of a training cannot enter an actual incident",
                    code="drill-wall",
                )
            return telegram
        case TrialBulletin():
            raise TelegramError(
                f"{bulletin.source_id}: a test ({bulletin.status}) warns of nothing: {bulletin.title}",
                code="test-message",
            )
