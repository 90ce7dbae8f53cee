SELECT count(), uniqExact(identity), groupUniqArray(project_id), countIf(event_name = 'fanlight.billing') FROM incoming
