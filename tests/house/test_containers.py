"""The container files name what exists: packages, commands, variables, services."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


def services() -> dict[str, str]:
    """Return the text of each service by its name."""
    body = re.split(r"^(?=\w)", COMPOSE.partition("\nservices:\n")[2], flags=re.MULTILINE)[0]
    parts = re.split(r"^  ([a-z-]+):\n", body, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def packages() -> list[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    return list(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_the_image_holds_every_package_and_only_what_exists() -> None:
    copied = re.findall(r"^COPY (\S+) ", DOCKERFILE, flags=re.MULTILINE)
    assert set(packages()) <= set(copied)
    assert [path for path in copied if not (PROJECT / path).exists()] == []


def test_what_is_copied_is_let_through_to_the_builder() -> None:
    let_through = re.findall(r"^!(\S+)$", (PROJECT / ".dockerignore").read_text(), flags=re.MULTILINE)
    copied = re.findall(r"^COPY ([^/\s]+)", DOCKERFILE, flags=re.MULTILINE)
    assert set(let_through) == set(copied)


def test_services_wait_for_services_that_exist() -> None:
    found = services()
    ours = {"migrate", "ingest", "field", "forecast", "alerts", "dashboard", "public"}
    assert {"database", "broker", *ours} <= set(found)
    waited_for = re.findall(r"^      ([a-z-]+): \{condition: service_\w+\}$", COMPOSE, flags=re.MULTILINE)
    assert waited_for
    assert set(waited_for) <= set(found)


def test_what_is_waited_for_as_healthy_has_a_health_check() -> None:
    found = services()
    for name in re.findall(r"^      ([a-z-]+): \{condition: service_healthy\}$", COMPOSE, flags=re.MULTILINE):
        assert "healthcheck:" in found[name], name


def test_commands_of_our_image_exist() -> None:
    ours = {name: text for name, text in services().items() if "<<: *sonae" in text and "command:" in text}
    processes = {"ingest", "field", "forecast", "alerts", "dashboard", "public"}
    assert set(ours) == {"broker-files", "migrate", *processes}
    for text in ours.values():
        command = re.findall(r"^    command: (\S+)", text, flags=re.MULTILINE)[0]
        shown = subprocess.run(
            [sys.executable, "-m", "ops", command, "--help"], cwd=PROJECT, capture_output=True, check=False
        )
        assert shown.returncode == 0, command


def test_variables_are_known_to_the_program() -> None:
    source = "".join(path.read_text() for room in ("geo", "ops") for path in (PROJECT / room).rglob("*.py"))
    set_for_us = re.findall(r"^ +(SONAE_\w+):", COMPOSE, flags=re.MULTILINE)
    assert set_for_us
    assert [name for name in set(set_for_us) if f'"{name}"' not in source] == []


def test_no_port_is_open_to_the_world() -> None:
    ports = re.findall(r'ports: \["([^"]+)"\]', COMPOSE)
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_is_written_down() -> None:
    assert re.findall(r"PASSWORD: (?!\$\{SONAE_\w+:\?)", COMPOSE) == []
    assert re.findall(r"://\w+:(?!\$\{)", COMPOSE) == []
