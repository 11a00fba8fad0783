-- The register of terrain. Boxes and lines are degrees, EPSG:4326.

-- name: put
-- the same file again only renews what is said of it
INSERT INTO terrain AS old
    (name, bounds, crs, cell_x_m, cell_y_m, rows, columns, datum, credit, licence, file, sha256, priority)
VALUES (%(name)s, ST_GeomFromWKB(%(bounds)s, 4326), %(crs)s, %(cell_x_m)s, %(cell_y_m)s, %(rows)s, %(columns)s,
        %(datum)s, %(credit)s, %(licence)s, %(file)s, %(sha256)s, %(priority)s)
ON CONFLICT (sha256) DO UPDATE
SET name = excluded.name, credit = excluded.credit, licence = excluded.licence, datum = excluded.datum,
    priority = excluded.priority
RETURNING id

-- name: named
SELECT id, sha256 FROM terrain WHERE name = %(name)s

-- name: all
SELECT id, name, datum, credit, licence, file, sha256, priority, cell_x_m, cell_y_m, rows, columns, crs
FROM terrain ORDER BY priority DESC, cell_x_m * cell_y_m, id DESC

-- name: under
-- what reaches under a line, best first: priority, then the finer one, then the newer one
SELECT id, name, datum, credit, licence, file, sha256, priority, cell_x_m, cell_y_m, rows, columns, crs
FROM terrain
WHERE bounds && ST_GeomFromWKB(%(line)s, 4326) AND ST_Intersects(bounds, ST_GeomFromWKB(%(line)s, 4326))
  AND (%(terrain)s::int IS NULL OR id = %(terrain)s)
ORDER BY priority DESC, cell_x_m * cell_y_m, id DESC
