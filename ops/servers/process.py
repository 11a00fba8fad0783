"""Server processes: under which account they run, where their files stand, whether they live.

A process is known by its id *and* the moment it started, so a file left over from before a reboot
never makes us signal a stranger that was given the same id.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.errors import ServerError

#: where server files go when their account cannot reach the project's own folder
FALLBACK_ROOT = Path("/var/lib/sonae")
#: all that a server sees of the environment: a caller's PGPORT or LC_ALL must not change it
SERVER_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/"}
POLL_S = 0.02


@dataclass(frozen=True)
class SystemAccount:
    """The Unix account that a server process runs under."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        """Whether we already run under this account."""
        return self.uid == os.geteuid()

    def own(self, path: Path, mode: int) -> None:
        """Give `path` to this account with the permission bits `mode`."""
        path.chmod(mode)
        if not self.is_us:
            os.chown(path, self.uid, self.gid)

    def write(self, path: Path, text: str) -> None:
        """Replace a file of this account in one step, readable by nobody else: others may be reading it."""
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.touch(mode=0o600)
        unfinished.write_text(text)
        self.own(unfinished, 0o600)
        unfinished.replace(path)

    def can_reach(self, folder: Path) -> bool:
        """Whether this account may pass through `folder` and everything above it."""
        test = self.run(["test", "-x", str(folder)])
        return test.returncode == 0

    def run(self, command: Sequence[str], *, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a short `command` under this account and return what it printed; the caller checks the code."""
        return subprocess.run(
            list(command),
            cwd="/",
            env=SERVER_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
            user=self._uid,
            group=self._gid,
            extra_groups=self._groups,
        )

    def launch(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a server under this account in a session of its own, its output appended to `log`.

        The log is opened here and inherited, so the account needs no right to its folder.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return subprocess.Popen(
                list(command),
                cwd="/",
                env=SERVER_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=self._uid,
                group=self._gid,
                extra_groups=self._groups,
            )

    # Switching accounts is root's alone: for ourselves everything stays None.
    @property
    def _uid(self) -> int | None:
        return None if self.is_us else self.uid

    @property
    def _gid(self) -> int | None:
        return None if self.is_us else self.gid

    @property
    def _groups(self) -> list[int] | None:
        return None if self.is_us else []


def our_account() -> SystemAccount:
    """Return the account this process runs under."""
    return SystemAccount(_name_of(os.geteuid()), os.geteuid(), os.getegid())


def server_account(preferred: str, folder: Path) -> SystemAccount:
    """Return the account for a server whose files stand in `folder`.

    Ourselves; as root whoever owns the folder, else the account `preferred`, else `nobody`: servers
    do not run as root, and PostgreSQL refuses to.
    """
    if os.geteuid() != 0:
        return our_account()
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        return _account(pwd.getpwuid(owner))
    for name in (preferred, "nobody"):
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise ServerError(f"neither an account {preferred!r} nor 'nobody' exists to run a server under")


def _account(entry: pwd.struct_passwd) -> SystemAccount:
    return SystemAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_home(wanted: Path, account: SystemAccount, *, fallback: Path = FALLBACK_ROOT) -> Path:
    """Return a folder owned by `account` for a server's files: `wanted`, or one it can reach.

    When a folder above `wanted` is closed to the account (a project below `/root`, say), the files
    stand under `fallback` and `wanted` becomes a symbolic link to them, which says where they are.
    Raises `ServerError` when the folder belongs to somebody else, or holds files that went out of reach:
    an empty server beside a full one would look like a flood without water.
    """
    wanted = wanted.absolute()
    if wanted.is_symlink():
        wanted = wanted.resolve()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if not account.can_reach(wanted.parent):
        if wanted.exists():
            raise ServerError(
                f"{wanted} holds a server's files, but the account {account.name!r} can no longer "
                "pass through the folders above it: chmod o+x them"
            )
        home = fallback / hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
        fallback.mkdir(mode=0o755, parents=True, exist_ok=True)
        _take(home, account)
        wanted.symlink_to(home)
        return home
    return _take(wanted, account)


def _take(home: Path, account: SystemAccount) -> Path:
    home.mkdir(mode=0o700, exist_ok=True)
    owner = home.stat().st_uid
    if owner not in (account.uid, os.geteuid()):
        raise ServerError(
            f"{home} belongs to the account {_name_of(owner)}, which started this server before; "
            "start it as that account or as root"
        )
    account.own(home, 0o700)
    return home


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def started_ticks(pid: int) -> int | None:
    """Return when the process started [clock ticks since boot], None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may itself hold spaces and parentheses.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for a signal (without one, SIGHUP would end a starting server)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (number - 1) & 1)


def write_pid(path: Path, pid: int) -> None:
    """Note in `path` the process `pid` and when it started."""
    path.write_text(f"{pid} {started_ticks(pid)}\n")


def read_pid(path: Path) -> int | None:
    """Return the process noted in `path` if that very process still lives."""
    try:
        pid, ticks = path.read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if str(started_ticks(int(pid))) == ticks else None


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Poll `condition` until it holds; return False when `timeout_s` passed first."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def end_process(pid: int, *, with_signal: signal.Signals, timeout_s: float, group: bool = False) -> bool:
    """Send `with_signal` to a process (or to its whole group) and wait until it is gone.

    Returns False when it still lives after `timeout_s`.
    """
    ticks = started_ticks(pid)
    if ticks is None:
        return True
    try:
        (os.killpg if group else os.kill)(pid, with_signal)
    except ProcessLookupError:
        return True
    return wait_until(lambda: started_ticks(pid) != ticks, timeout_s)


def log_tail(log: Path, lines: int = 12) -> str:
    """Return the last `lines` of a log, for the message of an error."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 8192))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return f"(no log at {log})"
    return "\n".join(text.splitlines()[-lines:])
