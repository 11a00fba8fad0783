"""The ground: places, water, the database."""
