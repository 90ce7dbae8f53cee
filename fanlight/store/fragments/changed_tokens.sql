FROM logs
WHERE project_id = {project_id:String}
    AND seq > {after:UInt64}
    AND seq <= {upto:UInt64}
    AND event_name = 'fanlight.token'
    AND body_type = 1
    AND has(
        {runs:Array(String)},
        if(attributes['fanlight.run.id'] = '', lower(hex(trace_id)), attributes['fanlight.run.id'])
    )
