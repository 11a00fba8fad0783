"""The doctor's findings: each fault with its mend, and nothing called good that is not."""

from __future__ import annotations

import io
import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from rich.console import Console

from geo.settings import Settings
from ops import doctor
from ops.doctor import Finding, examine, report

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's


def found(settings: Settings, project: Path) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings, project)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state", http_port=0)


def test_an_installation_that_does_not_run_is_a_fault_with_its_mend(
    settings: Settings, tmp_path: Path
) -> None:
    findings = found(settings, tmp_path)
    for subject in ("database", "broker"):
        assert (findings[subject].state, findings[subject].mend) == ("fault", "./sonae up")


def test_servers_of_somebody_else_that_do_not_answer(tmp_path: Path) -> None:
    settings = Settings(
        state_dir=tmp_path, database_url=f"postgresql://x@/x?host={tmp_path}", mqtt_url="mqtt://127.0.0.1:1"
    )
    findings = found(settings, tmp_path)
    assert "SONAE_DATABASE_URL" in findings["database"].mend
    assert "SONAE_MQTT_URL" in findings["broker"].mend
    assert "Mosquitto" not in findings


def test_programs_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor.postgres, "installed_programs", list)
    monkeypatch.setattr(doctor.broker, "installed_program", lambda: None)
    findings = found(settings, tmp_path)
    assert "apt-get install" in findings["PostgreSQL with PostGIS"].mend
    assert "apt-get install" in findings["Mosquitto"].mend


@pytest.mark.parametrize(("gib", "state"), [(0.5, "fault"), (3, "note"), (50, "good")])
def test_the_disk(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path, gib: float, state: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, int(gib * 2**30)))
    assert found(settings, tmp_path)["disk"].state == state


def test_a_secret_that_others_can_read(settings: Settings, tmp_path: Path) -> None:
    settings.state_dir.mkdir()
    (settings.state_dir / "secrets.json").write_text("{}")
    (settings.state_dir / "secrets.json").chmod(0o640)
    finding = found(settings, tmp_path)["secrets"]
    assert (finding.state, finding.mend) == ("fault", f"chmod 600 {settings.state_dir / 'secrets.json'}")


def test_a_vendored_file_that_a_page_names_and_nobody_ships(settings: Settings, tmp_path: Path) -> None:
    web = tmp_path / "dashboard" / "web"
    web.mkdir(parents=True)
    (web / "map.html").write_text('<script src="vendor/ol-10/ol.js"></script>')
    assert found(settings, tmp_path)["vendored libraries"].state == "fault"
    (web / "vendor" / "ol-10").mkdir(parents=True)
    (web / "vendor" / "ol-10" / "ol.js").write_text("")
    assert found(settings, tmp_path)["vendored libraries"].state == "good"


def test_the_time_source(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    for answer, state in (("yes\n", "good"), ("no\n", "fault"), ("", "note")):
        monkeypatch.setattr(doctor, "_output", lambda _command, answer=answer: answer)
        monkeypatch.setattr(shutil, "which", lambda _name, **_: None)
        assert found(settings, tmp_path)["time source"].state == state


@pytest.mark.parametrize("as_json", [True, False])
def test_a_fault_is_shown_with_its_mend_and_counts(as_json: bool) -> None:
    findings = [Finding("disk", "good", "much"), Finding("broker", "fault", "[gone]", "start it")]
    shown = io.StringIO()
    assert not report(findings, console=Console(file=shown), as_json=as_json)
    assert report(findings[:1], console=Console(file=io.StringIO()), as_json=as_json)
    text = shown.getvalue()
    assert "[gone]" in text
    assert "start it" in text
    if as_json:
        assert json.loads(text)["good"] is False
    else:
        assert text.splitlines()[-1] == "1 fault"


def test_looking_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    examine(settings, tmp_path)
    assert list(tmp_path.iterdir()) == []
