-- What the spans of a trace say of the graph that they are part of: the node that they are, the one before
-- it, who handed over to whom, and the spans of the trace that they link to.
SELECT
    lower(hex(span_id)),
    attributes['graph.node.id'] AS node,
    attributes['graph.node.parent_id'] AS before,
    attributes['gen_ai.handoff.from_agent'] AS from_agent,
    attributes['gen_ai.handoff.to_agent'] AS to_agent,
    arrayMap(
        link -> lower(hex(link.2)),
        arrayFilter(link -> link.1 = unhex({trace_id:String}), arrayZip(link_trace_id, link_span_id))
    ) AS links
FROM spans
WHERE project_id = {project_id:String}
    AND trace_id = toFixedString(unhex({trace_id:String}), 16)
    AND effective_start >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND effective_start <= fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND (node != '' OR from_agent != '' OR notEmpty(link_span_id))
ORDER BY effective_start, span_id
LIMIT {limit:UInt32}
