from __future__ import annotations

from pathlib import Path

import pytest

from geo.settings import SettingsError, read_settings


def test_a_demo_does_not_take_the_operational_installation_s_place(tmp_path: Path) -> None:
    operational = read_settings({}, root=tmp_path)
    demo = read_settings({"SONAE_INSTALLATION": "demo"}, root=tmp_path)
    assert operational.http_port != demo.http_port
    assert operational.state_dir != demo.state_dir
    moved = read_settings({"SONAE_INSTALLATION": "demo", "SONAE_HTTP_PORT": "9000"})
    assert (moved.http_port, moved.public_port) == (9000, 9010)
    assert (operational.public_port, demo.public_port) == (8410, 8411)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SONAE_INSTALLATION", "test"),
        ("SONAE_HTTP_PORT", "80a"),
        ("SONAE_HTTP_PORT", "70000"),
        ("SONAE_PUBLIC_PORT", "x"),
        ("SONAE_PUBLIC_WORKERS", "0"),
        ("SONAE_DATABASE_URL", "mysql://x"),
        ("SONAE_MQTT_URL", "http://x"),
        ("SONAE_SECURE_COOKIES", "perhaps"),
        ("SONAE_SIMULATION_PROCESSES", "0"),
        ("SONAE_DASK_SCHEDULER", "http://x"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})
