"""The door: valid for every POSIX shell, quick, and honest about what it cannot do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
#: what a command that only shows help has no business importing
HEAVY = ("sqlalchemy", "psycopg", "numpy", "geopandas", "shapely", "fastapi", "paho", "alembic", "argon2")
STUB = "#!/bin/sh\n"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
        timeout=60,
    )


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_shell_reads_it(shell: str) -> None:
    assert run(shell, "-n", str(PROJECT / "sonae")).stderr == ""
    assert os.access(PROJECT / "sonae", os.X_OK)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from ops.command import app\n"
        "try:\n    app(['--help'], prog_name='x')\n"
        "except SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    shown = run(sys.executable, "-c", code, PYTHONPATH=str(PROJECT))
    assert shown.stdout.splitlines()[-1] == "[]", shown.stderr


@pytest.mark.parametrize("command", [[], ["account"], ["device"], ["import"], ["up"], ["doctor"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    shown = run(sys.executable, "-m", "ops", *command, "--help", PYTHONPATH=str(PROJECT))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"Usage: {' '.join(['./sonae', *command])}" in shown.stdout


def test_an_expected_error_is_one_line() -> None:
    shown = run(sys.executable, "-m", "ops", "status", PYTHONPATH=str(PROJECT), SONAE_HTTP_PORT="many")
    assert shown.returncode == 1
    assert shown.stderr.splitlines() == [
        "sonae: SONAE_HTTP_PORT is 'many'; it must be a port number from 0 to 65535"
    ]


class Box:
    """A copy of the launcher in a folder of its own, on a machine where only chosen programs exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.bin = folder / "bin"
        (self.folder / "lock").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(PROJECT / "sonae", self.folder)
        for lock in ("run", "test"):
            (self.folder / "lock" / f"{lock}.txt").write_text(f"# {lock}\n")
        for tool in ("sh", "dirname", "sha256sum", "cat", "mkdir", "flock", "rm", "sleep", "tail"):
            found = shutil.which(tool)
            assert found
            (self.bin / tool).symlink_to(found)
        self.program("id", "echo 1000")
        self.program("chromium", "")
        self.program("git", "")
        self.program(
            "python3",
            # Stands in for Python: `-m venv --clear DIR` makes an environment whose python journals.
            f'case "$*" in "-m venv"*) mkdir -p "$4/bin"; cat "{self.bin}/python3" >"$4/bin/python"; '
            f'/bin/chmod 755 "$4/bin/python";; *"pip install"*) sleep 0.2;; esac; '
            f'echo "$*" >>"{folder}/journal"',
        )
        self.journal = folder / "journal"

    def program(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(STUB + body + "\n")
        path.chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.folder / "sonae"), *arguments],
            env={"PATH": str(self.bin), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        with self.start(*arguments, **environment) as process:
            _, errors = process.communicate(timeout=60)
        return process.returncode, errors

    def calls(self, part: str) -> list[str]:
        return [line for line in self.journal.read_text().splitlines() if part in line]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


OTHER_SERVERS = {"SONAE_DATABASE_URL": "postgresql://x", "SONAE_MQTT_URL": "mqtt://x"}


def test_the_environment_is_made_once_and_again_when_the_lock_changes(box: Box) -> None:
    assert box.run("up", **OTHER_SERVERS) == (
        0,
        "sonae: installing the Python packages of lock/run.txt (a minute or two)\n",
    )
    assert box.run("up", "--detach", **OTHER_SERVERS) == (0, "")
    assert len(box.calls("pip install")) == 1
    assert "--require-hashes" in box.calls("pip install")[0]
    assert box.calls("-m ops") == ["-m ops up", "-m ops up --detach"]
    (box.folder / "lock" / "run.txt").write_text("# another\n")
    box.run("up", **OTHER_SERVERS)
    assert len(box.calls("pip install")) == 2


def test_what_the_tests_need_holds_what_a_run_needs(box: Box) -> None:
    box.run("bench", **OTHER_SERVERS)
    box.run("up", **OTHER_SERVERS)
    assert [call.rpartition("/")[2] for call in box.calls("pip install")] == ["test.txt"]


def test_two_that_start_at_once_install_once(box: Box) -> None:
    both = [box.start("up", **OTHER_SERVERS) for _ in range(2)]
    for process in both:
        process.communicate(timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    assert len(box.calls("pip install")) == 1


def test_an_install_that_failed_is_tried_again(box: Box) -> None:
    failing = (box.bin / "python3").read_text()
    box.program("python3", failing.removeprefix(STUB).replace("sleep 0.2", "exit 9"))
    assert box.run("up", **OTHER_SERVERS)[0] == 9
    assert box.calls("-m ops") == []
    (box.folder / ".sonae/venv/bin/python").write_text(failing)
    assert box.run("up", **OTHER_SERVERS)[0] == 0
    assert box.calls("-m ops") == ["-m ops up"]


def test_without_rights_it_says_what_to_install_and_the_other_way(box: Box) -> None:
    (box.bin / "python3").unlink()
    code, errors = box.run("up", **OTHER_SERVERS)
    assert code == 1
    assert "apt-get install --no-install-recommends python3 python3-venv" in errors
    assert "docker compose up" in errors


def test_help_needs_no_servers(box: Box) -> None:
    code, errors = box.run("--help")
    assert (code, "missing" in errors) == (0, False)


def test_with_sudo_the_packages_are_installed_through_it(box: Box) -> None:
    python = (box.bin / "python3").read_text()
    (box.bin / "python3").unlink()
    # `sudo -n true` grants; `sudo sh -eu -s -- PACKAGES` is where apt-get would run.
    box.program("sudo", f'cat >/dev/null; [ "$1" != sh ] || echo "sudo $*" >>"{box.journal}"')
    box.program("apt-get", "exit 1")
    box.run("up", **OTHER_SERVERS)
    assert box.calls("sudo") == ["sudo sh -eu -s -- python3 python3-venv"]
    assert python.startswith(STUB)
