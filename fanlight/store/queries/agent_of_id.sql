-- The newest name under which an agent of that id was heard of.
SELECT agent
FROM spans
WHERE project_id = {project_id:String}
    AND attributes['gen_ai.agent.id'] = {agent_id:String}
    AND agent != ''
ORDER BY effective_start DESC
LIMIT 1
