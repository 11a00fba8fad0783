-- Messages on their way in: what was refused, which feeds answered, which entries were fetched.

-- name: refuse
INSERT INTO refused_telegram AS old (digest, incident_id, origin, code, reason, body, size_bytes, first_at, last_at)
VALUES (%(digest)s, %(incident)s, %(origin)s, %(code)s, %(reason)s, %(body)s, %(size)s, %(at)s, %(at)s)
ON CONFLICT (digest) DO UPDATE SET count = old.count + 1, last_at = greatest(old.last_at, excluded.last_at)

-- name: feed
SELECT etag, last_modified, answered_at, fault FROM feed_state
WHERE incident_id = %(incident)s AND address = %(address)s

-- name: put_feed
INSERT INTO feed_state AS old (incident_id, address, etag, last_modified, answered_at, fault)
VALUES (%(incident)s, %(address)s, %(etag)s, %(last_modified)s, %(answered_at)s, %(fault)s)
ON CONFLICT (incident_id, address) DO UPDATE
SET etag = excluded.etag, last_modified = excluded.last_modified,
    answered_at = coalesce(excluded.answered_at, old.answered_at), fault = excluded.fault

-- name: known_entries
SELECT id, updated FROM feed_entry WHERE incident_id = %(incident)s AND id = ANY(%(ids)s)

-- name: put_entry
INSERT INTO feed_entry (incident_id, id, updated, fetched_at, outcome)
VALUES (%(incident)s, %(id)s, %(updated)s, %(at)s, %(outcome)s)
ON CONFLICT (incident_id, id) DO UPDATE
SET updated = excluded.updated, fetched_at = excluded.fetched_at, outcome = excluded.outcome

-- name: feeds
SELECT address, answered_at, fault FROM feed_state WHERE incident_id = %(incident)s ORDER BY address

-- name: refusals
SELECT code, sum(count)::int8, max(last_at) FROM refused_telegram
WHERE incident_id = %(incident)s OR incident_id IS NULL
GROUP BY code ORDER BY code
