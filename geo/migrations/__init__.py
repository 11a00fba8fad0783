"""History of the schema, kept by Alembic; run through `geo.migrations.run`."""
