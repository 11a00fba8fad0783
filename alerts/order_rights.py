"""Who may do what with proposals, orders and advice (docs/orders.md). Pure.

The prefecture advises and records; a municipality orders. An administrator keeps accounts and signs
nothing, whatever else his account can see.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from alerts.order import OrderError

PREFECTURE: Final = frozenset({"duty_officer", "approver"})
OFFICER: Final = "municipal_officer"
APPROVER: Final = "municipal_approver"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Somebody who acts: account, name, roles, and (role, municipality) of the municipal ones."""

    account_id: int
    name: str
    roles: frozenset[str]
    offices: frozenset[tuple[str, str]] = frozenset()

    def of_municipality(self, area: str) -> bool:
        """Whether the person belongs to the municipality."""
        return any(code == area for _role, code in self.offices)


def may_draft(signer: Signer, area: str) -> None:
    """See that `signer` may draft, edit, submit and withdraw orders of `area`. Raises `OrderError`."""
    if not signer.of_municipality(area):
        raise _forbidden(f"orders of {area} are drafted by its own officers; the prefecture advises")


def may_approve(signer: Signer, area: str) -> None:
    """See that `signer` may approve or return orders of `area`. Raises `OrderError`."""
    if (APPROVER, area) not in signer.offices:
        raise _forbidden(f"an order of {area} is signed by an approver of {area}")


def may_record(signer: Signer) -> None:
    """See that `signer` may record what a municipality ordered elsewhere, and draft advice."""
    _prefecture(signer, PREFECTURE, "this is done by the prefecture's duty officers and approvers")


def may_sign_advice(signer: Signer) -> None:
    """See that `signer` may send advice. Raises `OrderError`."""
    _prefecture(signer, {"approver"}, "advice is signed by an approver of the prefecture")


def may_acknowledge(signer: Signer, area: str) -> None:
    """See that `signer` may acknowledge advice to `area`. Raises `OrderError`."""
    if not signer.of_municipality(area):
        raise _forbidden(f"advice to {area} is acknowledged by {area}")


def may_decide(signer: Signer, area: str) -> None:
    """See that `signer` may take up or reject a proposal for `area`. Raises `OrderError`."""
    if not signer.of_municipality(area) and signer.roles.isdisjoint(PREFECTURE):
        raise _forbidden(f"a proposal for {area} is decided on by the prefecture or by {area}")


def _prefecture(signer: Signer, roles: Collection[str], words: str) -> None:
    if signer.roles.isdisjoint(roles):
        raise _forbidden(words)


def _forbidden(words: str) -> OrderError:
    return OrderError("forbidden", words)
