-- How many points of a day there are, as they are and put together.
SELECT
    (SELECT sum(points) FROM metrics WHERE toDate(time) = toDate({day:String})),
    (SELECT sum(points) FROM metrics_rolling WHERE toDate(time) = toDate({day:String}))
