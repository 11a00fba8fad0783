-- Roads as a network, and the flood they are held against. Boxes are degrees, EPSG:4326.

-- name: lines_in
SELECT name, class, source, ST_AsBinary(geom) AS line
FROM road
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
ORDER BY id

-- name: newest_flood
-- the newest run of the incident that was computed to its end
SELECT id, title, title_en, starts_at, hours, finished_at, grid, frames
FROM inundation_run
WHERE incident_id = %(incident)s AND state = 'done'
ORDER BY id DESC
LIMIT 1

-- name: field
SELECT tile_row, tile_column, data
FROM inundation_tile
WHERE run_id = %(run)s AND member = %(member)s AND quantity = %(quantity)s AND t_s = 0
