-- What the runs of each agent, room, session or user came to, whoever was heard of last first. Runs
-- carry their sums with them, so that every sum here is one of runs. No alias is a column: a filter
-- would mean the alias.
SELECT
    toString(/*key*/) AS whose,
    max(toUnixTimestamp64Milli(heard_at)) AS heard_ms,
    min(toUnixTimestamp64Nano(runs.started_at)),
    count(),
    countIf(status = 'running') AS running,
    countIf(status IN ('error', 'lost')),
    if(running > 0, 'running', argMax(toString(status), (started_at, run_id))),
    sum(tokens_input),
    sum(tokens_output),
    sum(tokens_cache_read),
    sum(tokens_cache_write),
    sum(tokens_reasoning),
    toString(sum(cost)),
    sum(unpriced_tokens),
    quantilesExactIf(0.5, 0.95)(
        (toUnixTimestamp64Nano(assumeNotNull(ended_at)) - toUnixTimestamp64Nano(started_at)) / 1000000, ended
    ),
    countIf(isNotNull(ended_at) AS ended),
    quantileExactIf(0.5)(assumeNotNull(coalesce(tokens_input, 0) + coalesce(tokens_output, 0)), counted),
    countIf(ended AND (isNotNull(tokens_input) OR isNotNull(tokens_output)) AS counted),
    toString(quantileExactIf(0.5)(assumeNotNull(cost), priced)),
    countIf(ended AND isNotNull(cost) AS priced),
    arraySort(groupUniqArrayIf(20)(toString(agent), agent != '')),
    argMaxIf(toString(room), (started_at, run_id), room != ''),
    argMaxIf(user, (started_at, run_id), user != '')
FROM runs FINAL
WHERE project_id = {project_id:String}
    AND started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND /*key*/ != ''
    AND (empty({names:Array(String)}) OR /*key*/ IN {names:Array(String)})
    /*filter*/
GROUP BY whose
HAVING (heard_ms, whose) < ({before_ms:Int64}, {before_name:String})
ORDER BY heard_ms DESC, whose DESC
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
