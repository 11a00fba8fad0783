-- Level forecasts of one gauge, and how well they have done.

-- name: gauge
SELECT id FROM gauge WHERE id = %(gauge)s

-- name: newest
-- of two as of the same moment (a clock that stood still) the one that knew the later reading
SELECT * FROM level_forecast
WHERE incident_id = %(incident)s AND gauge_id = %(gauge)s
  AND (%(at)s::timestamptz IS NULL OR origin_at <= %(at)s)
ORDER BY origin_at DESC, state_version DESC
LIMIT 1

-- name: made
SELECT DISTINCT ON (origin_at) origin_at, status
FROM level_forecast
WHERE incident_id = %(incident)s AND gauge_id = %(gauge)s AND origin_at BETWEEN %(from)s AND %(to)s
ORDER BY origin_at DESC, state_version DESC
LIMIT %(limit)s

-- name: skill
SELECT subject, document FROM level_skill WHERE subject IN (%(gauge)s, '*')
