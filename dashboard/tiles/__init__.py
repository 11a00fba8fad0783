"""Our own vector tiles: boundaries and refuges, made by PostGIS, kept in memory."""
