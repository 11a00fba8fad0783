-- What a storm's table on the terminal shows.

-- name: counts
SELECT (SELECT count(*) FROM reading WHERE incident_id = %(incident)s),
       (SELECT count(*) FROM warning_state WHERE incident_id = %(incident)s AND level IS NOT NULL)

-- name: classes
SELECT coalesce(s.river_class, 'unknown'), count(*)
FROM gauge g LEFT JOIN river_state s ON s.gauge_id = g.id AND s.incident_id = %(incident)s
GROUP BY 1

-- name: entries
SELECT event_at, severity, text FROM chronology WHERE incident_id = %(incident)s ORDER BY id DESC LIMIT %(limit)s

-- name: floods
SELECT title, state, progress FROM inundation_run WHERE incident_id = %(incident)s ORDER BY id DESC LIMIT 3
