"""The private PostgreSQL cluster: unix socket only, PostGIS inside, resumed where it stopped.

Layout of its folder (owned by the server's account, mode 0700): `data/` the cluster, `run/` the socket.
The superuser is reached only by this module; the application's role `sonae` owns its database and
nothing else, so a flaw in a page cannot become a program run by the server.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import LiteralString, Self

import psycopg
from psycopg import sql

from ops.errors import ServerError
from ops.servers.process import (
    SystemAccount,
    end_process,
    log_tail,
    our_account,
    server_account,
    server_home,
    started_ticks,
    wait_until,
)

SUPERUSER = "sonae_admin"
ROLE = "sonae"
DATABASE = "sonae"
#: `sun_path` of unix(7) holds 108 bytes with the closing zero
SOCKET_PATH_MAX_BYTES = 107
SOCKET_NAME = ".s.PGSQL.5432"
INSTALL_HINT = "apt-get install postgresql-15 postgresql-15-postgis-3 (or the version your system has)"

#: for a box with 2 cores and a few GB; local changes belong into ALTER SYSTEM, which wins over this file
SETTINGS = """\
# Written at each start; change settings with ALTER SYSTEM, which overrides this file.
listen_addresses = ''
max_connections = 100
shared_buffers = {shared_buffers}
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
jit = off
fsync = {durable}
full_page_writes = {durable}
# The change feed reads only below the oldest open transaction: one forgotten would silence every screen.
idle_in_transaction_session_timeout = 60s
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %a '
log_lock_waits = on
log_min_duration_statement = 2s
"""
#: who on this machine may be which role; everything comes through the socket, whose folder is closed too
AUTHENTICATION = "local all all peer map=sonae\n"


@dataclass(frozen=True)
class PostgresProgram:
    """An installed PostgreSQL server that has PostGIS."""

    major: int
    bin_dir: Path


def installed_programs(root: Path = Path("/")) -> list[PostgresProgram]:
    """Return the installed servers that have PostGIS, newest first.

    Looks where Debian puts them, then asks a `pg_config` on the PATH (other systems, own builds).
    """
    programs = [
        PostgresProgram(int(folder.name), folder / "bin")
        for folder in (root / "usr/lib/postgresql").glob("[0-9]*")
        if (folder / "bin/postgres").exists()
        and (root / f"usr/share/postgresql/{folder.name}/extension/postgis.control").exists()
    ]
    if not programs and shutil.which("pg_config"):
        programs = _configured_program()
    return sorted(programs, key=lambda program: program.major, reverse=True)


def _configured_program() -> list[PostgresProgram]:
    asked = subprocess.run(
        ["pg_config", "--version", "--bindir", "--sharedir"], capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        return []
    version, bin_dir, share_dir = asked.stdout.splitlines()
    major = re.search(r"\d+", version)
    has_postgis = Path(share_dir, "extension/postgis.control").exists()
    has_server = Path(bin_dir, "postgres").exists()
    return [PostgresProgram(int(major[0]), Path(bin_dir))] if major and has_postgis and has_server else []


class PrivatePostgres:
    """A cluster of our own in `folder`; `start()` creates, resumes or joins it and returns its address.

    `durable=False` is for tests: faster, survives the end of a process but not of the machine.
    """

    #: as a part that is kept running (`ops.supervise`)
    name = "database"
    restart_when_silent = False

    def __init__(self, folder: Path, *, log: Path | None = None, durable: bool = True) -> None:
        self.account = server_account("postgres", folder)
        self.folder = folder
        self.log = log or folder.parent / "log" / "postgres.log"
        self.durable = durable
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """Where its files really stand (`server_home`)."""
        return self.folder.resolve()

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.home / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket, in the system's temporary folder when its path would be too long."""
        folder = self.home / "run"
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES:
            return folder
        short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir(), f"sonae-{short}")

    def url(self, database: str = DATABASE, *, role: str = ROLE) -> str:
        """Return the address of `database` for `role`."""
        return f"postgresql://{role}@/{database}?host={self.socket_folder}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it does not run."""
        if self._child is not None and self._child.poll() is None:
            return self._child.pid
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            ours = Path(f"/proc/{pid}/cwd").readlink() == self.data
        except (FileNotFoundError, ProcessLookupError, PermissionError, ValueError):
            return None
        return pid if ours and started_ticks(pid) is not None else None

    def running(self) -> bool:
        """Whether the server's process lives (it may still be recovering; see `ready`)."""
        return self.pid is not None

    def ready(self) -> bool:
        """Whether it answers a query."""
        with suppress(psycopg.OperationalError), self._superuser("postgres") as connection:
            connection.execute("SELECT 1")
            return True
        return False

    def probe(self) -> bool:
        """Answer a supervisor that asks for a sign of life."""
        return self.ready()

    def launch(self) -> None:
        """Create the cluster if there is none and start the server without waiting for it."""
        if self.running():
            return
        self._prepare()
        program = self._program()
        self._child = self.account.launch(
            [str(program.bin_dir / "postgres"), "-D", str(self.data), "-k", str(self.socket_folder)],
            self.log,
        )

    def start(self, *, timeout_s: float = 60) -> str:
        """Start, wait until it answers, see that database, role and PostGIS exist; return the address.

        Raises `ServerError` with the end of the log when it does not come up in time.
        """
        # After a crash the old workers may hold the shared memory for a moment: try again until then.
        if not wait_until(self._launched_and_ready, timeout_s):
            if self._child is not None:
                self.kill()
            raise ServerError(
                f"PostgreSQL in {self.home} did not answer within {timeout_s:g} s; the end of {self.log}:\n"
                f"{log_tail(self.log)}"
            )
        self.furnish()
        return self.url()

    def furnish(self) -> None:
        """Create the role, the database and PostGIS where they are missing."""
        with self._superuser("postgres") as connection:
            if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", ROLE):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
            if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", DATABASE):
                connection.execute(_create_database(DATABASE, "template0"))
        with self._superuser(DATABASE) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")

    def create_database(self, name: str, *, template: str) -> str:
        """Create the database `name` as a copy of `template` and return its address."""
        with self._superuser("postgres") as connection:
            connection.execute(_create_database(name, template))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove the database `name`, disconnecting whoever is in it."""
        with self._superuser("postgres") as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def stop(self, *, timeout_s: float = 60) -> None:
        """Stop it; clients are disconnected, everything committed is on disk. Fine when it is down."""
        pid = self.pid
        if pid is not None and not end_process(pid, with_signal=signal.SIGINT, timeout_s=timeout_s):
            raise ServerError(
                f"PostgreSQL (process {pid}) did not stop within {timeout_s:g} s; see {self.log}"
            )
        self._reap()

    def kill(self) -> None:
        """End it at once as a power cut would (SIGKILL); the next start recovers from its log."""
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

    def _launched_and_ready(self) -> bool:
        self.launch()
        return self.ready()

    def _program(self) -> PostgresProgram:
        programs = installed_programs()
        version_file = self.data / "PG_VERSION"
        if not version_file.exists():
            if not programs:
                raise ServerError(f"no PostgreSQL server with PostGIS is installed: {INSTALL_HINT}")
            return programs[0]
        major = int(version_file.read_text())
        for program in programs:
            if program.major == major:
                return program
        raise ServerError(
            f"the cluster in {self.data} was made by PostgreSQL {major}, which is not installed "
            f"with PostGIS: install postgresql-{major}-postgis-3, or move the data with pg_upgrade"
        )

    def _prepare(self) -> None:
        server_home(self.folder, self.account)
        self._open_socket_folder()
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        settings = SETTINGS.format(
            shared_buffers="256MB" if self.durable else "64MB", durable="on" if self.durable else "off"
        )
        self.account.write(self.data / "postgresql.conf", settings)
        self.account.write(self.data / "pg_hba.conf", AUTHENTICATION)
        self.account.write(self.data / "pg_ident.conf", _identities(self.account))

    def _open_socket_folder(self) -> None:
        folder = self.socket_folder
        # In a temporary folder open to all, somebody else may have made it first.
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in (self.account.uid, os.geteuid()):
            raise ServerError(f"{folder} belongs to somebody else; remove it, or set TMPDIR")
        self.account.own(folder, 0o700)

    def _create_cluster(self) -> None:
        # Made aside and renamed when whole, so an interrupted start leaves no half cluster behind.
        unfinished = self.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        made = self.account.run(
            [
                str(self._program().bin_dir / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=peer",
                "--no-instructions",
                "--data-checksums" if self.durable else "--no-sync",
            ]
        )
        if made.returncode != 0:
            raise ServerError(f"initdb failed for {self.home}:\n{made.stdout}{made.stderr}")
        unfinished.rename(self.data)

    def _superuser(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.url(database, role=SUPERUSER), autocommit=True, connect_timeout=5)

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait(timeout=10)
            self._child = None


def _identities(account: SystemAccount) -> str:
    """Return the map of system accounts to roles: the server's account and whoever starts it."""
    names = sorted({account.name, our_account().name})
    return "".join(f'sonae "{name}" {role}\n' for name in names for role in (SUPERUSER, ROLE))


def _create_database(name: str, template: str) -> sql.Composed:
    return sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        sql.Identifier(name), sql.Identifier(template), sql.Identifier(ROLE)
    )


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


@contextmanager
def temporary_postgres() -> Iterator[PrivatePostgres]:
    """Run a cluster that forgets: for tests and benchmarks. Its files are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sonae-pg-"))
    folder.chmod(0o711)
    server = PrivatePostgres(folder / "cluster", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
