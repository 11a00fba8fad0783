-- What a replayed storm left behind in proposals.

-- name: forecasts
SELECT f.gauge_id, f.origin_at, f.status, f.newest_m, f.slope_m_per_h, f.thresholds_m, f.passing,
       ST_X(g.geom) AS lon, ST_Y(g.geom) AS lat
FROM level_forecast f JOIN gauge g ON g.id = f.gauge_id
ORDER BY f.gauge_id, f.state_version, f.origin_at

-- name: bound
SELECT g.id, g.river, g.area_code, coalesce(s.threshold_doubt, false) AS doubted,
       coalesce((SELECT array_agg(area_id) FROM gauge_area a WHERE a.gauge_id = g.id AND a.area_kind = 'municipality'),
                '{}') AS areas
FROM gauge g LEFT JOIN river_state s ON s.gauge_id = g.id

-- name: warnings
-- one whose ground is not known covers its whole prefecture
SELECT hazard, level,
       CASE WHEN areas = '{}' THEN (SELECT coalesce(array_agg(code), '{}') FROM area WHERE code ^@ split_part(w.id, ':', 1))
            ELSE areas END AS areas
FROM warning_state w WHERE level >= 3

-- name: municipalities
SELECT code FROM area

-- name: proposals
SELECT area_kind, area_id, hazard, level, held, state FROM proposal WHERE act = 'issue'

-- name: revisions
SELECT r.proposal_id, p.area_code, p.hazard, r.number, r.at, r.cause, r.level, r.content
FROM proposal_revision r JOIN proposal p ON p.incident_id = r.incident_id AND p.id = r.proposal_id
WHERE r.cause IN ('opened', 'raised') AND r.act = 'issue'
ORDER BY r.at, r.proposal_id, r.number
