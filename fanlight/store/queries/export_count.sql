-- How many rows a page of an export has.
SELECT count() FROM /*table*/
WHERE project_id = {project_id:String} AND seq > {after:UInt64} AND seq <= {upto:UInt64}
    AND /*time*/ >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND /*time*/ < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
