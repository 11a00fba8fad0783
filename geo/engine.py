"""Connections to the database: a SQLAlchemy engine for ordinary queries, psycopg for hot paths."""

from __future__ import annotations

import psycopg
from sqlalchemy import Engine, create_engine, make_url


def sqlalchemy_url(database_url: str) -> str:
    """Return `database_url` with the psycopg 3 driver named, as SQLAlchemy wants it."""
    return make_url(database_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(database_url: str) -> str:
    """Return `database_url` as libpq (psycopg) wants it, without a driver in the scheme."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(database_url: str, *, pool_size: int = 5, application: str = "sonae") -> Engine:
    """Return an engine; it connects on first use, speaks UTC and checks a pooled connection before use."""
    return create_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        pool_pre_ping=True,
        connect_args={"application_name": application, "options": "-c timezone=UTC"},
    )


def connect(database_url: str, *, application: str = "sonae", autocommit: bool = False) -> psycopg.Connection:
    """Open one psycopg connection in UTC. Raises `psycopg.OperationalError` when nobody answers."""
    return psycopg.connect(
        libpq_url(database_url),
        autocommit=autocommit,
        application_name=application,
        options="-c timezone=UTC",
        connect_timeout=5,
    )
