FROM logs
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND event_name != 'fanlight.token'
    AND has(
        {types:Array(String)},
        multiIf(
            event_name = 'fanlight.developer_log', 'developer_log',
            event_name != 'fanlight.room.event', 'log',
            startsWith(attributes['fanlight.event.type'], 'service.'), 'service',
            'room_event'
        )
    )
    AND (
        {all_logs:Bool}
        OR has({runs:Array(String)}, attributes['fanlight.run.id'])
        OR (
            has({runs:Array(String)}, lower(hex(trace_id)))
            AND attributes['fanlight.run.id'] = ''
        )
        OR has({rooms:Array(String)}, room)
        OR has({sessions:Array(String)}, session)
        /*unnamed_time*/
    )
