-- A price that some cost stands on.
SELECT provider, model, source, version, rates
FROM prices
WHERE project_id = {project_id:String} AND price_id = {price_id:UInt64}
LIMIT 1
