-- Past skill of the level forecast.

-- name: fitted_to
SELECT document -> 'fitted_to' FROM level_skill WHERE subject = '*'

-- name: clear
DELETE FROM level_skill

-- name: add
INSERT INTO level_skill (subject, document) VALUES (%(subject)s, %(document)s)
