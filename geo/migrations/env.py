"""What Alembic runs: our declared schema against the connection it was handed."""

from __future__ import annotations

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers

from geo.schema.declared import metadata

#: beginnings of the names of monthly partitions
PARTITIONS = ("reading_p", "level_forecast_p")


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:  # noqa: ANN401
    """Leave out PostGIS's own tables and monthly partitions, which are made as time goes on."""
    if kind == "table" and reflected and name is not None and name.startswith(PARTITIONS):
        return False
    return bool(alembic_helpers.include_object(thing, name, kind, reflected, other))


def run() -> None:
    """Run the migrations on the connection in the configuration's attributes."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        include_object=include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
