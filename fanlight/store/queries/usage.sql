-- What the runs that started in a window came to, in groups. Runs carry their usage with them, by minute,
-- kind, agent, model, provider and tool, so that every sum here is one of runs.
SELECT
    grouping(group_key, group_at) AS is_total,
    toString(/*key*/) AS group_key,
    /*at*/ AS group_at,
    if(is_total > 0, countIf(each.place = 1), countIf(each.nth = 1)) AS runs,
    sum(each.spans),
    sum(each.errors),
    sum(each.tokens_input) AS tokens_input,
    sum(each.tokens_output),
    sum(each.tokens_cache_read),
    sum(each.tokens_cache_write),
    sum(each.tokens_reasoning),
    toString(sum(each.cost)),
    sum(each.unpriced_tokens),
    /*samples*/,
    /*percentiles*/
FROM (
    SELECT
        room, session, user,
        toFloat32((toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at)) / 1000000) AS run_ms,
        usage.at, usage.kind, usage.agent, usage.model, usage.provider, usage.tool, usage.spans, usage.errors,
        usage.tokens_input, usage.tokens_output, usage.tokens_cache_read, usage.tokens_cache_write,
        usage.tokens_reasoning, usage.cost, usage.unpriced_tokens/*durations*/,
        -- Which of a run's parts is the first of its group, and the first at all: there the run counts.
        /*nth*/ AS nth, arrayEnumerate(usage.at) AS place
    FROM runs FINAL
    WHERE project_id = {project_id:String}
        AND started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND started_at < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
        /*filter*/
)
ARRAY JOIN
    usage.at AS `each.at`,
    usage.kind AS `each.kind`,
    usage.agent AS `each.agent`,
    usage.model AS `each.model`,
    usage.provider AS `each.provider`,
    usage.tool AS `each.tool`,
    usage.spans AS `each.spans`,
    usage.errors AS `each.errors`,
    usage.tokens_input AS `each.tokens_input`,
    usage.tokens_output AS `each.tokens_output`,
    usage.tokens_cache_read AS `each.tokens_cache_read`,
    usage.tokens_cache_write AS `each.tokens_cache_write`,
    usage.tokens_reasoning AS `each.tokens_reasoning`,
    usage.cost AS `each.cost`,
    usage.unpriced_tokens AS `each.unpriced_tokens`,
    nth AS `each.nth`,
    place AS `each.place`/*joined_durations*/
GROUP BY GROUPING SETS ((group_key, group_at), ())
ORDER BY is_total DESC, group_at, /*order*/ DESC, group_key
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
