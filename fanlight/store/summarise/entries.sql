-- The usage of each run: its spans by minute, kind, agent, model, provider and tool.
SELECT
    project_id AS of_project,
    run AS of_run,
    arraySort(groupArray((at, kind, agent, model, provider, tool, spans, errors, tokens_input, tokens_output,
        tokens_cache_read, tokens_cache_write, tokens_reasoning, cost, unpriced_tokens, durations_ms))) AS entries
FROM (
    SELECT
        project_id, run,
        toStartOfMinute(toDateTime(effective_start)) AS at,
        toString(kind) AS kind,
        toString(of_agent) AS agent,
        toString(resolved.model) AS model,
        toString(resolved.provider) AS provider,
        toString(resolved.tool) AS tool,
        toUInt32(count()) AS spans,
        toUInt32(countIf(status_code = 2)) AS errors,
        toUInt64(coalesce(sumIf(resolved.tokens_input, counted), 0)) AS tokens_input,
        toUInt64(coalesce(sumIf(resolved.tokens_output, counted), 0)) AS tokens_output,
        toUInt64(coalesce(sumIf(resolved.tokens_cache_read, counted), 0)) AS tokens_cache_read,
        toUInt64(coalesce(sumIf(resolved.tokens_cache_write, counted), 0)) AS tokens_cache_write,
        toUInt64(coalesce(sumIf(resolved.tokens_reasoning, counted), 0)) AS tokens_reasoning,
        coalesce(sumIf(resolved.cost, counted), toDecimal128(0, 12)) AS cost,
        toUInt64(sumIf(coalesce(resolved.tokens_input, 0) + coalesce(resolved.tokens_output, 0), counted AND unpriced != '')) AS unpriced_tokens,
        arraySort(groupArrayIf(toFloat32(took_ns / 1000000), finished)) AS durations_ms
    FROM resolved
    GROUP BY project_id, run, at, kind, agent, model, provider, tool
)
GROUP BY project_id, run
