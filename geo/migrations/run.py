"""Bring a database to the newest schema, and tell how far it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

#: one migration at a time, whoever starts it (an arbitrary but fixed number)
MIGRATION_LOCK = 7_266_323


def configuration() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to `revision`; two processes that start at once wait for each other."""
    config = configuration()
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def head() -> str:
    """Return the newest revision this code knows."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    assert revision is not None, "the migrations folder is empty"  # noqa: S101
    return revision


def current(engine: Engine) -> str | None:
    """Return the revision the database is at, None when it was never migrated."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
