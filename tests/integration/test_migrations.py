"""The migrations build exactly the schema that the code declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from sqlalchemy import CheckConstraint, Engine, inspect, text

from geo.engine import make_engine
from geo.migrations.run import current, head, upgrade
from geo.partition import PartitionedTable
from geo.schema.declared import metadata


def _ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    if (
        kind == "table"
        and reflected
        and name is not None
        and name.startswith(tuple(f"{table}_p" for table in get_args(PartitionedTable)))
    ):
        return False
    return bool(alembic_helpers.include_object(thing, name, kind, reflected, other))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_migrated_database_equals_declared_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_comparison_sees_a_difference(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE gauge DROP COLUMN kana"))
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert [step[0] for step in compare_metadata(context, metadata)] == ["add_column"]


def test_check_constraints_are_migrated_too(engine: Engine) -> None:
    """Alembic does not compare check constraints; names are enough, since a changed one gets a new step."""
    inspector = inspect(engine)
    for table in metadata.sorted_tables:
        declared = {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        migrated = {constraint["name"] for constraint in inspector.get_check_constraints(table.name)}
        assert declared == migrated, table.name


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    assert current(engine) == head()


@pytest.mark.parametrize("kind", ["operational", "demo"])
def test_demo_accounts_exist_only_in_a_demo_installation(engine: Engine, kind: str) -> None:
    insert = text(
        "INSERT INTO account (login, display_name, password_hash, installation, demo)"
        " VALUES ('x', 'x', 'x', :kind, true)"
    )
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO installation (kind) VALUES (:kind)"), {"kind": kind})
    if kind == "demo":
        with engine.begin() as connection:
            connection.execute(insert, {"kind": kind})
    else:
        for claimed in ("operational", "demo"):
            with (
                pytest.raises(Exception, match=r"demo_only_in_demo|fk_account_installation"),
                engine.begin() as connection,
            ):
                connection.execute(insert, {"kind": claimed})
