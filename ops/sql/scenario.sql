-- The ground of a scenario. Rows that are as before are left alone.

-- name: gauges
INSERT INTO gauge AS old
    (id, name, river, kana, area_code, geom, datum, scheme, start_m, caution_m, danger_m, active_interval_s,
     idle_interval_s, source)
SELECT n.id, n.name, n.river, n.kana, n.area_code, ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), %(datum)s,
       %(scheme)s, n.start_m, n.caution_m, n.danger_m, %(active_interval_s)s, %(idle_interval_s)s, %(source)s
FROM unnest(%(id)s::text[], %(name)s::text[], %(river)s::text[], %(kana)s::text[], %(area_code)s::text[],
            %(lon)s::float8[], %(lat)s::float8[], %(start_m)s::float8[], %(caution_m)s::float8[],
            %(danger_m)s::float8[])
     AS n(id, name, river, kana, area_code, lon, lat, start_m, caution_m, danger_m)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, river = excluded.river, kana = excluded.kana, area_code = excluded.area_code,
    geom = excluded.geom, datum = excluded.datum, scheme = excluded.scheme, start_m = excluded.start_m,
    caution_m = excluded.caution_m, danger_m = excluded.danger_m,
    active_interval_s = excluded.active_interval_s, idle_interval_s = excluded.idle_interval_s,
    source = excluded.source
WHERE (old.name, old.river, old.kana, old.area_code, ST_AsBinary(old.geom), old.datum, old.scheme, old.start_m,
       old.caution_m, old.danger_m, old.active_interval_s, old.idle_interval_s, old.source)
   IS DISTINCT FROM
      (excluded.name, excluded.river, excluded.kana, excluded.area_code, ST_AsBinary(excluded.geom),
       excluded.datum, excluded.scheme, excluded.start_m, excluded.caution_m, excluded.danger_m,
       excluded.active_interval_s, excluded.idle_interval_s, excluded.source)

-- name: devices
-- each gauge is a device of its own, with a broker account of the same name
INSERT INTO device (id, kind, gauge_id)
SELECT id, 'gauge', id FROM unnest(%(id)s::text[]) AS n(id)
ON CONFLICT (id) DO NOTHING
