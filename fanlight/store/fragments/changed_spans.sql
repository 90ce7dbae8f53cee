FROM (
    SELECT
        seq, room, session, trace_id, run_id, span_id, parent_span_id, name, kind, span_kind, status_code,
        effective_start, start_ns, end_ns, service, agent, model, model_requested, tool, tokens_input,
        tokens_output, error_type, event_name, has_content, cost, finish_reason, first_token_ns,
        'finished' AS state
    FROM spans
    WHERE project_id = {project_id:String}
        AND seq > {after:UInt64}
        AND seq <= {upto:UInt64}
        AND (
            has({runs:Array(String)}, run_id)
            OR has({rooms:Array(String)}, room)
            OR has({sessions:Array(String)}, session)
            /*unnamed_effective_start*/
        )
    UNION ALL
    SELECT
        seq, room, session, trace_id, run_id, span_id, parent_span_id, name, kind, span_kind, status_code,
        effective_start, start_ns, end_ns, service, agent, model, model_requested, tool, tokens_input,
        tokens_output, error_type, event_name, has_content, cost, finish_reason, first_token_ns,
        if(state_reported = 'lost', 'lost', 'open') AS state
    FROM open_spans
    WHERE project_id = {project_id:String}
        AND seq > {after:UInt64}
        AND seq <= {upto:UInt64}
        AND (
            has({runs:Array(String)}, run_id)
            OR has({rooms:Array(String)}, room)
            OR has({sessions:Array(String)}, session)
            /*unnamed_effective_start*/
        )
)
