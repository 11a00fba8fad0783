"""Server processes: identity, accounts, folders."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.errors import ServerError
from ops.servers.process import (
    SystemAccount,
    catches,
    end_process,
    log_tail,
    our_account,
    read_pid,
    server_account,
    server_home,
    started_ticks,
    wait_until,
    write_pid,
)

NOBODY = SystemAccount("nobody", 65534, 65534)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a server under another account")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="sonae-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_process_is_known_by_its_id_and_its_start(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    assert read_pid(path) is None
    write_pid(path, os.getpid())
    assert read_pid(path) == os.getpid()
    path.write_text(f"{os.getpid()} 1\n")
    assert read_pid(path) is None
    path.write_text("rubbish\n")
    assert read_pid(path) is None


def test_a_zombie_does_not_live() -> None:
    process = subprocess.Popen(["true"])
    assert wait_until(lambda: started_ticks(process.pid) is None, 10)
    process.wait()


def test_ending_waits_until_it_is_gone_and_says_when_it_is_not() -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        assert not end_process(deaf.pid, with_signal=signal.SIGTERM, timeout_s=0.2)
        assert end_process(deaf.pid, with_signal=signal.SIGKILL, timeout_s=10)
        assert end_process(deaf.pid, with_signal=signal.SIGKILL, timeout_s=10)


def test_whether_a_signal_has_a_handler() -> None:
    # Python itself handles SIGINT and leaves SIGHUP to the system.
    assert catches(os.getpid(), signal.SIGINT)
    assert not catches(os.getpid(), signal.SIGHUP)


def test_a_file_is_replaced_in_one_step_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    our_account().write(path, "new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


@as_root
def test_a_folder_behind_a_closed_one_moves_to_where_the_account_reaches_it(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    elsewhere = open_folder / "elsewhere"
    home = server_home(closed / "postgres", NOBODY, fallback=elsewhere)
    assert home.parent == elsewhere
    assert (closed / "postgres").resolve() == home
    assert (home.stat().st_uid, stat.S_IMODE(home.stat().st_mode)) == (NOBODY.uid, 0o700)
    assert server_home(closed / "postgres", NOBODY, fallback=elsewhere) == home


@as_root
def test_a_folder_it_can_reach_stays_where_it_is(open_folder: Path) -> None:
    assert server_home(open_folder / "s", NOBODY, fallback=Path("/none")) == open_folder / "s"
    assert server_account("postgres", open_folder / "s").uid == NOBODY.uid


@as_root
def test_root_runs_a_server_under_the_account_named_or_nobody(tmp_path: Path) -> None:
    assert server_account("no-such-account", tmp_path / "new").name == "nobody"
    assert NOBODY.run(["id", "-u"]).stdout == "65534\n"
    assert NOBODY.run(["id", "-G"]).stdout == "65534\n"


@as_root
def test_files_that_went_out_of_reach_are_not_replaced_by_empty_ones(open_folder: Path) -> None:
    parent = open_folder / "state"
    home = server_home(parent / "postgres", NOBODY, fallback=open_folder / "elsewhere")
    parent.chmod(0o700)
    with pytest.raises(ServerError, match=r"can no longer pass through .*chmod o\+x"):
        server_home(home, NOBODY, fallback=open_folder / "elsewhere")
    assert not (open_folder / "elsewhere").exists()


@as_root
def test_a_folder_of_somebody_else_is_not_taken(open_folder: Path) -> None:
    folder = open_folder / "s"
    folder.mkdir()
    os.chown(folder, 4321, 4321)
    with pytest.raises(ServerError, match="belongs to the account 4321"):
        server_home(folder, NOBODY, fallback=Path("/none"))


def test_the_end_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"{line}\n" for line in range(5000)))
    assert log_tail(log, 2) == "4998\n4999"
    assert "no log" in log_tail(tmp_path / "none")
