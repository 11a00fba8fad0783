from __future__ import annotations

import resource
import socket
import sys
from pathlib import Path

import psycopg
import pytest

from dashboard.app import create_app
from dashboard.run import (
    DEAD_MS,
    PATIENCE_S,
    UNSENT_BYTES,
    allow_many_connections,
    check_database,
    configuration,
    listening_socket,
)
from geo.settings import Settings, SettingsError

NOWHERE = Settings(database_url="postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.skipif(sys.platform != "linux", reason="socket options of Linux")
def test_connections_keep_little_unsent_and_give_up_the_dead() -> None:
    with (
        listening_socket("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == UNSENT_BYTES
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == DEAD_MS


def test_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        allow_many_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_nothing_connects_before_it_runs() -> None:
    app = create_app(NOWHERE)
    assert app.state.parts.pool.closed


def test_a_dashboard_needs_a_database_and_a_front_end(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SONAE_DATABASE_URL"):
        create_app(Settings())
    with pytest.raises(FileNotFoundError, match="missing"):
        create_app(NOWHERE, web=tmp_path / "missing")


def test_headers_of_a_proxy_are_believed_only_where_one_is_named() -> None:
    assert not configuration(NOWHERE).proxy_headers
    proxied = Settings(database_url=NOWHERE.database_url, proxy_address="192.0.2.1")
    assert configuration(proxied).proxy_headers
    assert configuration(proxied).forwarded_allow_ips == "192.0.2.1"


def test_a_database_that_stays_away_is_waited_for_and_then_told() -> None:
    now, waits = 0.0, list[float]()

    def sleep(seconds: float) -> None:
        nonlocal now
        now += 20.0
        waits.append(seconds)

    with pytest.raises(psycopg.OperationalError):
        check_database(NOWHERE, sleep=sleep, monotonic=lambda: now)
    assert len(waits) == PATIENCE_S // 20 + 1
