-- The long values of one span, each with the place (from 1) of its attribute, as base64 because some are no
-- text; of one that is longer than `longest` bytes its beginning, and whether that is all of it.
SELECT
    place,
    base64Encode(substring(value, 1, {longest:UInt32})),
    length(value) <= {longest:UInt32}
FROM span_content
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex({trace_id:String}), 16)
    AND span_id = toFixedString(unhex({span_id:String}), 8)
ORDER BY place
