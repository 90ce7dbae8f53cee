-- Delta points: what came in one step and adds up, as one row.
INSERT INTO metrics_rolling (/*columns*/)
SELECT /*merged*/
FROM metrics
WHERE project_id = {project_id:String}
    AND name = {name:String}
    AND has({series:Array(UInt64)}, series)
    AND toDate(time) = toDate({day:String})
    AND temporality = 1
    AND bitAnd(point_flags, 1) = 0
GROUP BY series, intDiv(toUnixTimestamp(time), {step_s:UInt32}), value_type, bounds, scale, zero_threshold,
    positive_offset, negative_offset, isNull(sum), isNull(min), isNull(max)
SETTINGS insert_deduplicate = 0
