-- `members` as their prompts tell: a prompt lasts until its last record and fails with it, and every record stands
-- below its prompt.
SELECT
    * EXCEPT (of_project, of_trace, of_span, prompt, standing, until_ns, last_type, last_message)
    REPLACE (
        if(standing = '', finished, toUInt8(standing != 'open')) AS finished,
        if(standing = '', end_ns, until_ns) AS end_ns,
        if(standing = 'failed', toUInt8(2), status_code) AS status_code,
        toLowCardinality(if(standing = 'failed', last_type, toString(error_type))) AS error_type,
        if(standing = 'failed', last_message, error_message) AS error_message,
        if(prompt = '', parent_span_id, toFixedString(unhex(prompt), 8)) AS parent_span_id
    )
FROM members
LEFT ANY JOIN prompts ON project_id = of_project AND trace_id = of_trace AND span_id = of_span
