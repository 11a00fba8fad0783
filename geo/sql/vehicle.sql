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

-- name: register
INSERT INTO vehicle (id, source, source_id, kind, callsign, registration, icao24, organisation, formation,
                     registered)
VALUES (%(id)s, %(source)s, %(id)s, %(kind)s, %(callsign)s, %(registration)s, %(icao24)s, %(organisation)s,
        %(formation)s, true)
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, registered = true, callsign = coalesce(excluded.callsign, vehicle.callsign),
    registration = coalesce(excluded.registration, vehicle.registration),
    icao24 = coalesce(excluded.icao24, vehicle.icao24),
    organisation = coalesce(excluded.organisation, vehicle.organisation),
    formation = coalesce(excluded.formation, vehicle.formation)

-- name: other_with_address
SELECT id FROM vehicle WHERE icao24 = %(icao24)s AND registered AND id <> %(id)s LIMIT 1

-- name: unregister
UPDATE vehicle SET registered = false WHERE id = %(id)s
