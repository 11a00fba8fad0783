-- Safety reports as the screens are told of them.

-- name: reports
-- who asks for help, and everybody whom the desk has taken up; others are counted
SELECT s.*, a.name AS area_name, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, p.display_name AS desk_by_name
FROM safety_report s
LEFT JOIN area a ON a.code = s.area_code
LEFT JOIN account p ON p.id = s.desk_by
WHERE s.incident_id = %(incident)s AND (%(id)s::bigint IS NULL OR s.id = %(id)s)
  AND (s.state = 'help' OR s.desk <> 'new')
ORDER BY s.id

-- name: total
SELECT coalesce(sum(version), 0)::bigint AS version,
       count(*) FILTER (WHERE state = 'safe') AS safe_reports,
       coalesce(sum(persons) FILTER (WHERE state = 'safe'), 0)::bigint AS safe_persons,
       count(*) FILTER (WHERE state = 'help') AS help_reports,
       coalesce(sum(persons) FILTER (WHERE state = 'help'), 0)::bigint AS help_persons,
       count(*) FILTER (WHERE state = 'help' AND desk <> 'done') AS waiting
FROM safety_report WHERE incident_id = %(incident)s
