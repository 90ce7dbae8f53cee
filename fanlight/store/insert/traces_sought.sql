SELECT project_id, trace_id, span_id FROM incoming WHERE end_ns != 0
