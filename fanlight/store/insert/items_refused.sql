-- Log records or points that are stored already or came before in the segment.
SELECT seq, 0 AS differs
FROM (SELECT seq, identity, row_number() OVER (PARTITION BY identity ORDER BY seq) AS nth FROM incoming)
WHERE nth > 1 OR identity IN (SELECT identity FROM known)
