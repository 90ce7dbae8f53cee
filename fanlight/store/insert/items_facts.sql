SELECT count(), uniqExact(identity), groupUniqArray(project_id) FROM incoming
