-- Vehicles: who they are, and what is known of them now.

-- name: states
-- each vehicle heard in an incident; %(vehicles)s null = all
SELECT v.id, v.kind, v.callsign, v.registration, v.icao24, v.organisation, v.source, v.source_id,
       v.registered, v.synthetic, v.formation, s.version, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat,
       s.observed_at, s.received_at, s.altitudes, s.height_tp_m, s.height_way, s.height_sd_m,
       s.horizontal_accuracy_m, s.ground_speed_m_s, s.course_deg, s.heading_deg, s.climb_m_s,
       s.turn_deg_per_s, s.on_ground, s.battery_percent, s.endurance_until, s.link, s.emergency, s.trust,
       s.stale_at, s.flag, s.reasons, s.contact, s.contact_since, s.goodbye, s.interval_s, s.trail,
       s.mission_id, s.memory
FROM vehicle_state s JOIN vehicle v ON v.id = s.vehicle_id
WHERE s.incident_id = %(incident)s AND (%(vehicles)s::text[] IS NULL OR v.id = ANY (%(vehicles)s))
ORDER BY v.id
