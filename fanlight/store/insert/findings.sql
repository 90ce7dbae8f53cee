-- Findings, in the order given, with sequences from {first_seq}.
INSERT INTO findings (project_id, run_id, finding_id, kind, state, at, data, seq, retention_days)
SELECT
    row.1, row.2, row.3, row.4, row.5, fromUnixTimestamp64Milli(toInt64(row.6), 'UTC'), row.7,
    {first_seq:UInt64} + toUInt64(row.8), row.9
FROM (
    SELECT arrayJoin(arrayZip({projects:Array(String)}, {runs:Array(String)}, {ids:Array(String)},
        {kinds:Array(String)}, {states:Array(String)}, {at_ms:Array(String)}, {data:Array(String)},
        {places:Array(String)}, {days:Array(UInt16)})) AS row
)
