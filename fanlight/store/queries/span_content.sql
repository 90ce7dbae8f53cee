-- The long values of one span, whole, each with the place (from 1) of its attribute.
SELECT
    place,
    value
FROM span_content
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex({trace_id:String}), 16)
    AND span_id = toFixedString(unhex({span_id:String}), 8)
ORDER BY place
