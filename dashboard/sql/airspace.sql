-- Airspaces as people set, change and end them.

-- name: all
-- of an incident, those that were ended too if asked for
SELECT a.id, a.created_at, a.ended_at, p.display_name AS author FROM airspace a
LEFT JOIN account p ON p.id = a.author_id
WHERE a.incident_id = %(incident)s AND (%(ended)s OR a.ended_at IS NULL) ORDER BY a.id

-- name: held
-- what may be edited of one, held for this transaction
SELECT id, kind, name, ST_AsBinary(geom) AS shape, floor_tp_m, ceiling_tp_m, from_at, to_at, exempt, source,
       ended_at
FROM airspace WHERE incident_id = %(incident)s AND id = %(id)s FOR UPDATE

-- name: same
-- one that stands and says the same: the request came twice
SELECT id FROM airspace
WHERE incident_id = %(incident)s AND ended_at IS NULL AND kind = %(kind)s AND name = %(name)s
  AND source = %(source)s AND (from_at = %(from_at)s OR %(from_now)s) AND to_at IS NOT DISTINCT FROM %(to_at)s
  AND floor_tp_m IS NOT DISTINCT FROM %(floor_tp_m)s AND ceiling_tp_m IS NOT DISTINCT FROM %(ceiling_tp_m)s
  AND exempt = %(exempt)s AND ST_OrderingEquals(geom, ST_Multi(ST_GeomFromWKB(%(shape)s, 4326)))

-- name: add
INSERT INTO airspace (incident_id, kind, name, geom, floor_tp_m, ceiling_tp_m, from_at, to_at, exempt, source,
                      author_id, created_at)
VALUES (%(incident)s, %(kind)s, %(name)s, ST_Multi(ST_GeomFromWKB(%(shape)s, 4326)), %(floor_tp_m)s,
        %(ceiling_tp_m)s, %(from_at)s, %(to_at)s, %(exempt)s, %(source)s, %(author)s, %(now)s)
RETURNING id

-- name: change
UPDATE airspace SET version = version + 1, kind = %(kind)s, name = %(name)s,
    geom = ST_Multi(ST_GeomFromWKB(%(shape)s, 4326)), floor_tp_m = %(floor_tp_m)s,
    ceiling_tp_m = %(ceiling_tp_m)s, from_at = %(from_at)s, to_at = %(to_at)s, exempt = %(exempt)s,
    source = %(source)s
WHERE id = %(id)s

-- name: end
UPDATE airspace SET version = version + 1, ended_at = %(now)s WHERE id = %(id)s
