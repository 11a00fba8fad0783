-- Orders and advice as the screens are told of them. A parameter that is null takes all.

-- name: orders
SELECT o.*, a.name AS area_name, r.act, r.districts, r.households, r.persons, r.reason, r.hazard, r.texts,
       r.expires_at, r.recorded_source, author.display_name AS author, approver.display_name AS approver,
       -- simplified to about 10 m: the screen draws it, nobody measures in it
       ST_AsGeoJSON(ST_SimplifyPreserveTopology(r.geom, 0.0001), 5)::json AS geometry,
       p.number AS pending_number, p.act AS pending_act, p.state AS pending_state, p.level AS pending_level,
       p.submitted_at AS pending_submitted_at, pending_author.display_name AS pending_author,
       pending_editor.display_name AS pending_edited_by
FROM evacuation_order o
LEFT JOIN area a ON a.code = o.area_code
LEFT JOIN order_revision p ON p.order_id = o.id AND p.state IN ('draft', 'submitted', 'returned')
JOIN order_revision r ON r.order_id = o.id
     AND r.number = coalesce(o.revision, (SELECT max(number) FROM order_revision WHERE order_id = o.id))
JOIN account author ON author.id = r.author_id
LEFT JOIN account approver ON approver.id = r.approver_id
LEFT JOIN account pending_author ON pending_author.id = p.author_id
LEFT JOIN account pending_editor ON pending_editor.id = p.edited_by
WHERE (%(incident)s::int IS NULL OR o.incident_id = %(incident)s)
  AND (%(id)s::int IS NULL OR o.id = %(id)s)
ORDER BY o.id

-- name: advice
SELECT d.*, a.name AS area_name, author.display_name AS author, approver.display_name AS approver,
       taker.display_name AS acknowledged_by_name
FROM advice d
LEFT JOIN area a ON a.code = d.area_code
JOIN account author ON author.id = d.author_id
LEFT JOIN account approver ON approver.id = d.approver_id
LEFT JOIN account taker ON taker.id = d.acknowledged_by
WHERE (%(incident)s::int IS NULL OR d.incident_id = %(incident)s)
  AND (%(id)s::int IS NULL OR d.id = %(id)s)
ORDER BY d.id
