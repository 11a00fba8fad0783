-- name: readings
-- A reading whose time was corrected may come again with another correction; it is recognised by its key.
INSERT INTO reading (gauge_id, observed_at, key, incident_id, received_at, device_at, time_corrected,
                     level_m, flag, reasons, source, extra)
SELECT n.gauge_id, n.observed_at, n.key, %(incident)s, n.received_at, nullif(n.device_at, '-infinity'),
       n.time_corrected, nullif(n.level_m, 'NaN'), n.flag, n.reasons, coalesce(n.source, %(source)s),
       n.extra::json
FROM unnest(%(gauge_ids)b::text[], %(observed)b::timestamptz[], %(keys)b::text[],
            %(received)b::timestamptz[], %(device)b::timestamptz[], %(corrected)b::boolean[],
            %(levels)b::float8[], %(flags)b::int2[], %(reasons)b::int4[], %(sources)b::text[],
            %(extras)b::text[], %(doubtful)b::boolean[])
     AS n(gauge_id, observed_at, key, received_at, device_at, time_corrected,
          level_m, flag, reasons, source, extra, doubtful)
WHERE NOT n.doubtful OR NOT EXISTS (
    SELECT 1 FROM reading r
    WHERE r.gauge_id = n.gauge_id AND r.key = n.key AND (r.time_corrected OR r.observed_at = n.device_at)
)
ON CONFLICT DO NOTHING

-- name: verdicts
INSERT INTO reading_verdict (gauge_id, observed_at, decided_at, flag, reasons)
SELECT * FROM unnest(%(gauge_ids)b::text[], %(observed)b::timestamptz[], %(decided)b::timestamptz[],
                     %(flags)b::int2[], %(reasons)b::int4[])

-- name: states
INSERT INTO river_state (incident_id, gauge_id, version, level_m, observed_at, received_at, source, flag,
                         reasons, river_class, provisional, alarm, threshold_doubt, above_danger_since,
                         trend_m_per_h, trend_sd_m_per_h, trend, due_at, silent)
SELECT %(incident)s, n.gauge_id, 1, n.level_m, n.observed_at, n.received_at, n.source, n.flag,
       coalesce(string_to_array(nullif(n.reasons, ''), ','), '{}'), n.river_class, n.provisional, n.alarm, n.threshold_doubt,
       n.above_danger_since, n.trend_m_per_h, n.trend_sd_m_per_h, n.trend, n.due_at, false
FROM unnest(%(gauge_ids)b::text[], %(levels)b::float8[], %(observed)b::timestamptz[],
            %(received)b::timestamptz[], %(sources)b::text[], %(flags)b::int2[], %(reasons)b::text[],
            %(classes)b::text[], %(provisional)b::boolean[], %(alarms)b::boolean[], %(doubts)b::boolean[],
            %(above_since)b::timestamptz[], %(trends_m_per_h)b::float8[], %(trend_sds_m_per_h)b::float8[],
            %(trends)b::text[], %(due)b::timestamptz[])
     AS n(gauge_id, level_m, observed_at, received_at, source, flag, reasons, river_class, provisional,
          alarm, threshold_doubt, above_danger_since, trend_m_per_h, trend_sd_m_per_h, trend, due_at)
ON CONFLICT (incident_id, gauge_id) DO UPDATE SET
    version = river_state.version + 1, level_m = excluded.level_m, observed_at = excluded.observed_at,
    received_at = excluded.received_at, source = excluded.source, flag = excluded.flag,
    reasons = excluded.reasons, river_class = excluded.river_class, provisional = excluded.provisional,
    alarm = excluded.alarm, threshold_doubt = excluded.threshold_doubt,
    above_danger_since = excluded.above_danger_since, trend_m_per_h = excluded.trend_m_per_h,
    trend_sd_m_per_h = excluded.trend_sd_m_per_h, trend = excluded.trend, due_at = excluded.due_at,
    silent = river_state.silent AND coalesce(excluded.due_at < %(now)s, false)
-- a subquery in RETURNING still sees the row as it was before this statement
RETURNING *, coalesce((SELECT old.silent FROM river_state old
                       WHERE old.incident_id = river_state.incident_id AND old.gauge_id = river_state.gauge_id),
                      false) AS was_silent

-- name: newly_silent
UPDATE river_state SET silent = true, version = version + 1
WHERE incident_id = %(incident)s AND NOT silent AND due_at < %(now)s
RETURNING *

-- name: quarantine
INSERT INTO quarantine (digest, topic, payload, size_bytes, adapter, error_code, detail, count,
                        first_received_at, last_received_at)
SELECT n.digest, n.topic, n.payload, n.size_bytes, n.adapter, n.error_code, n.detail, n.count,
       n.first_at, n.last_at
FROM unnest(%(digests)b::bytea[], %(topics)b::text[], %(payloads)b::bytea[], %(sizes)b::int4[],
            %(adapters)b::text[], %(codes)b::text[], %(details)b::text[], %(counts)b::int8[],
            %(first_at)b::timestamptz[], %(last_at)b::timestamptz[])
     AS n(digest, topic, payload, size_bytes, adapter, error_code, detail, count, first_at, last_at)
ON CONFLICT (digest) DO UPDATE SET count = quarantine.count + excluded.count,
    last_received_at = greatest(quarantine.last_received_at, excluded.last_received_at)

-- name: quarantine_total
SELECT coalesce(sum(count), 0)::int8 AS total, max(last_received_at) AS latest_at,
       coalesce((SELECT json_object_agg(error_code, n) FROM
                 (SELECT error_code, sum(count)::int8 AS n FROM quarantine GROUP BY error_code) q), '{}'::json)
           AS reasons
FROM quarantine

-- name: device_status
UPDATE device SET online = n.online, seen_at = n.seen_at
FROM unnest(%(ids)b::text[], %(online)b::boolean[], %(seen_at)b::timestamptz[]) AS n(id, online, seen_at)
WHERE device.id = n.id AND (device.seen_at IS NULL OR device.seen_at <= n.seen_at)
