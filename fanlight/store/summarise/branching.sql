-- The traces whose tree must be looked at, with their spans: those with runs of their own inside, with usage on a
-- span that is no model call, or with something below a model call that reports usage.
SELECT
    project_id,
    lower(hex(trace_id)),
    groupArray(lower(hex(span_id))),
    groupArray(lower(hex(parent_span_id))),
    groupArray(if(run_id = lower(hex(trace_id)), '', run_id)),
    groupArray(kind IN ('llm', 'embedding', 'reranker') AS calls),
    groupArray(tokens_input IS NOT NULL OR tokens_output IS NOT NULL AS reports)
FROM members
GROUP BY project_id, trace_id
HAVING max(run_id != lower(hex(trace_id))) OR max(reports AND NOT calls)
    OR hasAny(groupArrayIf(span_id, reports), groupArray(parent_span_id))
