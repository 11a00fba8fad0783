-- Proposals as the screens are told of them.

-- name: proposals
SELECT * FROM proposal WHERE incident_id = %(incident)s ORDER BY id

-- name: hold
-- one transaction at a time works on the proposals of an incident: the duty, or somebody who decides
SELECT pg_advisory_xact_lock(%(lock)s, %(incident)s)

-- name: try_hold
SELECT pg_try_advisory_xact_lock(%(lock)s, %(incident)s) AS held

-- name: proposal
SELECT * FROM proposal WHERE incident_id = %(incident)s AND id = %(id)s

-- name: put
INSERT INTO proposal AS old (incident_id, id, version, revision, area_kind, area_id, area_code, hazard, act, level,
                             held, state, opened_at, updated_at, expires_at, content, decision)
VALUES (%(incident)s, %(id)s, 1, 1, %(area_kind)s, %(area_id)s, %(area_code)s, %(hazard)s, %(act)s, %(level)s,
        %(held)s, %(state)s, %(opened_at)s, %(updated_at)s, %(expires_at)s, %(content)s::json, %(decision)s::json)
ON CONFLICT (incident_id, id) DO UPDATE
SET version = old.version + 1, revision = old.revision + 1, act = excluded.act, level = excluded.level,
    held = excluded.held, state = excluded.state, opened_at = excluded.opened_at,
    updated_at = excluded.updated_at, expires_at = excluded.expires_at, content = excluded.content,
    decision = excluded.decision
RETURNING *

-- name: keep
INSERT INTO proposal_revision (incident_id, proposal_id, number, at, cause, act, level, held, state, expires_at,
                               content, decision)
VALUES (%(incident)s, %(id)s, %(number)s, %(at)s, %(cause)s, %(act)s, %(level)s, %(held)s, %(state)s,
        %(expires_at)s, %(content)s::json, %(decision)s::json)
