-- Publications and their deliveries. `now` is the wall's, `moment` the incident's.

-- name: unpublished
-- of every incident of this kind: one may be closed while something of it is still to be told
SELECT r.order_id, r.number
FROM order_revision r
JOIN evacuation_order o ON o.id = r.order_id
JOIN incident i ON i.id = o.incident_id
LEFT JOIN publication p ON p.order_id = r.order_id AND p.revision_number = r.number
WHERE i.kind = %(kind)s AND r.state IN ('in_force', 'superseded') AND p.id IS NULL
ORDER BY r.effective_at, r.order_id, r.number
LIMIT 50

-- name: lock_order
SELECT id FROM evacuation_order WHERE id = %(order)s FOR UPDATE

-- name: bulletin
SELECT r.order_id, r.number, r.act, r.state, r.level, r.hazard, r.districts, r.households, r.persons, r.reason,
       r.texts, r.effective_at, r.expires_at, r.drafted_at, r.recorded_source,
       o.area_code, o.origin, o.issued_at, o.incident_id, i.kind AS incident_kind, a.name AS area_name,
       ST_AsGeoJSON(
           CASE WHEN r.geom IS NULL THEN ST_SimplifyPreserveTopology(a.geom, 0.0005)
                ELSE ST_SimplifyPreserveTopology(r.geom, 0.0001) END, 5)::json AS geometry
FROM order_revision r
JOIN evacuation_order o ON o.id = r.order_id
JOIN incident i ON i.id = o.incident_id
LEFT JOIN area a ON a.code = o.area_code
WHERE r.order_id = %(order)s AND r.number = %(revision)s

-- name: chain
SELECT sender, identifier, sent_at FROM publication
WHERE order_id = %(order)s AND revision_number < %(revision)s ORDER BY revision_number

-- name: publish
INSERT INTO publication (order_id, revision_number, incident_id, incident_kind, sender, identifier, "references",
                         msg_type, status, cap, sent_at, expires_at)
VALUES (%(order)s, %(revision)s, %(incident)s, %(kind)s, %(sender)s, %(identifier)s, %(references)s,
        %(msg_type)s, %(status)s, %(cap)s, %(sent_at)s, %(expires_at)s)
ON CONFLICT (order_id, revision_number) DO NOTHING
RETURNING id

-- name: queue
INSERT INTO delivery (publication_id, channel, recipient, state, next_at, queued_at)
SELECT %(publication)s, channel, recipient, 'waiting', %(now)s, %(now)s
FROM unnest(%(channels)s::text[], %(recipients)s::text[]) AS n (channel, recipient)
ON CONFLICT (publication_id, channel, recipient) DO NOTHING

-- name: queue_push
INSERT INTO delivery (publication_id, channel, recipient, subscription_id, state, next_at, queued_at)
SELECT %(publication)s, 'push', id::text, id, 'waiting', %(now)s, %(now)s
FROM push_subscription
WHERE NOT gone AND areas @> ARRAY[%(area)s]
ON CONFLICT (publication_id, channel, recipient) DO NOTHING

-- name: subscribers
SELECT count(*)::int AS n FROM push_subscription WHERE NOT gone AND areas @> ARRAY[%(area)s]

-- name: in_feed
-- the feed is served from the publication itself: being published is being there
INSERT INTO delivery (publication_id, channel, recipient, state, attempts, queued_at, sent_at, accepted_at)
VALUES (%(publication)s, 'cap', 'feed', 'accepted', 1, %(now)s, %(now)s, %(now)s)
ON CONFLICT (publication_id, channel, recipient) DO NOTHING

-- name: supersede
-- nobody is told what holds no more: what was not sent yet of earlier revisions is not sent any more
WITH dropped AS (
    UPDATE delivery d SET state = 'given_up', next_at = NULL, fault = %(fault)s
    FROM publication p
    WHERE p.id = d.publication_id AND p.order_id = %(order)s AND p.id <> %(publication)s
      AND d.next_at IS NOT NULL
    RETURNING d.publication_id
)
UPDATE publication SET counted = false WHERE id IN (SELECT publication_id FROM dropped)

-- name: give_up_ended
WITH ended AS (
    UPDATE delivery d SET state = 'given_up', next_at = NULL, fault = %(fault)s
    FROM publication p
    WHERE p.id = d.publication_id AND p.incident_kind = %(kind)s AND d.next_at IS NOT NULL
      AND p.expires_at <= %(ended)s
    RETURNING d.publication_id
)
UPDATE publication SET counted = false WHERE id IN (SELECT publication_id FROM ended)

-- name: all_due
-- after the clock jumped back: nothing waits for a moment that lies an hour ahead
UPDATE delivery SET next_at = %(now)s WHERE next_at > %(now)s + %(beyond)s

-- name: claim
-- the lease is over when whoever claimed it must have died
WITH due AS (
    SELECT d.id FROM delivery d JOIN publication p ON p.id = d.publication_id
    WHERE d.channel = %(channel)s AND d.next_at <= %(now)s
      AND p.incident_kind = %(kind)s AND p.expires_at > %(moment)s
    ORDER BY d.next_at
    LIMIT %(limit)s
    FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE delivery d SET attempts = d.attempts + 1, next_at = %(lease)s
    FROM due WHERE d.id = due.id
    RETURNING d.*
)
SELECT c.id, c.publication_id, c.channel, c.recipient, c.attempts, c.token::text AS token, p.order_id,
       p.revision_number, p.identifier, p.msg_type, p.cap, p.sent_at AS published_at, s.id AS subscription_id,
       s.endpoint, s.p256dh, s.auth, s.language, coalesce(s.gone, false) AS gone
FROM claimed c
JOIN publication p ON p.id = c.publication_id
LEFT JOIN push_subscription s ON s.id = c.subscription_id
ORDER BY c.id

-- name: settle
-- what a reader has opened meanwhile stays opened; what was superseded meanwhile stays so unless it arrived
WITH result AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(next_at)s::timestamptz[], %(faults)s::text[])
           AS n (id, state, next_at, fault)
), settled AS (
    UPDATE delivery d
    SET state = r.state, next_at = r.next_at, fault = r.fault,
        sent_at = CASE WHEN r.state IN ('sent', 'accepted') THEN %(now)s ELSE d.sent_at END,
        accepted_at = CASE WHEN r.state = 'accepted' THEN %(now)s ELSE d.accepted_at END
    FROM result r
    WHERE d.id = r.id AND d.state NOT IN ('opened', 'acknowledged')
      AND (r.state IN ('sent', 'accepted') OR d.next_at IS NOT NULL)
    RETURNING d.publication_id
)
UPDATE publication SET counted = false WHERE counted AND id IN (SELECT publication_id FROM settled)

-- name: subscriptions_gone
UPDATE push_subscription SET gone = true, failed_at = %(now)s WHERE id = ANY(%(ids)s::bigint[])

-- name: subscriptions_failed
UPDATE push_subscription SET failed_at = %(now)s WHERE id = ANY(%(ids)s::bigint[])

-- name: take_uncounted
UPDATE publication SET counted = true
WHERE id IN (SELECT id FROM publication WHERE NOT counted AND incident_kind = %(kind)s ORDER BY id LIMIT 50
             FOR UPDATE SKIP LOCKED)
RETURNING id, incident_id, order_id, revision_number, identifier, told

-- name: counts
SELECT publication_id, channel, state, count(*)::int AS n,
       count(*) FILTER (WHERE sent_at IS NOT NULL)::int AS sent,
       count(*) FILTER (WHERE accepted_at IS NOT NULL)::int AS accepted,
       count(*) FILTER (WHERE opened_at IS NOT NULL)::int AS opened,
       count(*) FILTER (WHERE acknowledged_at IS NOT NULL)::int AS acknowledged,
       count(*) FILTER (WHERE attempts > 1)::int AS retried,
       count(*) FILTER (WHERE state = 'failed' AND attempts >= %(told_after)s)::int AS failing,
       min(fault) FILTER (WHERE state = 'failed') AS failing_fault,
       count(*) FILTER (WHERE state = 'given_up' AND fault LIKE 'superseded%%')::int AS superseded,
       count(*) FILTER (WHERE state = 'given_up' AND fault LIKE 'gone:%%')::int AS gone,
       min(fault) FILTER (WHERE state = 'given_up' AND fault NOT LIKE 'gone:%%'
                          AND fault NOT LIKE 'superseded%%') AS fault
FROM delivery WHERE publication_id = ANY(%(publications)s) GROUP BY publication_id, channel, state

-- name: is_newest
SELECT NOT EXISTS (SELECT 1 FROM publication WHERE order_id = %(order)s AND revision_number > %(revision)s)
       AS newest

-- name: put_sums
UPDATE evacuation_order SET delivery = %(sums)s, version = version + 1
WHERE id = %(order)s AND delivery::jsonb IS DISTINCT FROM %(sums)s::jsonb
RETURNING id

-- name: put_told
UPDATE publication SET told = %(told)s WHERE id = %(publication)s

-- name: opened
UPDATE delivery SET state = CASE WHEN state = 'acknowledged' THEN state ELSE 'opened' END, next_at = NULL,
       opened_at = coalesce(opened_at, %(now)s), accepted_at = coalesce(accepted_at, %(now)s),
       sent_at = coalesce(sent_at, %(now)s)
WHERE token = %(token)s
RETURNING publication_id

-- name: acknowledged
UPDATE delivery SET state = 'acknowledged', next_at = NULL, acknowledged_at = coalesce(acknowledged_at, %(now)s),
       opened_at = coalesce(opened_at, %(now)s), accepted_at = coalesce(accepted_at, %(now)s),
       sent_at = coalesce(sent_at, %(now)s)
WHERE token = %(token)s
RETURNING publication_id

-- name: uncount
UPDATE publication SET counted = false WHERE id = %(publication)s AND counted

-- name: told_to
SELECT p.order_id, p.revision_number, p.identifier, p.status, d.acknowledged_at, o.state AS order_state,
       o.revision AS newest
FROM delivery d JOIN publication p ON p.id = d.publication_id JOIN evacuation_order o ON o.id = p.order_id
WHERE d.token = %(token)s

-- name: feed
SELECT p.identifier, p.msg_type, p.status, p.sent_at, p.expires_at, p.order_id, p.revision_number, r.texts,
       r.level, r.act, a.name AS area_name, o.area_code
FROM publication p
JOIN evacuation_order o ON o.id = p.order_id
JOIN order_revision r ON r.order_id = p.order_id AND r.number = p.revision_number
LEFT JOIN area a ON a.code = o.area_code
WHERE p.incident_kind = %(kind)s AND (%(area)s::text IS NULL OR o.area_code = %(area)s)
ORDER BY p.sent_at DESC, p.id DESC
LIMIT %(limit)s

-- name: message
SELECT cap, sent_at FROM publication WHERE identifier = %(identifier)s AND incident_kind = %(kind)s
