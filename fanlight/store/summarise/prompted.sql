-- `members` as their prompts tell: a prompt lasts until its last record and fails with it, and every record stands
-- below its prompt.
SELECT
    * EXCEPT (of_project, of_trace, of_span, prompt_id, until_ns, last, outcome, is_prompt)
    REPLACE (
        if(is_prompt, toUInt8(last IN ('request', 'failure')), finished) AS finished,
        if(is_prompt, until_ns, end_ns) AS end_ns,
        if(is_prompt AND last = 'failure', toUInt8(2), status_code) AS status_code,
        toLowCardinality(if(is_prompt AND last = 'failure', outcome.1, toString(error_type))) AS error_type,
        if(is_prompt AND last = 'failure', outcome.2, error_message) AS error_message,
        if(last = '' OR is_prompt, parent_span_id, prompt_id) AS parent_span_id
    )
FROM (
    SELECT *, last != '' AND of_span = prompt_id AS is_prompt
    FROM members
    LEFT ANY JOIN prompts ON project_id = of_project AND trace_id = of_trace AND span_id = of_span
)
