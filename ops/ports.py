"""TCP ports of this machine: whether one is free, and who holds it."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from ops.errors import PortTakenError

LISTEN = "0A"  # TCP_LISTEN in /proc/net/tcp


@dataclass(frozen=True)
class Holder:
    """A process that listens on a port."""

    pid: int
    name: str


def is_free(host: str, port: int) -> bool:
    """Whether we could listen on `port` now."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the servers do: connections that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def holder(port: int, *, proc: Path = Path("/proc")) -> Holder | None:
    """Return who listens on `port`, None when nobody does or we may not see it (another account's)."""
    inodes = _listening_inodes(port, proc)
    for entry in proc.glob("[0-9]*/fd/*") if inodes else ():
        try:
            link = str(entry.readlink())
        except OSError:
            continue
        if link.removeprefix("socket:[").removesuffix("]") in inodes:
            process = entry.parents[1]
            return Holder(int(process.name), (process / "comm").read_text().strip())
    return None


def require_free(host: str, port: int, *, purpose: str, mend: str) -> None:
    """Raise `PortTakenError` unless `port` is free for `purpose`; `mend` says what to do about it."""
    if is_free(host, port):
        return
    found = holder(port)
    by = f"by {found.name} (process {found.pid})" if found else "by a process of another account"
    raise PortTakenError(f"port {port} for the {purpose} is taken {by}: stop it, or {mend}")


def _listening_inodes(port: int, proc: Path) -> set[str]:
    inodes = set()
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (proc / table).read_text().splitlines()[1:]
        except FileNotFoundError:
            continue
        for columns in map(str.split, lines):
            if columns[3] == LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(columns[9])
    return inodes
