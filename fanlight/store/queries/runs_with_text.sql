-- The runs that hold a text: in their own name or error, or in a span of theirs.
SELECT DISTINCT run_id
FROM (
    SELECT run_id
    FROM spans
    WHERE project_id = {project_id:String}
        AND /*spans*/
    UNION ALL
    SELECT run_id
    FROM runs
    WHERE project_id = {project_id:String}
        AND /*runs*/
)
LIMIT {limit:UInt32}
-- Small blocks: a common word has filled the limit long before the first large one is read.
SETTINGS max_block_size = 1024
