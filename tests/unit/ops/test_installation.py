"""What an installation is told: its sources, its port, its servers, its state folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from geo.settings import Settings, SettingsError
from ops.installation import Installation, broker_port_from, source_filters


def test_filters_of_the_sources_are_read_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "b.toml").write_text('topic = "vendor/+/water"\n')
    (folder / "a.toml").write_text('topic = "application/#"\n')
    (folder / "note.txt").write_text("not a source")
    shipped = source_filters(tmp_path / "none")
    assert "adsb/#" in shipped
    assert source_filters(tmp_path) == ["application/#", "vendor/+/water", *shipped]
    (folder / "readsb.toml").write_text('codec = "readsb"\nenabled = false\n')
    assert "adsb/#" not in source_filters(tmp_path)


@pytest.mark.parametrize("text", ["topic = ", "codec = 'json'", "codec = 'dji'\ntopics = 3"])
def test_a_source_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "radar.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"radar\.toml"):
        source_filters(tmp_path)


def test_the_brokers_port() -> None:
    assert broker_port_from({}, "operational") != broker_port_from({}, "demo")
    assert broker_port_from({"SONAE_BROKER_PORT": "2000"}, "demo") == 2000
    for wrong in ("", "0", "x", "65536", "-1"):
        with pytest.raises(SettingsError, match="SONAE_BROKER_PORT"):
            broker_port_from({"SONAE_BROKER_PORT": wrong}, "demo")


def test_constructing_one_touches_nothing(tmp_path: Path) -> None:
    installation = Installation(Settings(state_dir=tmp_path / "state"))
    assert installation.running_settings.database_url is None
    assert installation.running_settings.mqtt_url is None
    assert not (tmp_path / "state").exists()


def test_named_servers_take_the_place_of_private_ones(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, database_url="postgresql://h/d", mqtt_url="mqtt://h")
    installation = Installation(settings)
    assert (installation.postgres, installation.broker) == (None, None)
    assert installation.settings == settings
    environment = installation.environment()
    assert environment["SONAE_DATABASE_URL"] == "postgresql://h/d"
    assert environment["SONAE_STATE_DIR"] == str(tmp_path)


def test_the_state_folder_lets_servers_pass_and_nobody_look(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "s", database_url="postgresql://h/d", mqtt_url="mqtt://h")
    installation = Installation(settings)
    installation.prepare()
    assert stat.S_IMODE(installation.state_dir.stat().st_mode) == 0o711
    assert stat.S_IMODE(installation.log_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(installation.credentials.path.stat().st_mode) == 0o600
