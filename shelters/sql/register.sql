-- Designated sites and shelters, written by id. Rows that are as before are left alone, so that importing
-- a file twice changes nothing and says so.

-- name: sites
INSERT INTO evacuation_site AS old
    (id, name, kana, address, area_code, geom, hazards, also_shelter, capacity, elevation_m, notes, source, raw)
SELECT n.id, n.name, n.kana, n.address, n.area_code, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326),
       string_to_array(n.hazards, ','), n.also, n.capacity, n.elevation_m, n.notes, %(source)s, n.raw::json
FROM unnest(%(id)s::text[], %(name)s::text[], %(kana)s::text[], %(address)s::text[], %(area_code)s::text[],
            %(lon)s::float8[], %(lat)s::float8[], %(hazards)s::text[], %(also)s::bool[],
            %(capacity)s::int[], %(elevation_m)s::float8[], %(notes)s::text[], %(raw)s::text[])
     AS n(id, name, kana, address, area_code, lon, lat, hazards, also, capacity, elevation_m, notes, raw)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, kana = excluded.kana, address = excluded.address, area_code = excluded.area_code,
    geom = excluded.geom, hazards = excluded.hazards, also_shelter = excluded.also_shelter,
    capacity = excluded.capacity, elevation_m = excluded.elevation_m, notes = excluded.notes,
    source = excluded.source, raw = excluded.raw
WHERE (old.name, old.kana, old.address, old.area_code, ST_AsBinary(old.geom), old.hazards, old.also_shelter,
       old.capacity, old.elevation_m, old.notes, old.source, old.raw::text)
   IS DISTINCT FROM
      (excluded.name, excluded.kana, excluded.address, excluded.area_code, ST_AsBinary(excluded.geom),
       excluded.hazards, excluded.also_shelter, excluded.capacity, excluded.elevation_m, excluded.notes,
       excluded.source, excluded.raw::text)
RETURNING xmax = 0 AS inserted

-- name: shelters
INSERT INTO shelter AS old
    (id, name, kana, address, area_code, geom, also_site, accepts, welfare, capacity, elevation_m, notes,
     source, raw)
SELECT n.id, n.name, n.kana, n.address, n.area_code, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326),
       n.also, n.accepts, n.welfare, n.capacity, n.elevation_m, n.notes, %(source)s, n.raw::json
FROM unnest(%(id)s::text[], %(name)s::text[], %(kana)s::text[], %(address)s::text[], %(area_code)s::text[],
            %(lon)s::float8[], %(lat)s::float8[], %(also)s::bool[], %(accepts)s::text[], %(welfare)s::bool[],
            %(capacity)s::int[], %(elevation_m)s::float8[], %(notes)s::text[], %(raw)s::text[])
     AS n(id, name, kana, address, area_code, lon, lat, also, accepts, welfare, capacity, elevation_m, notes,
          raw)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, kana = excluded.kana, address = excluded.address, area_code = excluded.area_code,
    geom = excluded.geom, also_site = excluded.also_site, accepts = excluded.accepts,
    welfare = excluded.welfare, capacity = excluded.capacity, elevation_m = excluded.elevation_m,
    notes = excluded.notes, source = excluded.source, raw = excluded.raw
WHERE (old.name, old.kana, old.address, old.area_code, ST_AsBinary(old.geom), old.also_site, old.accepts,
       old.welfare, old.capacity, old.elevation_m, old.notes, old.source, old.raw::text)
   IS DISTINCT FROM
      (excluded.name, excluded.kana, excluded.address, excluded.area_code, ST_AsBinary(excluded.geom),
       excluded.also_site, excluded.accepts, excluded.welfare, excluded.capacity, excluded.elevation_m,
       excluded.notes, excluded.source, excluded.raw::text)
RETURNING xmax = 0 AS inserted
