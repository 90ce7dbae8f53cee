-- The long values of the spans of a page: where each belongs, and the value as base64.
SELECT lower(hex(trace_id)), lower(hex(span_id)), place, base64Encode(value)
FROM span_content
WHERE project_id = {project_id:String} AND (trace_id, span_id) IN (
    SELECT trace_id, span_id FROM /*table*/
    WHERE project_id = {project_id:String} AND seq > {after:UInt64} AND seq <= {upto:UInt64}
)
