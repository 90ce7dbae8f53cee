-- Bytes that the disks of the store have left, and bytes in all.
SELECT sum(free_space), sum(total_space) FROM system.disks WHERE NOT is_remote
