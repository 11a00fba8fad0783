-- Heartbeats of our processes.

-- name: heartbeat
INSERT INTO service (id, version, started_at, seen_at, state, detail)
VALUES (%(id)s, 1, %(started_at)s, %(seen_at)s, %(state)s, %(detail)s)
ON CONFLICT (id) DO UPDATE SET version = service.version + 1, started_at = excluded.started_at,
    seen_at = excluded.seen_at, state = excluded.state, detail = excluded.detail
RETURNING *
