"""The private Mosquitto: loopback only, an account per device, sessions that survive a restart.

Layout of its folder (owned by the server's account, mode 0700): `accounts.json` is the truth;
`mosquitto.conf`, `passwords` and `access` are written from it; `data/` holds sessions and retained
messages.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from ops.errors import ServerError
from ops.servers.broker_accounts import (
    BrokerAccount,
    access_list,
    check_name,
    hash_password,
    password_file,
)
from ops.servers.process import (
    catches,
    end_process,
    log_tail,
    read_pid,
    server_account,
    server_home,
    wait_until,
    write_pid,
)

INSTALL_HINT = "apt-get install mosquitto"

CONFIGURATION = """\
# Written at each start.
listener {port} {listen}
allow_anonymous false
password_file {home}/passwords
acl_file {home}/access
log_dest stderr
log_timestamp_format %Y-%m-%dT%H:%M:%S
set_tcp_nodelay true

persistence true
persistence_location {home}/data/
# A killed broker loses what it acknowledged since it last saved; with queues empty, saving is cheap.
autosave_interval 5
# Queues of clients that never came back.
persistent_client_expiration 14d

# Ingest acknowledges after the commit, so whole batches stand in flight.
max_inflight_messages 10000
# While the database is down the messages wait here. A message over the bound is dropped without a
# word, so the bound is memory (half a GiB), not a count.
max_queued_messages 0
max_queued_bytes 536870912
message_size_limit 1048576
"""


def installed_program() -> Path | None:
    """Return the Mosquitto server on this machine, None when there is none."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def free_port() -> int:
    """Return a TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PrivateBroker:
    """A Mosquitto of our own in `folder`, on `port` of the loopback (None: any free one).

    `listen` is another address to listen on, for a container whose network is private.
    """

    #: as a part that is kept running (`ops.supervise`)
    name = "broker"
    restart_when_silent = False

    def __init__(
        self, folder: Path, port: int | None = None, *, log: Path | None = None, listen: str = "127.0.0.1"
    ) -> None:
        self.account = server_account("mosquitto", folder)
        self.folder = folder
        self.port = port or free_port()
        self.listen = listen
        self.log = log or folder.parent / "log" / "broker.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """Where its files really stand (`server_home`)."""
        return self.folder.resolve()

    def url(self, name: str, password: str) -> str:
        """Return the broker's address for one account."""
        return f"mqtt://{quote(name)}:{quote(password, safe='')}@127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Its process id, None when it does not run."""
        return read_pid(self.home / "broker.pid")

    def running(self) -> bool:
        """Whether its process lives."""
        return self.pid is not None

    def ready(self) -> bool:
        """Whether it takes connections."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def probe(self) -> bool:
        """Answer a supervisor that asks for a sign of life."""
        return self.ready()

    def launch(self) -> None:
        """Write its files and start it without waiting."""
        if self.running():
            return
        program = installed_program()
        if program is None:
            raise ServerError(f"no Mosquitto is installed: {INSTALL_HINT}")
        self.write_files()
        self._child = self.account.launch([str(program), "-c", str(self.home / "mosquitto.conf")], self.log)
        write_pid(self.home / "broker.pid", self._child.pid)

    def start(self, *, timeout_s: float = 15) -> None:
        """Start it and wait until it takes connections; raises `ServerError` with the end of its log."""
        if not self.running() and self.ready():
            raise ServerError(f"port {self.port} is taken: the broker cannot listen there")
        self.launch()
        if not wait_until(lambda: self.ready() or not self.running(), timeout_s) or not self.running():
            if self._child is not None:
                self.kill()
            raise ServerError(
                f"Mosquitto in {self.home} did not come up on port {self.port}; the end of {self.log}:\n"
                f"{log_tail(self.log)}"
            )

    def write_files(self) -> None:
        """Write everything the broker reads, without starting it."""
        home = server_home(self.folder, self.account)
        (home / "data").mkdir(exist_ok=True)
        self.account.own(home / "data", 0o700)
        self._put("mosquitto.conf", CONFIGURATION.format(port=self.port, listen=self.listen, home=home))
        with self._editing():
            pass

    def accounts(self) -> dict[str, BrokerAccount]:
        """Return the accounts by name."""
        try:
            stored = json.loads((self.home / "accounts.json").read_text())
        except FileNotFoundError:
            return {}
        return {
            name: BrokerAccount(entry["password_hash"], tuple(entry["writes"]))
            for name, entry in stored["accounts"].items()
        }

    def add_accounts(
        self, passwords: Mapping[str, str], *, writes: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Add accounts (or give them new passwords) and let a running broker read them.

        `writes` names, by account, topics it may write besides `sonae/v1/+/+/{name}/#`. Only hashes
        are stored. Raises `AccountNameError` before anything is changed.
        """
        new = {
            check_name(name): BrokerAccount(hash_password(password), tuple((writes or {}).get(name, ())))
            for name, password in passwords.items()
        }
        with self._editing() as accounts:
            accounts.update(new)
        self.reload()

    def remove_accounts(self, names: Iterable[str]) -> None:
        """Remove accounts; a running broker disconnects them."""
        with self._editing() as accounts:
            for name in names:
                accounts.pop(name, None)
        self.reload()

    def let_ingest_read(self, filters: Iterable[str]) -> None:
        """Set the topic filters of other sources that ingest may read (`sources/*.toml`)."""
        server_home(self.folder, self.account)
        self._put("ingest-reads.json", json.dumps(sorted(filters)))
        self._write_accounts(self.accounts())
        self.reload()

    def reload(self) -> None:
        """Let a running broker read its accounts and access list again (SIGHUP)."""
        pid = self.pid
        if pid is not None and wait_until(lambda: catches(pid, signal.SIGHUP), timeout_s=5):
            os.kill(pid, signal.SIGHUP)

    def stop(self, *, timeout_s: float = 15) -> None:
        """Stop it; sessions and retained messages are saved. Nothing happens when it is down."""
        pid = self.pid
        if pid is not None and not end_process(pid, with_signal=signal.SIGTERM, timeout_s=timeout_s):
            raise ServerError(
                f"Mosquitto (process {pid}) did not stop within {timeout_s:g} s; see {self.log}"
            )
        self._reap()

    def kill(self) -> None:
        """End it at once (SIGKILL): what it had not saved is lost, as in a power cut."""
        if (pid := self.pid) is not None:
            end_process(pid, with_signal=signal.SIGKILL, timeout_s=10)
        self._reap()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @contextmanager
    def _editing(self) -> Iterator[dict[str, BrokerAccount]]:
        """Lend the accounts for a change and write them back; two editors wait for each other."""
        home = server_home(self.folder, self.account)
        with (home / "accounts.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            accounts = self.accounts()
            yield accounts
            self._write_accounts(accounts)

    def _write_accounts(self, accounts: Mapping[str, BrokerAccount]) -> None:
        stored = {
            name: {"password_hash": account.password_hash, "writes": account.writes}
            for name, account in accounts.items()
        }
        self._put("accounts.json", json.dumps({"accounts": stored}, indent=1, sort_keys=True))
        self._put("passwords", password_file(accounts))
        self._put("access", access_list(accounts, ingest_reads=self._ingest_reads()))

    def _ingest_reads(self) -> list[str]:
        try:
            return list(json.loads((self.home / "ingest-reads.json").read_text()))
        except FileNotFoundError:
            return []

    def _put(self, name: str, text: str) -> None:
        self.account.write(self.home / name, text)

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait(timeout=10)
            self._child = None


@contextmanager
def temporary_broker() -> Iterator[PrivateBroker]:
    """Run a broker on a free port for tests and benchmarks. Its files are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sonae-mqtt-"))
    folder.chmod(0o711)
    broker = PrivateBroker(folder / "broker")
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder)
