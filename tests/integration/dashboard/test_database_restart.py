from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ops.servers.postgres import DATABASE, PrivatePostgres, temporary_postgres


@pytest.fixture
def own_postgres() -> Any:
    """Return a cluster that this test alone may stop and kill."""
    from geo.engine import make_engine
    from geo.migrations.run import upgrade

    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        yield server


@pytest.mark.servers
def test_screens_are_told_that_the_database_is_away_and_go_on_when_it_is_back(
    own_postgres: PrivatePostgres, serve: Callable[..., Any], make_house: Callable[[str], Any]
) -> None:
    house = make_house(own_postgres.create_database("restart", template=DATABASE))
    with serve(house) as served, served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        house.level("g1", 5.1)
        screen.until(lambda it: it.level("g1") == 5.1 and it.service("database") == "up")
        own_postgres.kill()
        screen.until(lambda it: it.service("database") == "down")
        # the line itself lives: beats go on, so that a screen does not take it for lost
        begun = time.monotonic()
        screen.until(lambda it: it.messages[-1]["type"] == "beat")
        assert time.monotonic() - begun < 5
        health = browser.get("/health")
        assert health.status_code == 503
        assert any("database" in fault for fault in health.json()["faults"])
        refused = browser.get("/api/layers")
        assert (refused.status_code, refused.json()["error"]) == (503, "database-away")
        assert "map-page.js" in browser.get("/").text
        own_postgres.start()
        house.level("g2", 5.2)
        screen.until(lambda it: it.service("database") == "up" and it.level("g2") == 5.2, timeout=20)
        # nothing was lost, so nothing had to be sent anew
        assert [message["type"] for message in screen.messages].count("snapshot") == 1
        assert browser.get("/api/layers").status_code == 200
