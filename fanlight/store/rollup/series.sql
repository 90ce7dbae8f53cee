-- The series of a day, in the order of the table, and how many rows each has.
SELECT project_id, name, series, count()
FROM metrics
WHERE toDate(time) = toDate({day:String})
GROUP BY project_id, name, series
ORDER BY project_id, name, series
