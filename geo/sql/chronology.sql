-- What happened, in order.

-- name: add
INSERT INTO chronology (incident_id, event_at, category, object_kind, object_id, severity, code, params,
                        text, text_en, author_id)
SELECT %(incident)s, n.event_at, n.category, n.object_kind, n.object_id, n.severity, n.code, n.params::json,
       n.text, n.text_en, n.author_id
FROM unnest(%(event_at)b::timestamptz[], %(categories)b::text[], %(object_kinds)b::text[],
            %(object_ids)b::text[], %(severities)b::int2[], %(codes)b::text[], %(params)b::text[],
            %(texts)b::text[], %(texts_en)b::text[], %(authors)b::int4[])
     WITH ORDINALITY AS n(event_at, category, object_kind, object_id, severity, code, params, text, text_en,
                          author_id, ord)
ORDER BY n.ord
RETURNING *
