-- The log of operations, one shelter of one incident at a time: its status row is the lock and the counter.

-- name: shelter_exists
SELECT EXISTS (SELECT FROM shelter WHERE id = %(shelter)s)

-- name: begin
INSERT INTO shelter_status (incident_id, shelter_id) VALUES (%(incident)s, %(shelter)s)
ON CONFLICT (incident_id, shelter_id) DO NOTHING

-- name: lock
SELECT newest FROM shelter_status
WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s
FOR UPDATE

-- name: touch
UPDATE shelter_status SET version = version + 1
WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s

-- name: known
SELECT id, incident_id, shelter_id, number, at_ms, seen_ms, offset_ms, received_ms, raw
FROM shelter_operation WHERE id = ANY(%(ids)s)

-- name: insert
INSERT INTO shelter_operation (incident_id, shelter_id, number, id, device, kind, at_ms, seen_ms, offset_ms,
                               received_ms, raw, road, account_id)
SELECT %(incident)s, %(shelter)s, n.number, n.id, n.device, n.kind, n.at_ms, n.seen_ms, n.offset_ms,
       %(received_ms)s, n.raw::json, %(road)s, %(account)s
FROM unnest(%(numbers)s::int[], %(ids)s::text[], %(devices)s::text[], %(kinds)s::text[], %(at_ms)s::bigint[],
            %(seen_ms)s::bigint[], %(offset_ms)s::bigint[], %(raws)s::text[])
     AS n(number, id, device, kind, at_ms, seen_ms, offset_ms, raw)

-- name: after
SELECT number, at_ms, seen_ms, offset_ms, received_ms, raw
FROM shelter_operation
WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s AND number > %(number)s
ORDER BY number
LIMIT %(limit)s

-- name: incidents
SELECT * FROM incident WHERE id = ANY(%(ids)s)

-- name: quarantine
INSERT INTO quarantine (digest, topic, payload, size_bytes, adapter, error_code, detail, count,
                        first_received_at, last_received_at)
VALUES (%(digest)s, %(topic)s, %(payload)s, %(size)s, 'tablet', %(code)s, %(detail)s, 1, %(now)s, %(now)s)
ON CONFLICT (digest) DO UPDATE SET count = quarantine.count + 1,
    last_received_at = greatest(quarantine.last_received_at, excluded.last_received_at)

-- name: quarantine_total
SELECT coalesce(sum(count), 0)::int8 AS total, max(last_received_at) AS latest_at,
       coalesce((SELECT json_object_agg(error_code, n) FROM
                 (SELECT error_code, sum(count)::int8 AS n FROM quarantine GROUP BY error_code) q), '{}'::json)
           AS reasons
FROM quarantine

-- name: photo
INSERT INTO shelter_photo (incident_id, shelter_id, hash, media_type, data, location_stripped)
VALUES (%(incident)s, %(shelter)s, %(hash)s, %(media_type)s, %(data)s, %(stripped)s)
ON CONFLICT DO NOTHING

-- name: photo_of_shelter
SELECT media_type, data FROM shelter_photo
WHERE hash = %(hash)s AND (%(shelter)s::text IS NULL OR shelter_id = %(shelter)s)
LIMIT 1

-- name: photo_shelters
SELECT shelter_id FROM shelter_photo WHERE hash = %(hash)s
