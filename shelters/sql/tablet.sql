-- Tablets: let in by a code that works once, known by a token of which only the hash is kept.

-- name: offer
INSERT INTO tablet_enrolment (code_hash, shelter_id, name, created_by, expires_at)
VALUES (%(code_hash)s, %(shelter)s, %(name)s, %(account)s, %(expires_at)s)

-- name: forget_expired
DELETE FROM tablet_enrolment WHERE expires_at < %(now)s - interval '1 day'

-- name: use
UPDATE tablet_enrolment SET used_at = %(now)s
WHERE code_hash = %(code_hash)s AND used_at IS NULL AND expires_at > %(now)s
RETURNING shelter_id, name, created_by

-- name: let_in
-- the id of a tablet may be taken again by the same shelter, which ends the old token; never by another one
INSERT INTO tablet AS old (id, shelter_id, name, token_hash, enrolled_at, enrolled_by)
VALUES (%(device)s, %(shelter)s, %(name)s, %(token_hash)s, %(now)s, %(account)s)
ON CONFLICT (id) DO UPDATE
SET token_hash = excluded.token_hash, name = excluded.name, enrolled_at = excluded.enrolled_at,
    enrolled_by = excluded.enrolled_by, revoked_at = NULL
WHERE old.shelter_id = excluded.shelter_id
RETURNING id

-- name: by_token
SELECT id, shelter_id, name, seen_at, waiting FROM tablet
WHERE token_hash = %(token_hash)s AND revoked_at IS NULL

-- name: seen
UPDATE tablet SET seen_at = %(now)s, offset_ms = coalesce(%(offset_ms)s, offset_ms), waiting = %(waiting)s,
                  app = coalesce(%(app)s, app)
WHERE id = %(device)s

-- name: revoke
UPDATE tablet SET revoked_at = %(now)s WHERE id = %(device)s AND revoked_at IS NULL RETURNING shelter_id

-- name: shelter_of
SELECT shelter_id FROM tablet WHERE id = %(device)s

-- name: list
SELECT id, name, enrolled_at, revoked_at, seen_at, offset_ms, waiting, app
FROM tablet WHERE shelter_id = %(shelter)s ORDER BY enrolled_at, id

-- name: neighbours
SELECT n.id, n.name, ST_X(n.geom) AS lon, ST_Y(n.geom) AS lat
FROM shelter s JOIN shelter n ON n.id <> s.id
WHERE s.id = %(shelter)s
ORDER BY n.geom <-> s.geom, n.id
LIMIT %(limit)s
