-- Finished spans that are stored already or came before in the segment; whether they differ from the first one.
SELECT seq, if(known_hash != 0, known_hash, first_hash) != content_hash AS differs
FROM (
    SELECT
        incoming.seq AS seq, incoming.content_hash AS content_hash, known.content_hash AS known_hash,
        row_number() OVER same AS nth,
        first_value(incoming.content_hash) OVER same AS first_hash
    FROM incoming
    LEFT ANY JOIN known ON incoming.project_id = known.project_id AND incoming.trace_id = known.trace_id AND incoming.span_id = known.span_id
    WHERE end_ns != 0
    WINDOW same AS (PARTITION BY incoming.project_id, incoming.trace_id, incoming.span_id ORDER BY incoming.seq)
)
WHERE known_hash != 0 OR nth > 1
