"""The alerts process: official warnings in, what the rules propose, and what was signed going out.

`main` is the entry point; how it runs its duties is `geo.duty_process`.
"""

from __future__ import annotations

import logging
from typing import Final

from alerts import telegram_duty
from alerts.delivery_duty import COUNT_EVERY_S, PUBLISH_EVERY_S, DeliveryDuty
from alerts.proposal_duty import EVERY_S as PROPOSALS_EVERY_S
from alerts.proposal_duty import ProposalDuty
from alerts.telegram_duty import TelegramDuty
from geo.clock import Wall, wall_now
from geo.duty_process import Charge, DutyProcess, run_until_signal
from geo.settings import Settings

SERVICE: Final = "alerts"


def charges(settings: Settings, wall: Wall = wall_now) -> list[Charge]:
    """Return the duties of an alerts process; each stands in a module of its own."""
    deliveries = DeliveryDuty(settings, wall)
    proposals = ProposalDuty(wall)
    telegrams = TelegramDuty(settings, wall)
    return [
        # first: what was signed waits for nothing
        Charge(
            "publications",
            PUBLISH_EVERY_S,
            deliveries.publish,
            detail=lambda: deliveries.detail,
            close=deliveries.close,
        ),
        Charge("delivery sums", COUNT_EVERY_S, deliveries.count),
        Charge(
            "official messages",
            telegram_duty.EVERY_S,
            telegrams.work,
            detail=lambda: telegrams.detail,
            close=telegrams.close,
        ),
        Charge("proposals", PROPOSALS_EVERY_S, proposals.work, detail=lambda: proposals.detail),
    ]


def main(settings: Settings) -> None:
    """Run the alerts process until SIGINT or SIGTERM."""
    # it would log the addresses of subscribers and the secrets in the addresses of webhooks
    logging.getLogger("httpx").setLevel(logging.WARNING)
    run_until_signal(DutyProcess(SERVICE, charges(settings), settings))
