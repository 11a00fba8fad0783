-- The register of evacuees. What a family search may answer is decided here, in one place.

-- name: person
INSERT INTO person (incident_id, shelter_id, id, household_id, presence, presence_ms, destination_id, consent,
                    protected, search_name, search_kana, birth, phone, search_address, identity, health)
VALUES (%(incident)s, %(shelter)s, %(id)s, %(household)s, %(presence)s, %(presence_ms)s, %(destination)s, %(consent)s,
        %(protected)s, %(search_name)s, %(search_kana)s, %(birth)s, %(phone)s, %(search_address)s,
        %(identity)s::json, %(health)s::json)
ON CONFLICT (incident_id, shelter_id, id) DO UPDATE
SET household_id = excluded.household_id, presence = excluded.presence, presence_ms = excluded.presence_ms,
    destination_id = excluded.destination_id, consent = excluded.consent, protected = excluded.protected,
    search_name = excluded.search_name, search_kana = excluded.search_kana, birth = excluded.birth,
    phone = excluded.phone, search_address = excluded.search_address, identity = excluded.identity,
    health = excluded.health

-- name: household
INSERT INTO household (incident_id, shelter_id, id, people, needs, presence, presence_ms, destination_id, identity)
VALUES (%(incident)s, %(shelter)s, %(id)s, %(people)s, %(needs)s, %(presence)s, %(presence_ms)s, %(destination)s,
        %(identity)s::json)
ON CONFLICT (incident_id, shelter_id, id) DO UPDATE
SET people = excluded.people, needs = excluded.needs, presence = excluded.presence,
    presence_ms = excluded.presence_ms, destination_id = excluded.destination_id, identity = excluded.identity

-- name: register
SELECT id, household_id AS household, presence, presence_ms, destination_id AS destination, consent, protected,
       identity, health
FROM person WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s
ORDER BY search_kana, search_name, id

-- name: households
SELECT id, people, needs, presence, presence_ms, identity
FROM household WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s ORDER BY id

-- name: expected
-- who left another shelter for this one and was not registered here yet; protected people are not announced
SELECT p.id AS person, p.household_id AS household, p.identity->>'name' AS name, s.name AS "from"
FROM person p JOIN shelter s ON s.id = p.shelter_id
WHERE p.incident_id = %(incident)s AND p.destination_id = %(shelter)s AND p.presence = 'gone'
  AND NOT EXISTS (SELECT FROM person q WHERE q.incident_id = p.incident_id AND q.id = p.id AND q.protected)
  AND NOT EXISTS (SELECT FROM person here
                  WHERE here.incident_id = p.incident_id AND here.shelter_id = %(shelter)s AND here.id = p.id)
ORDER BY 2, 1
LIMIT 500

-- name: expected_households
-- a card at the door often names nobody but the household: who moved must not vanish with it
SELECT h.id AS household, h.identity->>'name' AS name, h.people AS count, s.name AS "from"
FROM household h JOIN shelter s ON s.id = h.shelter_id
WHERE h.incident_id = %(incident)s AND h.destination_id = %(shelter)s AND h.presence = 'gone'
  AND coalesce(h.identity->>'protected', 'false') = 'false'
  AND NOT EXISTS (SELECT FROM person p
                  WHERE p.incident_id = h.incident_id AND p.household_id = h.id AND p.protected)
  AND NOT EXISTS (SELECT FROM household here
                  WHERE here.incident_id = h.incident_id AND here.shelter_id = %(shelter)s AND here.id = h.id)
ORDER BY 2, 1
LIMIT 500

-- name: search
-- One person may have cards at several shelters (one id), or be linked by a human. When any of these cards is
-- protected, none is found; the least that any allows is told. A card that says nothing of consent (who
-- moved was not asked again) leaves it to the others; when none says anything, nothing is told.
WITH RECURSIVE linked AS (
    SELECT DISTINCT ON (shelter_a, person_a, shelter_b, person_b) shelter_a, person_a, shelter_b, person_b, decision
    FROM person_link WHERE incident_id = %(incident)s
    ORDER BY shelter_a, person_a, shelter_b, person_b, id DESC
),
same AS (
    SELECT person_a AS a, person_b AS b FROM linked WHERE decision = 'linked'
    UNION SELECT person_b, person_a FROM linked WHERE decision = 'linked'
),
named AS (
    SELECT p.id FROM person p
    WHERE p.incident_id = %(incident)s
      AND (%(name)s::text IS NULL OR p.search_name = %(name)s)
      AND (%(kana)s::text IS NULL OR p.search_kana = %(kana)s)
      AND (%(birth)s::text IS NULL OR p.birth = %(birth)s)
      AND (%(phone)s::text IS NULL OR p.phone = %(phone)s)
      AND (%(address)s::text IS NULL OR p.search_address LIKE %(address)s)
),
-- links of links count too: a card two links away may be the protected one
reached (found, id) AS (
    SELECT id, id FROM named
    UNION
    SELECT r.found, s.b FROM reached r JOIN same s ON s.a = r.id
),
cards AS (
    SELECT r.found, p.* FROM reached r JOIN person p ON p.incident_id = %(incident)s AND p.id = r.id
)
SELECT c.found, bool_or(c.protected) AS protected,
       min(array_position(ARRAY['none', 'safe', 'place', 'contact'], c.consent))
           FILTER (WHERE c.identity->'consent' IS NOT NULL) - 1 AS consent,
       (array_agg(s.name ORDER BY c.presence = 'here' DESC, c.presence_ms DESC NULLS LAST))[1] AS place,
       (array_agg(c.presence ORDER BY c.presence = 'here' DESC, c.presence_ms DESC NULLS LAST))[1] AS presence,
       (array_agg(c.identity->>'notify' ORDER BY c.presence = 'here' DESC, c.presence_ms DESC NULLS LAST))[1]
           AS contact
FROM cards c JOIN shelter s ON s.id = c.shelter_id
GROUP BY c.found
ORDER BY c.found

-- name: comparable
-- cards that may be proposed as one person; protected people never are
SELECT p.shelter_id AS shelter, s.name AS shelter_name, p.id, p.search_name, p.search_kana, p.birth, p.phone,
       p.presence, p.identity->>'name' AS name
FROM person p JOIN shelter s ON s.id = p.shelter_id
WHERE p.incident_id = %(incident)s AND NOT p.protected
  AND NOT EXISTS (SELECT FROM person q WHERE q.incident_id = p.incident_id AND q.id = p.id AND q.protected)
  AND (p.search_name IS NOT NULL OR p.search_kana IS NOT NULL)
ORDER BY p.shelter_id, p.id

-- name: decisions
SELECT DISTINCT ON (shelter_a, person_a, shelter_b, person_b)
       shelter_a, person_a, shelter_b, person_b, decision, reason, at
FROM person_link WHERE incident_id = %(incident)s
ORDER BY shelter_a, person_a, shelter_b, person_b, id DESC

-- name: decide
INSERT INTO person_link (incident_id, shelter_a, person_a, shelter_b, person_b, decision, reason, account_id)
VALUES (%(incident)s, %(shelter_a)s, %(person_a)s, %(shelter_b)s, %(person_b)s, %(decision)s, %(reason)s,
        %(account)s)

-- name: has_card
SELECT EXISTS (SELECT FROM person WHERE incident_id = %(incident)s AND shelter_id = %(shelter)s AND id = %(id)s
               AND NOT protected)
