"""Real servers for the tests: started once, a fresh migrated database and fresh accounts for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ops.servers.broker import PrivateBroker, temporary_broker
from ops.servers.postgres import DATABASE, PrivatePostgres, temporary_postgres

SERVER_FIXTURES = {"postgres", "database_url", "shared_database_url", "broker"}
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs real servers, so that `-m "not servers"` leaves it out."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """Return a running cluster whose database `sonae` holds the newest schema and no rows of ours.

    It is the template of `database_url`: do not connect to it.
    """
    from geo.engine import make_engine
    from geo.migrations.run import upgrade

    with temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        yield server


@contextmanager
def own_database(postgres: PrivatePostgres) -> Iterator[str]:
    """Lend the address of a database of one's own, with the newest schema."""
    name = f"test_{next(_numbers)}"
    yield postgres.create_database(name, template=DATABASE)
    postgres.drop_database(name)


@pytest.fixture
def database_url(postgres: PrivatePostgres) -> Iterator[str]:
    """Return the address of a database of this test's own, with the newest schema."""
    with own_database(postgres) as url:
        yield url


@pytest.fixture(scope="module")
def shared_database_url(postgres: PrivatePostgres) -> Iterator[str]:
    """Return the address of a database that the tests of one module share, for what is dear to start."""
    with own_database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def broker() -> Iterator[PrivateBroker]:
    """Return a running broker; `broker.add_accounts({name: password})` lets a device in."""
    with temporary_broker() as server:
        yield server
