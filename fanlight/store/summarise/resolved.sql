-- `members` with what their tree decided: the run of each, whether its usage counts, and its agent.
SELECT
    members.project_id AS project_id,
    members.trace_id AS trace_id,
    members.span_id AS span_id,
    members.* EXCEPT (project_id, trace_id, span_id),
    if(judged.known = 1, judged.run, members.run_id) AS run,
    if(judged.known = 1, judged.counts, kind IN ('llm', 'embedding', 'reranker')) AS counted,
    parent_span_id = toFixedString('', 8) OR members.run_id != lower(hex(members.trace_id)) AS is_root,
    if(agent = '', inherited.inherited_agent, agent) AS of_agent,
    if(end_ns > start_ns, toInt64(least(end_ns - start_ns, {longest_ns:UInt64})), 0) AS took_ns,
    (effective_start, members.span_id) AS place
FROM members
LEFT ANY JOIN judged ON members.project_id = judged.project_id AND members.trace_id = judged.trace_id AND members.span_id = judged.span_id
LEFT ANY JOIN inherited ON members.project_id = inherited.of_project AND members.trace_id = inherited.of_trace AND members.span_id = inherited.of_span
