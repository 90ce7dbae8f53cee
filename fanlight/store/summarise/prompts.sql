-- The records of coding agents among `members`, each with its prompt, and what that came to: spans made of log
-- records have no end of their own. A record belongs to the last prompt of its trace before it, one that came before
-- all of them to the first. A prompt goes on until the model answered, or failed for good, and nothing follows.
SELECT
    of_project, of_trace, arrayJoin(records) AS of_span, prompt_id, until_ns, last, outcome
FROM (
    SELECT
        of_project, of_trace, prompt.2 AS prompt_id,
        max(record.1) AS until_ns,
        argMax(record.3, place) AS last,
        argMax((record.4, record.5), place) AS outcome,
        groupArray(record.2) AS records
    FROM (
        SELECT
            of_project, of_trace, record,
            -- At the same moment, an answer comes before what is done about it.
            (record.1, record.3 != 'request', record.2) AS place,
            if(arrayExists(each -> each.1 <= record.1, prompts), arrayLast(each -> each.1 <= record.1, prompts), prompts[1]) AS prompt
        FROM (
            SELECT
                project_id AS of_project,
                trace_id AS of_trace,
                arraySort(groupArrayIf((end_ns, span_id), operation = 'prompt')) AS prompts,
                arrayJoin(groupArray((end_ns, span_id, toString(operation), toString(error_type), error_message))) AS record
            FROM members
            WHERE dialect = 'coding_agent'
            GROUP BY project_id, trace_id
        )
        WHERE notEmpty(prompts)
    )
    GROUP BY of_project, of_trace, prompt_id
)
