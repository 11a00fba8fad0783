-- The computed flood of a scenario.

-- name: run
SELECT min(id) FROM inundation_run WHERE incident_id = %(incident)s AND cause = 'scenario'
HAVING count(*) > 0
