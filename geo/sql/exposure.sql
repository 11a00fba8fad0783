-- What stands in the way of water. Boxes are degrees, EPSG:4326, as the columns.

-- name: people_in
SELECT ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.persons, p.households, p.ages::text AS ages,
       coalesce(p.area_code, there.code) AS area_code, p.district, p.coarse, p.source, p.as_of, p.synthetic
FROM people_point p
LEFT JOIN LATERAL (
    -- only a point that nobody placed is looked for
    SELECT a.code FROM area a
    WHERE p.area_code IS NULL AND ST_Intersects(a.geom, p.geom)
    ORDER BY a.code
    LIMIT 1
) AS there ON true
WHERE p.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
ORDER BY p.id

-- name: places_in
WITH place AS (
    SELECT 'shelter' AS kind, id, name, area_code, geom FROM shelter
    UNION ALL
    SELECT 'site', id, name, area_code, geom FROM evacuation_site
    UNION ALL
    SELECT kind, id, name, area_code, geom FROM facility
)
SELECT kind, id, name, area_code, ST_X(geom) AS lon, ST_Y(geom) AS lat
FROM place
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
ORDER BY kind, id

-- name: roads_in
SELECT id, name, class, ST_AsBinary(geom) AS line
FROM road
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
ORDER BY id

-- name: areas_in
SELECT code, name, ST_AsBinary(geom) AS ground
FROM area
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
ORDER BY code

-- Registers. Rows that are as before are left alone, so that importing a file twice changes nothing.

-- name: other_people
-- other sources that count people in the municipalities given: the same people must not stand twice
SELECT area_code, source, sum(persons) AS persons
FROM people_point
WHERE area_code = ANY(%(area_codes)s) AND source <> %(source)s
GROUP BY area_code, source
ORDER BY area_code, source

-- name: remove_other_people
DELETE FROM people_point WHERE area_code = ANY(%(area_codes)s) AND source <> %(source)s

-- name: remove_stale_people
DELETE FROM people_point WHERE source = %(source)s AND id <> ALL(%(id)s)

-- name: write_people
INSERT INTO people_point AS old
    (id, geom, area_code, district, persons, households, ages, coarse, source, as_of, synthetic)
SELECT n.id, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), n.area_code, n.district, n.persons, n.households,
       n.ages::json, n.coarse, %(source)s, %(as_of)s::date, n.synthetic
FROM unnest(%(id)s::text[], %(lon)s::float8[], %(lat)s::float8[], %(area_code)s::text[],
            %(district)s::text[], %(persons)s::float8[], %(households)s::float8[], %(ages)s::text[],
            %(coarse)s::bool[], %(synthetic)s::bool[])
     AS n(id, lon, lat, area_code, district, persons, households, ages, coarse, synthetic)
ON CONFLICT (id) DO UPDATE
SET geom = excluded.geom, area_code = excluded.area_code, district = excluded.district,
    persons = excluded.persons, households = excluded.households, ages = excluded.ages,
    coarse = excluded.coarse, source = excluded.source, as_of = excluded.as_of,
    synthetic = excluded.synthetic
WHERE (ST_AsBinary(old.geom), old.area_code, old.district, old.persons, old.households, old.ages::text,
       old.coarse, old.source, old.as_of, old.synthetic)
   IS DISTINCT FROM
      (ST_AsBinary(excluded.geom), excluded.area_code, excluded.district, excluded.persons,
       excluded.households, excluded.ages::text, excluded.coarse, excluded.source, excluded.as_of,
       excluded.synthetic)
RETURNING xmax = 0 AS inserted

-- name: areas_of
-- the municipality that each place lies in, NULL where no imported one holds it
SELECT (SELECT a.code FROM area a
        WHERE ST_Intersects(a.geom, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326))
        ORDER BY a.code LIMIT 1) AS code
FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS n(lon, lat, number)
ORDER BY n.number

-- name: write_facilities
INSERT INTO facility AS old (id, kind, name, address, area_code, geom, capacity, source, raw)
SELECT n.id, n.kind, n.name, n.address, n.area_code, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326),
       n.capacity, %(source)s, n.raw::json
FROM unnest(%(id)s::text[], %(kind)s::text[], %(name)s::text[], %(address)s::text[], %(area_code)s::text[],
            %(lon)s::float8[], %(lat)s::float8[], %(capacity)s::int[], %(raw)s::text[])
     AS n(id, kind, name, address, area_code, lon, lat, capacity, raw)
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, name = excluded.name, address = excluded.address,
    area_code = excluded.area_code, geom = excluded.geom, capacity = excluded.capacity,
    source = excluded.source, raw = excluded.raw
WHERE (old.kind, old.name, old.address, old.area_code, ST_AsBinary(old.geom), old.capacity, old.source,
       old.raw::text)
   IS DISTINCT FROM
      (excluded.kind, excluded.name, excluded.address, excluded.area_code, ST_AsBinary(excluded.geom),
       excluded.capacity, excluded.source, excluded.raw::text)
RETURNING xmax = 0 AS inserted

-- name: write_roads
INSERT INTO road AS old (id, name, class, geom, source, raw)
SELECT n.id, n.name, n.class, ST_GeomFromWKB(n.line, 4326), %(source)s, n.raw::json
FROM unnest(%(id)s::text[], %(name)s::text[], %(class)s::text[], %(line)s::bytea[], %(raw)s::text[])
     AS n(id, name, class, line, raw)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, class = excluded.class, geom = excluded.geom, source = excluded.source,
    raw = excluded.raw
WHERE (old.name, old.class, ST_AsBinary(old.geom), old.source, old.raw::text)
   IS DISTINCT FROM
      (excluded.name, excluded.class, ST_AsBinary(excluded.geom), excluded.source, excluded.raw::text)
RETURNING xmax = 0 AS inserted
