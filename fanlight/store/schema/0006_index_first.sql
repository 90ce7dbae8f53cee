-- The index of traces is written before their spans, by a statement of its own: by a view of theirs it came after
-- them, and a crash between the two left it short for ever.
DROP VIEW IF EXISTS trace_index_of_spans
;
DROP VIEW IF EXISTS trace_index_of_open_spans
