-- What a project's runs have used since a moment, all of it or what counts for one agent or room ('' = any).
-- A run that began before counts with the minutes since; one without minutes counts when it began.
SELECT
    toString(sum(if(
        empty(`usage.at`),
        if(began, ifNull(cost, toDecimal128(0, 12)), toDecimal128(0, 12)),
        arraySum((each, is) -> if(is, each, toDecimal128(0, 12)), `usage.cost`, counts)
    ))),
    sum(if(
        empty(`usage.at`),
        if(began, ifNull(tokens_input, 0) + ifNull(tokens_output, 0), 0),
        arraySum(
            (taken, given, is) -> if(is, taken + given, 0),
            `usage.tokens_input`, `usage.tokens_output`, counts
        )
    )),
    sum(if(
        empty(`usage.at`),
        if(began, ifNull(unpriced_tokens, 0), 0),
        arraySum((each, is) -> if(is, each, 0), `usage.unpriced_tokens`, counts)
    ))
FROM
(
    SELECT
        cost,
        tokens_input,
        tokens_output,
        unpriced_tokens,
        `usage.at`,
        `usage.cost`,
        `usage.tokens_input`,
        `usage.tokens_output`,
        `usage.unpriced_tokens`,
        started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
            AND ({agent:String} = '' OR agent = {agent:String}) AS began,
        arrayMap(
            (at, name) -> at >= toDateTime(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
                AND ({agent:String} = '' OR name = {agent:String}),
            `usage.at`,
            `usage.agent`
        ) AS counts
    FROM runs FINAL
    WHERE project_id = {project_id:String}
        AND heard_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND ({room:String} = '' OR room = {room:String})
    SETTINGS do_not_merge_across_partitions_select_final = 1
)
