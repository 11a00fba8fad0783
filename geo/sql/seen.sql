-- Who saw a place, and when. %(lon)s, %(lat)s: degrees, EPSG:4326.

-- name: spans
-- vehicles and photographs whose pictures show the place, their times joined across short looks away.
-- off_m is from the place to the picture's centre, measured flat: it only ranks.
WITH place AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS at
), rhythm AS (
    SELECT s.camera_kind, s.camera_id,
           least(extract(epoch FROM f.observed_at - b.observed_at)::float8, %(longest_interval_s)s) AS interval_s
    FROM footprint_state s
    JOIN footprint f ON f.id = s.footprint_id
    CROSS JOIN LATERAL (
        SELECT p.observed_at FROM footprint p
        WHERE p.incident_id = s.incident_id AND p.camera_kind = s.camera_kind AND p.camera_id = s.camera_id
          AND p.observed_at < f.observed_at
        ORDER BY p.observed_at DESC LIMIT 1
    ) b
    WHERE s.incident_id = %(incident)s AND s.camera_kind = 'vehicle'
), covering AS (
    SELECT f.id, f.camera_kind, f.camera_id, f.observed_at, f.sample_m, f.area_m2,
           sqrt(((ST_X(f.centre) - %(lon)s) * 111320 * cos(radians(%(lat)s))) ^ 2
                + ((ST_Y(f.centre) - %(lat)s) * 110950) ^ 2) AS off_m
    FROM footprint f, place
    WHERE f.incident_id = %(incident)s AND f.camera_kind <> 'fixed'
      AND f.observed_at BETWEEN %(from)s AND %(to)s AND ST_Covers(f.geom, place.at)
), ranked AS (
    SELECT c.*, c.off_m / sqrt(c.area_m2 / pi()) AS off_share,
           CASE WHEN c.observed_at - lag(c.observed_at) OVER times
                     <= make_interval(secs => greatest(%(gap_s)s, %(intervals)s * r.interval_s))
                THEN 0 ELSE 1 END AS begins
    FROM covering c LEFT JOIN rhythm r USING (camera_kind, camera_id)
    WINDOW times AS (PARTITION BY c.camera_kind, c.camera_id ORDER BY c.observed_at)
), numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY camera_kind, camera_id ORDER BY observed_at, id) AS span
    FROM ranked
)
SELECT camera_kind, camera_id, min(observed_at) AS from_at, max(observed_at) AS to_at, count(*) AS pictures,
       (array_agg(id ORDER BY round(off_share::numeric, 1) NULLS LAST, sample_m NULLS LAST,
                  observed_at DESC))[1] AS best,
       min(round(off_share::numeric, 1)) AS best_share,
       (array_agg(sample_m ORDER BY round(off_share::numeric, 1) NULLS LAST, sample_m NULLS LAST,
                  observed_at DESC))[1] AS best_sample_m
FROM numbered
GROUP BY camera_kind, camera_id, span
ORDER BY camera_kind, camera_id, from_at DESC

-- name: fixed
-- fixed cameras that look at the place, with their frames; one without a usable frame has a row without
WITH looks AS (
    SELECT f.id, f.camera_id, f.observed_at AS from_at, f.geom,
           lead(f.observed_at) OVER (PARTITION BY f.camera_id ORDER BY f.observed_at, f.id) AS until_at
    FROM footprint f WHERE f.incident_id = %(incident)s AND f.camera_kind = 'fixed'
)
SELECT l.id AS footprint_id, l.camera_id, c.name, c.interval_s, l.until_at IS NULL AS holds,
       s.frame_id, s.observed_at,
       ST_DistanceSphere(c.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) AS distance_m
FROM looks l
JOIN camera c ON c.id = l.camera_id
LEFT JOIN LATERAL (
    SELECT r.id AS frame_id, r.observed_at FROM camera_frame r
    WHERE r.camera_id = l.camera_id AND r.incident_id = %(incident)s AND NOT r.health = ANY (%(blind)s)
      AND r.observed_at BETWEEN greatest(%(from)s, l.from_at) AND %(to)s
      AND (l.until_at IS NULL OR r.observed_at < l.until_at)
    ORDER BY r.observed_at DESC LIMIT %(limit)s
) s ON true
WHERE ST_Covers(l.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))
  AND l.from_at <= %(to)s AND (l.until_at IS NULL OR l.until_at > %(from)s)
ORDER BY l.camera_id, s.observed_at DESC

-- name: footprints
-- what is said of some, with how far the place is inside their outline
SELECT f.id, f.camera_kind, f.camera_id, f.observed_at, f.frame_id, f.stream_s,
       coalesce(c.name, v.callsign, v.registration, v.id, f.camera_id) AS name, v.id AS vehicle_id,
       v.kind AS vehicle_kind, coalesce(c.synthetic, v.synthetic, false) AS synthetic,
       ST_X(f.position) AS lon, ST_Y(f.position) AS lat, f.height_tp_m,
       ST_AsGeoJSON(f.geom, 6)::json AS geometry, f.reason, f.way, f.open, f.bounds,
       ST_X(f.centre) AS centre_lon, ST_Y(f.centre) AS centre_lat, f.uncertainty_m, f.sample_m,
       ST_Distance(ST_Boundary(f.geom)::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography)
           AS inside_m,
       ST_Distance(f.centre::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS off_m
FROM footprint f
LEFT JOIN vehicle v ON f.camera_kind = 'vehicle' AND v.id IN (f.camera_id, split_part(f.camera_id, '/', 1))
LEFT JOIN camera c ON f.camera_kind = 'fixed' AND c.id = f.camera_id
WHERE f.id = ANY (%(ids)s)

-- name: newest
-- the newest footprint of each camera that saw the place: whether it still does
SELECT s.camera_kind, s.camera_id, s.footprint_id, f.observed_at,
       (SELECT extract(epoch FROM f.observed_at - p.observed_at)::float8 FROM footprint p
        WHERE p.incident_id = s.incident_id AND p.camera_kind = s.camera_kind AND p.camera_id = s.camera_id
          AND p.observed_at < f.observed_at
        ORDER BY p.observed_at DESC LIMIT 1) AS interval_s,
       coalesce(ST_Covers(f.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)), false) AS covers
FROM footprint_state s JOIN footprint f ON f.id = s.footprint_id
WHERE s.incident_id = %(incident)s

-- name: unknown_views
-- cameras near the place of which it was not known, at some time, where they looked
SELECT f.camera_kind, f.camera_id, f.reason, count(*) AS pictures, max(f.observed_at) AS latest_at,
       min(ST_DistanceSphere(f.position, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))) AS distance_m,
       coalesce(min(c.name), min(v.callsign), min(v.registration), f.camera_id) AS name
FROM footprint f
LEFT JOIN vehicle v ON f.camera_kind = 'vehicle' AND v.id IN (f.camera_id, split_part(f.camera_id, '/', 1))
LEFT JOIN camera c ON f.camera_kind = 'fixed' AND c.id = f.camera_id
WHERE f.incident_id = %(incident)s AND f.reason IS NOT NULL
  AND (f.camera_kind = 'fixed' OR f.observed_at BETWEEN %(from)s AND %(to)s)
  AND ST_DistanceSphere(f.position, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) <= %(within_m)s
GROUP BY f.camera_kind, f.camera_id, f.reason
ORDER BY distance_m, f.camera_kind, f.camera_id

-- name: unposed_cameras
-- fixed cameras near the place of which nobody said how they looked until then
SELECT c.id, c.name, ST_DistanceSphere(c.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) AS distance_m
FROM camera c
WHERE NOT EXISTS (
    SELECT 1 FROM footprint f
    WHERE f.incident_id = %(incident)s AND f.camera_kind = 'fixed' AND f.camera_id = c.id
      AND f.observed_at <= %(to)s)
  AND ST_DistanceSphere(c.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) <= %(within_m)s
ORDER BY distance_m, c.id

-- name: unposed_vehicles
-- aircraft heard in that time and last near the place, of which no camera pose came in that time
SELECT v.id, coalesce(v.callsign, v.registration, v.id) AS name, s.received_at AS latest_at,
       ST_DistanceSphere(s.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) AS distance_m
FROM vehicle_state s JOIN vehicle v ON v.id = s.vehicle_id
WHERE s.incident_id = %(incident)s AND v.kind IN ('helicopter', 'aeroplane', 'drone', 'unknown')
  AND s.observed_at >= %(from)s
  AND ST_DistanceSphere(s.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) <= %(within_m)s
  AND NOT EXISTS (
      SELECT 1 FROM footprint_state p
      JOIN footprint f ON f.incident_id = p.incident_id AND f.camera_kind = p.camera_kind
          AND f.camera_id = p.camera_id AND f.observed_at BETWEEN %(from)s AND %(to)s
      WHERE p.incident_id = s.incident_id AND p.camera_kind = 'vehicle'
        AND v.id IN (p.camera_id, split_part(p.camera_id, '/', 1)))
ORDER BY distance_m, v.id
