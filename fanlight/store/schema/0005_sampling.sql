-- Traces of finished runs whose spans were removed because their project keeps a share of them: their summaries stand
-- as they are, and what still comes is removed as well.
ALTER TABLE trace_index
    ADD COLUMN IF NOT EXISTS thinned SimpleAggregateFunction(max, UInt8)
