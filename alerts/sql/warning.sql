-- Official warnings: every telegram is kept, the state follows from all of them.

-- name: lock
-- telegrams of one publisher are taken one after another
SELECT pg_advisory_xact_lock(%(lock)s, hashtext(%(publisher)s))

-- name: keep
INSERT INTO warning_telegram (incident_id, incident_kind, source_id, publisher, issued_at, received_at, items,
                              complete_from, series, info_type, report_key, sent_at, replaces, standing, title,
                              headlines, body)
SELECT id, kind, %(source_id)s, %(publisher)s, %(issued_at)s, %(received_at)s, %(items)s::json, %(complete_from)s,
       %(series)s, %(info_type)s, %(report_key)s, %(sent_at)s, %(replaces)s, %(standing)s, %(title)s,
       %(headlines)s::json, %(body)s
FROM incident WHERE id = %(incident)s
ON CONFLICT (incident_id, source_id) DO NOTHING
RETURNING id

-- name: telegrams
SELECT source_id, publisher, issued_at, items, complete_from, series, info_type, report_key, sent_at, replaces,
       standing, title, headlines
FROM warning_telegram
WHERE incident_id = %(incident)s AND publisher = %(publisher)s

-- name: publishers
SELECT DISTINCT publisher FROM warning_state
WHERE incident_id = %(incident)s AND level IS NOT NULL AND expires_at <= %(now)s

-- name: in_force
SELECT id, issued_at, source_id, level, areas, status
FROM warning_state
WHERE incident_id = %(incident)s AND publisher = %(publisher)s AND level IS NOT NULL

-- name: put
INSERT INTO warning_state AS old (incident_id, id, version, publisher, region, hazard, level, name, river, areas,
                                  issued_at, source_id, name_en, status, unknown_codes, resolved, expires_at,
                                  geometry, exercise)
VALUES (%(incident)s, %(id)s, 1, %(publisher)s, %(region)s, %(hazard)s, %(level)s, %(name)s, %(river)s,
        %(areas)s, %(issued_at)s, %(source_id)s, %(name_en)s, %(status)s, %(unknown_codes)s, %(resolved)s,
        %(expires_at)s, %(geometry)s::json, %(exercise)s)
ON CONFLICT (incident_id, id) DO UPDATE
SET version = old.version + 1, publisher = excluded.publisher, region = excluded.region,
    hazard = excluded.hazard, level = excluded.level, name = excluded.name, river = excluded.river,
    areas = excluded.areas, issued_at = excluded.issued_at, source_id = excluded.source_id,
    name_en = excluded.name_en, status = excluded.status, unknown_codes = excluded.unknown_codes,
    resolved = excluded.resolved, expires_at = excluded.expires_at, geometry = excluded.geometry,
    exercise = excluded.exercise
RETURNING *

-- name: lift
UPDATE warning_state
SET version = version + 1, level = NULL, issued_at = %(issued_at)s, source_id = %(source_id)s
WHERE incident_id = %(incident)s AND id = %(id)s
RETURNING *

-- name: enter
INSERT INTO chronology (incident_id, event_at, category, object_kind, object_id, severity, code, params, text,
                        text_en)
VALUES (%(incident)s, %(event_at)s, 'warning', 'warning', %(object_id)s, %(severity)s, %(code)s,
        %(params)s::json, %(text)s, %(text_en)s)
RETURNING *
