-- Accounts, their roles and sessions. What changes them is audited in the same transaction.

-- name: create
INSERT INTO account (login, display_name, password_hash, installation, demo)
SELECT %(login)s, %(display_name)s, %(password_hash)s, kind, %(demo)s FROM installation
ON CONFLICT (login) DO NOTHING
RETURNING id

-- name: installation
SELECT kind, EXISTS (SELECT FROM account WHERE demo) AS has_demo_accounts FROM installation

-- name: by_login
SELECT id, login, display_name, password_hash, disabled FROM account WHERE login = %(login)s

-- name: list
SELECT a.id, a.login, a.display_name, a.demo, a.disabled, a.created_at,
       coalesce(array_agg(r.role || coalesce(':' || r.shelter_id, ':' || r.area_code, '')
                          ORDER BY r.role, r.shelter_id, r.area_code)
                FILTER (WHERE r.role IS NOT NULL), '{}') AS roles
FROM account a LEFT JOIN role_grant r ON r.account_id = a.id
GROUP BY a.id ORDER BY a.login

-- name: grant
INSERT INTO role_grant (account_id, role, shelter_id, area_code)
VALUES (%(account)s, %(role)s, %(shelter)s, %(area)s)
ON CONFLICT DO NOTHING

-- name: set_disabled
UPDATE account SET disabled = %(disabled)s WHERE login = %(login)s RETURNING id

-- name: set_password
UPDATE account SET password_hash = %(password_hash)s WHERE id = %(account)s

-- name: end_all_sessions
DELETE FROM sign_in_session WHERE account_id = %(account)s

-- name: begin_session
INSERT INTO sign_in_session (token_hash, account_id, csrf_token, created_at, expires_at, address)
VALUES (%(token_hash)s, %(account)s, %(csrf)s, %(now)s, %(expires)s, %(address)s)

-- name: end_session
DELETE FROM sign_in_session WHERE token_hash = %(token_hash)s RETURNING account_id

-- name: forget_expired
DELETE FROM sign_in_session WHERE expires_at <= %(now)s

-- name: session
SELECT s.token_hash, s.account_id, s.csrf_token, s.expires_at, a.login, a.display_name,
       coalesce(array_agg(DISTINCT r.role) FILTER (WHERE r.role IS NOT NULL), '{}') AS roles,
       coalesce(array_agg(r.shelter_id) FILTER (WHERE r.shelter_id IS NOT NULL), '{}') AS shelters,
       coalesce(json_agg(json_build_array(r.role, r.area_code)) FILTER (WHERE r.area_code IS NOT NULL), '[]')
           AS offices
FROM sign_in_session s
JOIN account a ON a.id = s.account_id AND NOT a.disabled
LEFT JOIN role_grant r ON r.account_id = a.id
WHERE s.token_hash = %(token_hash)s AND s.expires_at > %(now)s
GROUP BY s.token_hash, a.id

-- name: extend
-- those sessions of the given ones that still hold, prolonged
UPDATE sign_in_session s SET expires_at = greatest(s.expires_at, %(expires)s)
FROM account a
WHERE s.token_hash = ANY(%(token_hashes)s) AND s.expires_at > %(now)s
  AND a.id = s.account_id AND NOT a.disabled
RETURNING s.token_hash

-- name: audit
INSERT INTO audit (account_id, action, object_kind, object_id, detail, address)
VALUES (%(account)s, %(action)s, %(object_kind)s, %(object_id)s, %(detail)s, %(address)s)
