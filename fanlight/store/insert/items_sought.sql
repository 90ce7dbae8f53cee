-- Identities and the seconds to look into. What has no time of its own counts from when it was received, so that
-- the same item sent again lies elsewhere: the 15 minutes before are looked into.
SELECT
    project_id, identity,
    if(toUnixTimestamp64Nano(time) = own_ns, [toUInt32(toDateTime(time))], range(toUInt32(toDateTime(time) - 900), toUInt32(toDateTime(time) + 1))) AS seconds
FROM incoming
