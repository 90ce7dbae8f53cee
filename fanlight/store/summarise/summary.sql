-- One row a run. A run's root is its first span that has no parent or starts the run.
SELECT
    project_id,
    run_id,
    trace_id,
    if(rooted, root.2, first_start) AS started_at,
    if(rooted AND root.3, fromUnixTimestamp64Nano(toUnixTimestamp64Nano(root.2) + root.4, 'UTC'), NULL) AS ended_at,
    heard_at,
    multiIf(
        rooted AND root.3, if(root.5 = 2, 'error', 'success'),
        open_count > 0 AND open_count = lost_count, 'lost',
        'running'
    ) AS status,
    if(rooted, root.6, first_name) AS name,
    if(first_agent = '', root.7, first_agent) AS agent,
    if(root.8 = '', first_service, root.8) AS service,
    if(root.9 = '', first_room, root.9) AS room,
    if(root.10 = '', first_session, root.10) AS session,
    if(root.11 = '', first_user, root.11) AS user,
    models,
    agents,
    tools,
    root.1 AS root_span_id,
    if(status = 'error', error.1, '') AS error_type,
    if(status = 'error', error.2, '') AS error_message,
    if(status = 'error', error.3, toFixedString('', 8)) AS error_span_id,
    span_count,
    error_count,
    llm_count,
    tool_count,
    tokens_input,
    tokens_output,
    tokens_cache_read,
    tokens_cache_write,
    tokens_reasoning,
    root.12 AS input,
    root.13 AS output,
    retention_days
FROM (
    SELECT
        project_id,
        run AS run_id,
        min(trace_id) AS trace_id,
        max(is_root) AS rooted,
        argMinIf((span_id, effective_start, finished, toInt64(least(if(end_ns > start_ns, end_ns - start_ns, 0), {longest_ns:UInt64})),
            status_code, toString(name), toString(agent), toString(service), toString(room), session, user, input, output),
            place, is_root) AS root,
        min(effective_start) AS first_start,
        argMin(toString(name), place) AS first_name,
        argMinIf(toString(if(agent = '', name, agent)), place, kind = 'agent') AS first_agent,
        argMin(toString(service), place) AS first_service,
        argMinIf(toString(room), place, room != '') AS first_room,
        argMinIf(session, place, session != '') AS first_session,
        argMinIf(user, place, user != '') AS first_user,
        arraySort(groupUniqArrayIf(model, model != '')) AS models,
        arraySort(groupUniqArrayIf(agent, agent != '')) AS agents,
        arraySort(groupUniqArrayIf(tool, tool != '')) AS tools,
        argMinIf((toString(error_type), error_message, span_id), (end_ns, span_id), status_code = 2) AS error,
        max(received_at) AS heard_at,
        countIf(NOT finished) AS open_count,
        countIf(NOT finished AND state_reported = 'lost') AS lost_count,
        toUInt32(count()) AS span_count,
        toUInt32(countIf(status_code = 2)) AS error_count,
        toUInt32(countIf(kind = 'llm')) AS llm_count,
        toUInt32(countIf(kind = 'tool')) AS tool_count,
        sumIf(tokens_input, counted) AS tokens_input,
        sumIf(tokens_output, counted) AS tokens_output,
        sumIf(tokens_cache_read, counted) AS tokens_cache_read,
        sumIf(tokens_cache_write, counted) AS tokens_cache_write,
        sumIf(tokens_reasoning, counted) AS tokens_reasoning,
        max(retention_days) AS retention_days
    FROM (
        SELECT
            members.*,
            if(judged.known = 1, judged.run, members.run_id) AS run,
            if(judged.known = 1, judged.counts, kind IN ('llm', 'embedding', 'reranker')) AS counted,
            parent_span_id = toFixedString('', 8) OR members.run_id != lower(hex(members.trace_id)) AS is_root,
            (effective_start, members.span_id) AS place
        FROM members
        LEFT ANY JOIN judged ON members.project_id = judged.project_id AND members.trace_id = judged.trace_id AND members.span_id = judged.span_id
    )
    GROUP BY project_id, run
)
