-- The hashes of names that are never folded, in these projects.
SELECT
    /*hash(max_attribute_keys, name)*/,
    /*hash(max_event_names, name)*/
FROM (
    SELECT arrayJoin({projects:Array(String)}) AS project_id, arrayJoin({names:Array(String)}) AS name
)
