"""What can go wrong while running an installation, in words for whoever has to mend it.

    OpsError
    ├── ServerError        a private server cannot be found, started or stopped
    ├── AccountNameError   a name that cannot be a broker account
    ├── PortTakenError     somebody else listens where we must
    ├── InstallationError  a database or a state folder of another kind of installation
    ├── SupervisionError   a part does not start, or another supervisor is at work
    ├── ImportFileError    a file is no list of places or areas (`ops.places`)
    ├── ScenarioError, ReplayError, FleetError, DemoError   of recorded storms, in their own rooms
    └── BenchmarkError     a benchmark is missing or fails (`ops.bench`)

The command line prints these in one line; anything else is a defect and shows its traceback.
"""

from __future__ import annotations


class OpsError(Exception):
    """Base of this package's errors; its message names the culprit and the mend."""


class ServerError(OpsError):
    """Raised when a private server cannot be found, started or stopped."""


class AccountNameError(OpsError):
    """Raised for a name that cannot be a broker account."""


class PortTakenError(OpsError):
    """Raised when a port we must listen on is held by somebody else."""


class InstallationError(OpsError):
    """Raised when a database or a state folder belongs to another kind of installation."""


class SupervisionError(OpsError):
    """Raised when a part does not start, or another supervisor holds the same state folder."""
