-- Vector tiles (Mapbox Vector Tile 2.1). The envelope is taken to the column's reference system, never the
-- column to the envelope's: only so can the column's index be used.

-- name: areas
WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
-- materialized: else every outline is cut twice, once to see whether anything is left of it
shape AS MATERIALIZED (
    SELECT a.code, a.name,
           ST_AsMVTGeom(ST_Simplify(ST_Transform(a.geom, 3857), %(tolerance)s, true), tile.box) AS geom
    FROM area a, tile
    WHERE a.geom && ST_Transform(ST_Expand(tile.box, %(margin)s), 4326)
)
SELECT ST_AsMVT(shape, 'areas') FROM shape WHERE geom IS NOT NULL

-- name: refuges
WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
refuge AS (
    SELECT 'site' AS kind, id, name, array_to_string(hazards, ',') AS hazards, geom FROM evacuation_site
    UNION ALL
    SELECT 'shelter', id, name, '', geom FROM shelter
),
-- materialized: else every outline is cut twice, once to see whether anything is left of it
shape AS MATERIALIZED (
    SELECT r.kind, r.id, r.name, r.hazards, ST_AsMVTGeom(ST_Transform(r.geom, 3857), tile.box) AS geom
    FROM refuge r, tile
    WHERE r.geom && ST_Transform(ST_Expand(tile.box, %(margin)s), 4326)
)
SELECT ST_AsMVT(shape, 'refuges') FROM shape WHERE geom IS NOT NULL

-- name: facilities
WITH tile AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
-- materialized: else every point is cut twice, once to see whether anything is left of it
shape AS MATERIALIZED (
    SELECT f.kind, f.id, f.name, ST_AsMVTGeom(ST_Transform(f.geom, 3857), tile.box) AS geom
    FROM facility f, tile
    WHERE f.geom && ST_Transform(ST_Expand(tile.box, %(margin)s), 4326)
)
SELECT ST_AsMVT(shape, 'facilities') FROM shape WHERE geom IS NOT NULL
