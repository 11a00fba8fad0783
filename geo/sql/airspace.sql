-- Airspaces, who is in them, and which vehicles come near each other.

-- name: airspaces
-- those not ended, or the one of %(id)s; `present` is whom the newest decision put inside
SELECT a.id, a.version, a.kind, a.name, ST_AsGeoJSON(a.geom, 6)::json AS geometry, a.floor_tp_m,
       a.ceiling_tp_m, a.from_at, a.to_at, a.exempt, a.source, a.ended_at,
       coalesce((
           SELECT json_agg(json_build_object(
               'vehicle', p.vehicle_id,
               'since', to_char(p.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'horizontal_only', p.horizontal_only, 'exempt', p.exempt) ORDER BY p.vehicle_id)
           FROM airspace_presence p WHERE p.airspace_id = a.id AND p.inside
       ), '[]'::json) AS present
FROM airspace a
WHERE a.incident_id = %(incident)s
  AND CASE WHEN %(id)s::integer IS NULL THEN a.ended_at IS NULL ELSE a.id = %(id)s END
ORDER BY a.id

-- name: proximities
-- pairs that are near or soon will be
SELECT first_id, second_id, version, since, entry_at, closest_at, horizontal_m, vertical_m, horizontal_only,
       ended_at
FROM proximity_state
WHERE incident_id = %(incident)s AND ended_at IS NULL
ORDER BY entry_at, first_id, second_id
