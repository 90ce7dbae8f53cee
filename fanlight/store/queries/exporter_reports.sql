-- The newest report of each exporter, and the newest failure that any of its reports names.
SELECT
    attributes['fanlight.exporter.name'] AS exporter,
    toUnixTimestamp64Nano(max(time)),
    argMax(attributes['fanlight.exporter.state'], (time, seq)),
    argMax(attributes['fanlight.exporter.place'], (time, seq)),
    argMax(attributes['fanlight.exporter.error'], (time, seq)),
    argMax(attributes['fanlight.exporter.delivered'], (time, seq)),
    argMax(attributes['fanlight.exporter.dropped'], (time, seq)),
    argMax(attributes['fanlight.exporter.restarts'], (time, seq)),
    argMax(
        if(attributes['fanlight.run.id'] != '', attributes['fanlight.run.id'], lower(hex(trace_id))),
        (time, seq)
    ),
    argMax(service, (time, seq)),
    argMaxIf(attributes['fanlight.exporter.error'], (time, seq), attributes['fanlight.exporter.error'] != ''),
    toUnixTimestamp64Nano(maxIf(time, attributes['fanlight.exporter.error'] != ''))
FROM logs
WHERE project_id = {project_id:String}
    AND event_name = 'fanlight.exporter'
    AND exporter != ''
GROUP BY exporter
ORDER BY exporter
LIMIT {limit:UInt32}
