-- The order desk. Each act locks its order; a later act sees what the earlier one made of it.

-- name: create
INSERT INTO evacuation_order (incident_id, area_code, origin, proposal_id, level, state)
VALUES (%(incident)s, %(area)s, %(origin)s, %(proposal)s, %(level)s, 'draft')
RETURNING id

-- name: order
SELECT o.*, i.kind AS incident_kind FROM evacuation_order o JOIN incident i ON i.id = o.incident_id
WHERE o.id = %(order)s

-- name: lock
SELECT o.*, i.kind AS incident_kind FROM evacuation_order o JOIN incident i ON i.id = o.incident_id
WHERE o.id = %(order)s FOR UPDATE OF o

-- name: revisions
SELECT r.*, ST_AsGeoJSON(r.geom, 7)::json AS geometry FROM order_revision r
WHERE r.order_id = %(order)s AND r.state IN ('draft', 'submitted', 'returned', 'in_force')

-- name: newest
SELECT coalesce(max(number), 0) AS number FROM order_revision WHERE order_id = %(order)s

-- name: put_order
UPDATE evacuation_order
SET level = %(level)s, state = %(state)s, revision = %(revision)s, issued_at = %(issued_at)s,
    lifted_at = %(lifted_at)s, version = version + 1
WHERE id = %(order)s

-- name: set_revision_state
UPDATE order_revision SET state = %(state)s WHERE order_id = %(order)s AND number = %(number)s

-- name: put_revision
INSERT INTO order_revision
    (order_id, number, origin, act, state, level, districts, geom, households, persons, reason, hazard, texts,
     evidence, digest, author_id, edited_by, approver_id, return_reason, drafted_at, submitted_at, effective_at,
     expires_at, recorded_source)
VALUES
    (%(order)s, %(number)s, %(origin)s, %(act)s, %(state)s, %(level)s, %(districts)s,
     ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326)), %(households)s, %(persons)s, %(reason)s,
     %(hazard)s, %(texts)s, %(evidence)s, %(digest)s, %(author)s, %(edited_by)s, %(approver)s,
     %(return_reason)s, %(drafted_at)s, %(submitted_at)s, %(effective_at)s, %(expires_at)s,
     %(recorded_source)s)
ON CONFLICT (order_id, number) DO UPDATE SET
    act = excluded.act, state = excluded.state, level = excluded.level, districts = excluded.districts,
    geom = excluded.geom, households = excluded.households, persons = excluded.persons,
    reason = excluded.reason, hazard = excluded.hazard, texts = excluded.texts, evidence = excluded.evidence,
    digest = excluded.digest, edited_by = excluded.edited_by, approver_id = excluded.approver_id,
    return_reason = excluded.return_reason, submitted_at = excluded.submitted_at,
    effective_at = excluded.effective_at, expires_at = excluded.expires_at,
    recorded_source = excluded.recorded_source

-- name: usable_geometry
SELECT ST_IsValid(g) AND NOT ST_IsEmpty(g) AND ST_GeometryType(g) IN ('ST_Polygon', 'ST_MultiPolygon')
       AND ST_XMin(g) >= -180 AND ST_XMax(g) <= 180 AND ST_YMin(g) >= -90 AND ST_YMax(g) <= 90 AS usable,
       ST_AsGeoJSON(ST_Multi(g), 7)::json AS geometry
FROM (SELECT ST_SetSRID(ST_GeomFromGeoJSON(%(geometry)s), 4326) AS g) n

-- name: area
SELECT code, name FROM area WHERE code = %(area)s

-- name: areas
SELECT code, name FROM area ORDER BY code

-- name: districts
-- named parts of a municipality, with who lives there as far as anybody counted
SELECT district AS name, round(sum(persons))::int AS persons, round(sum(households))::int AS households,
       bool_or(synthetic) AS synthetic
FROM people_point WHERE area_code = %(area)s AND district IS NOT NULL
GROUP BY district ORDER BY district

-- name: refuges
SELECT name FROM evacuation_site WHERE area_code = %(area)s AND %(hazard)s = ANY(hazards) ORDER BY name, id

-- name: history
SELECT r.*, ST_AsGeoJSON(r.geom, 7)::json AS geometry, author.display_name AS author,
       editor.display_name AS editor, approver.display_name AS approver
FROM order_revision r
JOIN account author ON author.id = r.author_id
JOIN account editor ON editor.id = r.edited_by
LEFT JOIN account approver ON approver.id = r.approver_id
WHERE r.order_id = %(order)s AND (%(number)s::int IS NULL OR r.number = %(number)s)
ORDER BY r.number

-- name: create_advice
INSERT INTO advice (incident_id, area_code, proposal_id, text, state, author_id, edited_by, drafted_at)
VALUES (%(incident)s, %(area)s, %(proposal)s, %(text)s, 'draft', %(by)s, %(by)s, %(at)s)
RETURNING id

-- name: lock_advice
SELECT * FROM advice WHERE id = %(advice)s AND incident_id = %(incident)s FOR UPDATE

-- name: edit_advice
UPDATE advice SET text = %(text)s, edited_by = %(by)s, version = version + 1 WHERE id = %(advice)s

-- name: send_advice
UPDATE advice SET state = 'sent', approver_id = %(by)s, sent_at = %(at)s, version = version + 1
WHERE id = %(advice)s

-- name: acknowledge_advice
UPDATE advice
SET state = 'acknowledged', acknowledged_by = %(by)s, acknowledged_at = %(at)s, answer = %(answer)s,
    version = version + 1
WHERE id = %(advice)s
