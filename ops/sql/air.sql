-- The made-up vehicles of a demo: registered, and what became of what they told.

-- name: put_vehicle
INSERT INTO vehicle (id, source, source_id, kind, callsign, organisation, registered, synthetic)
VALUES (%(id)s, %(source)s, %(source_id)s, %(kind)s, %(callsign)s, '訓練（架空）', true, true)
ON CONFLICT (id) DO NOTHING

-- name: put_device
INSERT INTO device (id, kind) VALUES (%(id)s, %(kind)s) ON CONFLICT DO NOTHING

-- name: points
SELECT vehicle_id, count(*) FROM track_point GROUP BY 1

-- name: poses
SELECT vehicle_id, count(*) FROM pose_point GROUP BY 1

-- name: states
SELECT v.id, v.synthetic, v.callsign, s.contact, s.height_tp_m, s.height_way, s.endurance_until, s.flag
FROM vehicle v JOIN vehicle_state s ON s.vehicle_id = v.id ORDER BY v.id

-- name: near
SELECT first_id, second_id FROM proximity_state WHERE ended_at IS NULL ORDER BY 1, 2

-- name: lost
-- told as something that needs looking after
SELECT object_id, count(*) FROM chronology WHERE code = 'air.lost' AND severity > 0 GROUP BY 1 ORDER BY 1

-- name: footprints
-- by vehicle: poses, those with a footprint or a reason, and those with ground
SELECT p.vehicle_id, count(*), count(f.id), count(f.geom)
FROM pose_point p
LEFT JOIN footprint f ON f.incident_id = p.incident_id AND f.camera_kind = 'vehicle'
    AND f.camera_id IN (p.vehicle_id, p.vehicle_id || '/' || (p.extra ->> 'camera'))
    AND f.observed_at = p.observed_at AND f.key = p.key
GROUP BY 1 ORDER BY 1
