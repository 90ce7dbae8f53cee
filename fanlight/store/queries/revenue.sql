-- What billing events that occurred in a window come to, by key and time, a tuple of sums a currency; beside
-- it what the runs that began in it cost. Each side is summed up by itself, so that no join can count
-- anything twice.
SELECT
    toString(key) AS group_key,
    at AS group_at,
    sum(runs),
    toString(sum(cost)),
    sum(unpriced),
    sum(priced),
    arraySort(
        groupArrayIf(
            (currency, gross, refunds, fees, payouts, adjustments, events, unverified), currency != ''
        )
    ) AS sums
FROM (
    SELECT
        /*key*/ AS key, /*event_at*/ AS at, currency,
        toString(sumIf(amount, verified AND kind = 'charge')) AS gross,
        toString(sumIf(amount, verified AND kind = 'refund')) AS refunds,
        toString(sumIf(amount, verified AND kind = 'fee')) AS fees,
        toString(sumIf(amount, verified AND kind = 'payout')) AS payouts,
        toString(sumIf(amount, verified AND kind = 'adjustment')) AS adjustments,
        countIf(verified) AS events,
        countIf(NOT verified) AS unverified,
        0 AS runs, toDecimal128(0, 12) AS cost, 0 AS unpriced, 0 AS priced
    FROM (
        SELECT
            occurred_at, currency, amount, kind, verified, customer, event.run_id AS run_id,
            if(event.agent = '', of_run.agent, event.agent) AS agent,
            if(event.room = '', of_run.room, event.room) AS room,
            of_run.user AS user, of_run.model AS model
        FROM (
            SELECT occurred_at, currency, amount, kind, verified, customer, run_id, agent, room
            FROM billing FINAL
            WHERE project_id = {project_id:String}
                AND occurred_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                AND occurred_at < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
                AND ({run_id:String} = '' OR run_id = {run_id:String})
        ) AS event
        LEFT ANY JOIN (/*runs_named*/) AS of_run ON event.run_id = of_run.run_id
    )
    GROUP BY key, at, currency
    UNION ALL
    SELECT
        /*key*/ AS key, /*run_at*/ AS at, '', '', '', '', '', '', 0, 0,
        count(), sum(ifNull(cost, toDecimal128(0, 12))), sum(ifNull(unpriced_tokens, 0)),
        countIf(cost IS NOT NULL)
    FROM (
        SELECT of_window.*, billed.customer AS customer
        FROM (
            SELECT run_id, agent, room, user, /*model*/ AS model, started_at, cost, unpriced_tokens
            FROM runs FINAL
            WHERE project_id = {project_id:String}
                AND started_at >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                AND started_at < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
                AND ({run_id:String} = '' OR run_id = {run_id:String})
        ) AS of_window
        LEFT ANY JOIN (/*customers*/) AS billed ON of_window.run_id = billed.run_id
    )
    GROUP BY key, at
)
GROUP BY group_key, group_at
ORDER BY
    group_at, empty(sums), arraySum(each -> if(each.1 = 'USD', toFloat64(each.2), 0), sums) DESC,
    sum(cost) DESC, group_key
LIMIT {limit:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1
