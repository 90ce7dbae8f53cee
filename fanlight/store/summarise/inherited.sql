-- The agent of spans that name none: that of the nearest span above that does. Each round doubles how far a span
-- looks up, so that five reach thirty-one levels; in a circle of parents nobody is found.
-- Traces beyond {most:UInt32} spans are left out: looking for each parent among so many takes too long here.
SELECT found.1 AS of_project, found.2 AS of_trace, found.3 AS of_span, found.4 AS inherited_agent
FROM (
    SELECT arrayJoin(arrayFilter(each -> if(each.5 = '', each.4 != '', 0),
        arrayMap((span, agent, own) -> (project_id, trace_id, span, agent, own), spans, known, agents))) AS found
    FROM (
        SELECT * REPLACE (arrayMap((agent, place) -> if(agent != '', agent, known[place]), known, up) AS known)
        FROM (
            SELECT * REPLACE (arrayMap((agent, place) -> if(agent != '', agent, known[place]), known, up) AS known, arrayMap(place -> up[place], up) AS up)
            FROM (
                SELECT * REPLACE (arrayMap((agent, place) -> if(agent != '', agent, known[place]), known, up) AS known, arrayMap(place -> up[place], up) AS up)
                FROM (
                    SELECT * REPLACE (arrayMap((agent, place) -> if(agent != '', agent, known[place]), known, up) AS known, arrayMap(place -> up[place], up) AS up)
                    FROM (
                        SELECT
                            project_id, trace_id, spans, agents,
                            arrayMap((agent, place) -> if(agent != '', agent, agents[place]), agents, above) AS known,
                            arrayMap(place -> above[place], above) AS up
                        FROM (
                            SELECT project_id, trace_id, spans, agents, arrayMap(parent -> indexOf(spans, parent), parents) AS above
                            FROM (
                                SELECT
                                    project_id, trace_id, groupArray(span_id) AS spans, groupArray(parent_span_id) AS parents,
                                    groupArray(toString(agent)) AS agents
                                FROM members
                                GROUP BY project_id, trace_id
                                HAVING countIf(agent != '') > 0 AND countIf(agent = '') > 0 AND count() <= {most:UInt32}
                            )
                        )
                    )
                )
            )
        )
    )
)
