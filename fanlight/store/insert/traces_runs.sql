-- Runs that the segment may have changed: the trace's own, and those that its spans started.
SELECT DISTINCT project_id, arrayJoin([run_id, lower(hex(trace_id))]) FROM incoming
