-- The agent of spans that name none: that of the nearest span above that does. Each round doubles how far a span
-- looks up, so that five reach thirty-one levels; in a circle of parents nobody is found.
-- Traces beyond {most:UInt32} spans are left out: looking for each parent among so many takes too long here.
SELECT found.1 AS of_project, found.2 AS of_trace, found.3 AS of_span, found.4 AS inherited_agent
FROM (
    SELECT
        arrayMap((agent, place) -> if(agent != '', agent, agents[place]), agents, up) AS agents1,
        arrayMap(place -> up[place], up) AS up1,
        arrayMap((agent, place) -> if(agent != '', agent, agents1[place]), agents1, up1) AS agents2,
        arrayMap(place -> up1[place], up1) AS up2,
        arrayMap((agent, place) -> if(agent != '', agent, agents2[place]), agents2, up2) AS agents3,
        arrayMap(place -> up2[place], up2) AS up3,
        arrayMap((agent, place) -> if(agent != '', agent, agents3[place]), agents3, up3) AS agents4,
        arrayMap(place -> up3[place], up3) AS up4,
        arrayMap((agent, place) -> if(agent != '', agent, agents4[place]), agents4, up4) AS agents5,
        arrayJoin(arrayFilter(each -> each.4 != '' AND each.5 = '',
            arrayMap((span, agent, own) -> (project_id, trace_id, span, agent, own), spans, agents5, agents))) AS found
    FROM (
        SELECT project_id, trace_id, spans, agents, arrayMap(parent -> indexOf(spans, parent), parents) AS up
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
