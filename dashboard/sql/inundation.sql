-- What screens ask of simulated floods; only those of the current incident.

-- name: runs
SELECT r.*, t.name AS terrain_name, t.datum AS terrain_datum, t.credit AS terrain_credit
FROM inundation_run r JOIN terrain t ON t.id = r.terrain_id
WHERE r.incident_id = %(incident)s AND (%(run)s::int IS NULL OR r.id = %(run)s)
ORDER BY r.id DESC

-- name: tile
-- `there`: the whole field is stored, so a tile that is missing holds nothing but known dry ground
SELECT CASE WHEN %(quantity)s = 'depth'
            THEN EXISTS (SELECT FROM json_array_elements_text(r.frames -> %(member)s) AS f(t_s)
                         WHERE f.t_s::int = %(t_s)s)
            ELSE r.summary -> %(member)s IS NOT NULL AND %(t_s)s = 0 END
       AND %(row)s < ceil((r.grid ->> 'rows')::int / (r.grid ->> 'tile')::float8)
       AND %(column)s < ceil((r.grid ->> 'columns')::int / (r.grid ->> 'tile')::float8) AS there,
       (SELECT data FROM inundation_tile t
        WHERE t.run_id = r.id AND t.member = %(member)s AND t.quantity = %(quantity)s AND t.t_s = %(t_s)s
          AND t.tile_row = %(row)s AND t.tile_column = %(column)s) AS data
FROM inundation_run r
WHERE r.id = %(run)s AND r.incident_id = %(incident)s

-- name: document
SELECT d.document::text AS document
FROM inundation_document d JOIN inundation_run r ON r.id = d.run_id
WHERE r.id = %(run)s AND r.incident_id = %(incident)s AND d.member = %(member)s AND d.kind = %(kind)s
