-- What residents send. Each statement works inside the caller's transaction.

-- name: incident
-- as in public.sql: a drill is taken part in at a demo only
SELECT * FROM incident
WHERE closed_at IS NULL
  AND (kind = 'actual' OR (%(demo)s AND EXISTS (SELECT FROM installation WHERE kind = 'demo')))
ORDER BY id DESC LIMIT 1

-- name: refuge
SELECT EXISTS (SELECT FROM shelter WHERE id = %(shelter)s)
       OR EXISTS (SELECT FROM evacuation_site WHERE id = %(shelter)s) AS there

-- name: reserve
INSERT INTO shelter_reservation AS old (token, incident_id, shelter_id, persons, made_at, expires_at)
VALUES (coalesce(%(token)s::uuid, gen_random_uuid()), %(incident)s, %(shelter)s, %(persons)s, %(at)s, %(until)s)
ON CONFLICT (token) DO UPDATE
SET incident_id = excluded.incident_id, shelter_id = excluded.shelter_id, persons = excluded.persons,
    made_at = excluded.made_at, expires_at = excluded.expires_at
RETURNING token, expires_at

-- name: cancel
DELETE FROM shelter_reservation WHERE token = %(token)s

-- name: forget
-- expired ones are of no use to anybody
DELETE FROM shelter_reservation WHERE expires_at < %(at)s

-- name: area
SELECT EXISTS (SELECT FROM area WHERE code = %(area)s) AS there

-- name: lock
-- one after the other, so that the counts are right
SELECT pg_advisory_xact_lock(hashtext('safety_report'), %(incident)s)

-- name: report_again
-- a later word of the same device; one who asks for help anew is new to the desk
UPDATE safety_report
SET version = version + 1, state = %(state)s, persons = %(persons)s, words = %(words)s, area_code = %(area)s,
    geom = CASE WHEN %(lon)s::float8 IS NULL THEN NULL
                ELSE ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) END,
    sent_at = %(at)s, desk = CASE WHEN state = 'safe' AND %(state)s = 'help' THEN 'new' ELSE desk END
WHERE token = %(token)s AND incident_id = %(incident)s
RETURNING id, token

-- name: report
INSERT INTO safety_report (incident_id, area_code, state, persons, words, geom, sent_at)
VALUES (%(incident)s, %(area)s, %(state)s, %(persons)s, %(words)s,
        CASE WHEN %(lon)s::float8 IS NULL THEN NULL
             ELSE ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) END, %(at)s)
RETURNING id, token

-- name: lock_report
SELECT * FROM safety_report WHERE id = %(id)s AND incident_id = %(incident)s FOR UPDATE

-- name: desk
UPDATE safety_report
SET version = version + 1, desk = %(desk)s, desk_by = %(by)s, desk_at = %(at)s, note = coalesce(%(note)s, note)
WHERE id = %(id)s

-- name: subscribe
INSERT INTO push_subscription AS old (endpoint, p256dh, auth, areas, language)
VALUES (%(endpoint)s, %(p256dh)s, %(auth)s, %(areas)s, %(language)s)
ON CONFLICT (endpoint) DO UPDATE
SET p256dh = excluded.p256dh, auth = excluded.auth, areas = excluded.areas, language = excluded.language,
    failed_at = NULL, gone = false

-- name: unsubscribe
-- who knows the secret is the browser
UPDATE push_subscription SET gone = true WHERE endpoint = %(endpoint)s AND auth = %(auth)s
