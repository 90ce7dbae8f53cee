-- What the records of traces told (store/prompts.py): of a record the prompt that it belongs to; of a prompt itself
-- ('') how it stands (open, over or failed), and what its last record says.
SELECT
    row.1 AS of_project, toFixedString(unhex(row.2), 16) AS of_trace, toFixedString(unhex(row.3), 8) AS of_span,
    row.4 AS prompt, row.5 AS standing, toUInt64OrZero(row.6) AS until_ns, row.7 AS last_type, row.8 AS last_message
FROM (
    SELECT arrayJoin(arrayZip({projects:Array(String)}, {traces:Array(String)}, {spans:Array(String)},
        {prompts:Array(String)}, {standing:Array(String)}, {until_ns:Array(String)}, {types:Array(String)},
        {messages:Array(String)})) AS row
)
