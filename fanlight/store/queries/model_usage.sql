-- What models and priced tools came to in the runs that started in a window: one row a provider, model,
-- kind, interval and whoever is reported on, behind a place in that order. Every sum is one of runs.
SELECT
    /*at*/ AS group_at,
    toString(/*by*/) AS group_by,
    toString(each.provider) AS group_provider,
    toString(each.model) AS group_model,
    toString(each.kind) AS group_kind,
    sum(each.spans),
    sum(each.tokens_input) AS tokens_input,
    sum(each.tokens_output) AS tokens_output,
    toString(sum(each.cost)),
    sum(each.unpriced_tokens) AS unpriced
FROM (
    SELECT
        room, session, user,
        usage.at, usage.kind, usage.agent, usage.model, usage.provider, usage.spans,
        usage.tokens_input, usage.tokens_output, usage.cost, usage.unpriced_tokens
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
    usage.spans AS `each.spans`,
    usage.tokens_input AS `each.tokens_input`,
    usage.tokens_output AS `each.tokens_output`,
    usage.cost AS `each.cost`,
    usage.unpriced_tokens AS `each.unpriced_tokens`
WHERE ({provider:String} = '' OR each.provider = {provider:String})
    AND ({model:String} = '' OR each.model = {model:String})
    AND ({kind:String} = '' OR each.kind = {kind:String})
GROUP BY group_at, group_by, group_provider, group_model, group_kind
-- Steps that call nothing with a price are in no row.
HAVING (sum(each.cost) != 0 OR tokens_input != 0 OR tokens_output != 0 OR unpriced != 0)
    AND (toUInt32(group_at), group_by, group_provider, group_model, group_kind) > (
        {after_at:UInt32}, {after_by:String}, {after_provider:String}, {after_model:String},
        {after_kind:String}
    )
ORDER BY group_at, group_by, group_provider, group_model, group_kind
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
