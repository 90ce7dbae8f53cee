-- A page of an export: what was found in runs while they went on.
SELECT * EXCEPT (project_id, retention_days)
FROM /*table*/
/*include exported*/
