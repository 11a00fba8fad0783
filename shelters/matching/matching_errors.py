"""What can be wrong with a supply problem, in words for whoever has to mend it.

MatchingError
├── ProblemError    a field of the problem is missing, impossible or contradicts another; names the field
└── OracleError     HiGHS found no solution where there is one
"""

from __future__ import annotations


class MatchingError(ValueError):
    """Base of this package's errors."""


class ProblemError(MatchingError):
    """Raised when a field of a problem cannot be; `field` names it, as in `lots[3].depot`."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field


class OracleError(MatchingError):
    """Raised when HiGHS ends without a solution; carries its message."""
