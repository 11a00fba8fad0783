-- Depots, lots, trucks and disruptions, each read as its live value needs it.

-- name: depots
SELECT d.id, d.version, d.name, d.address, d.kind, ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat, d.opening,
       d.truck_classes, d.synthetic, d.source,
       (SELECT json_agg(json_build_object('item', l.item, 'amount', l.amount, 'lots', l.lots,
                                          'earliest_expiry', l.earliest) ORDER BY l.item)
        FROM (SELECT item, sum(amount) AS amount, count(*) AS lots, min(expires_on) AS earliest
              FROM depot_lot WHERE incident_id = %(incident)s AND depot_id = d.id GROUP BY item) l) AS items
FROM depot d
WHERE %(depot)s::text IS NULL OR d.id = %(depot)s
ORDER BY d.id

-- name: lots
SELECT depot_id AS depot, id, item, amount, expires_on, allergens, note FROM depot_lot
WHERE incident_id = %(incident)s ORDER BY depot_id, item, expires_on, id

-- name: put_depot
INSERT INTO depot AS old (id, version, name, address, kind, geom, opening, truck_classes, synthetic, source)
VALUES (%(id)s, 1, %(name)s, %(address)s, %(kind)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(opening)s,
        %(truck_classes)s, %(synthetic)s, %(source)s)
ON CONFLICT (id) DO UPDATE
SET version = old.version + 1, name = excluded.name, address = excluded.address, kind = excluded.kind,
    geom = excluded.geom, opening = excluded.opening, truck_classes = excluded.truck_classes,
    synthetic = excluded.synthetic, source = excluded.source

-- name: put_lot
INSERT INTO depot_lot (incident_id, depot_id, id, item, amount, expires_on, allergens, note)
VALUES (%(incident)s, %(depot)s, %(id)s, %(item)s, %(amount)s, %(expires_on)s, %(allergens)s, %(note)s)
ON CONFLICT (incident_id, depot_id, id) DO UPDATE
SET item = excluded.item, amount = excluded.amount, expires_on = excluded.expires_on,
    allergens = excluded.allergens, note = excluded.note

-- name: touch_depot
UPDATE depot SET version = version + 1 WHERE id = %(depot)s RETURNING id

-- name: trucks
SELECT t.id, t.version, t.depot_id, d.name AS depot_name, t.state, t.summary
FROM supply_truck t LEFT JOIN depot d ON d.id = t.depot_id
WHERE t.incident_id = %(incident)s AND (%(truck)s::text IS NULL OR t.id = %(truck)s)
ORDER BY t.id

-- name: lock_truck
SELECT state, summary FROM supply_truck WHERE incident_id = %(incident)s AND id = %(truck)s FOR UPDATE

-- name: put_truck
INSERT INTO supply_truck AS old (incident_id, id, version, depot_id, state, summary)
VALUES (%(incident)s, %(truck)s, 1, %(depot)s, %(state)s, %(summary)s::json)
ON CONFLICT (incident_id, id) DO UPDATE
SET version = old.version + 1, depot_id = excluded.depot_id, state = excluded.state, summary = excluded.summary

-- name: shelter_names
SELECT id, name FROM shelter WHERE id = ANY(%(ids)s)

-- name: disruptions
SELECT * FROM disruption
WHERE incident_id = %(incident)s AND (%(id)s::text IS NULL OR id = %(id)s)
ORDER BY id

-- name: open_disruptions
SELECT * FROM disruption WHERE incident_id = %(incident)s AND ended_at IS NULL ORDER BY id

-- name: put_disruption
INSERT INTO disruption AS old (incident_id, id, version, kind, label, areas, lon, lat, radius_m, started_at,
                               ended_at, source)
VALUES (%(incident)s, %(id)s, 1, %(kind)s, %(label)s, %(areas)s, %(lon)s, %(lat)s, %(radius_m)s, %(started_at)s,
        %(ended_at)s, %(source)s)
ON CONFLICT (incident_id, id) DO UPDATE
SET version = old.version + 1, kind = excluded.kind, label = excluded.label, areas = excluded.areas,
    lon = excluded.lon, lat = excluded.lat, radius_m = excluded.radius_m, started_at = excluded.started_at,
    ended_at = excluded.ended_at, source = excluded.source

-- name: requests
SELECT l.shelter_id, s.name AS shelter_name, l.line, l.version, l.summary
FROM supply_line l JOIN shelter s ON s.id = l.shelter_id
WHERE l.incident_id = %(incident)s
ORDER BY l.shelter_id, l.line

-- name: plan_shelters
-- every shelter that somebody spoke of, with its state, for a supply plan
SELECT s.id, s.name, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, t.summary, t.state, t.silence
FROM shelter_status t JOIN shelter s ON s.id = t.shelter_id
WHERE t.incident_id = %(incident)s AND t.version > 0
ORDER BY s.id

-- name: plan_cuts
SELECT label, lon, lat, radius_m, areas FROM disruption
WHERE incident_id = %(incident)s AND ended_at IS NULL AND kind = 'road'
ORDER BY id

-- name: plan_turn
-- one confirmation after the other: two must not hand out the same lot
SELECT pg_advisory_lock(hashtextextended('supply-plan', %(incident)s))

-- name: plan_turn_over
SELECT pg_advisory_unlock(hashtextextended('supply-plan', %(incident)s))
