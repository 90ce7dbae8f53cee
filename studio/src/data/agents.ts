/** Agents of a project, and the variables that they are given. */
import { queryOptions } from "@tanstack/react-query";
import type { Agent, AgentVariable, Page } from "../model/api";
import { type Range, boundsOf } from "../model/range";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";

const id = encodeURIComponent;
const env = (project: string, agent: string): string => projectPath(project, `agents/${agent.split("/").map(id).join("/")}/env`);

export const agentsQuery = (project: string) =>
  queryOptions({
    queryKey: ["agents", project],
    queryFn: async ({ signal }) => (await getJson<Page<Pick<Agent, "name">>>(projectPath(project, "agents"), { limit: 1000 }, signal)).items,
    staleTime: 0,
  });

export const agentEnvQuery = (project: string, agent: string) =>
  queryOptions({
    queryKey: ["agent env", project, agent],
    queryFn: async ({ signal }) => (await getJson<Page<AgentVariable>>(env(project, agent), {}, signal)).items,
    staleTime: 0,
  });

const put = (project: string, agent: string, { items }: Page<AgentVariable>): void =>
  void queries.setQueryData(agentEnvQuery(project, agent).queryKey, [...items]);

export const setAgentVariable = async (project: string, agent: string, name: string, value: string): Promise<void> =>
  put(project, agent, await sendJson<Page<AgentVariable>>("PUT", env(project, agent), { variables: { [name]: value } }));

export const removeAgentVariable = async (project: string, agent: string, name: string): Promise<void> =>
  put(project, agent, await sendJson<Page<AgentVariable>>("DELETE", `${env(project, agent)}?name=${id(name)}`));

const AGENTS_READ = 1000;

/** Agents by name with what their runs of a range came to; of very many the first thousand. */
export const agentRunsQuery = (project: string, range: Range) =>
  queryOptions({
    queryKey: ["agents", project, "runs", range.from, range.to],
    queryFn: ({ signal }) => getJson<Page<Agent>>(projectPath(project, "agents"), { ...boundsOf(range, Date.now()), limit: AGENTS_READ }, signal),
    staleTime: 0,
  });

/** One agent, with its price tag. Names have slashes, which stay slashes here. */
export const agentQuery = (project: string, agent: string) =>
  queryOptions({
    queryKey: ["agent", project, agent],
    queryFn: ({ signal }) => getJson<Agent>(projectPath(project, `agents/${agent.split("/").map(encodeURIComponent).join("/")}`), {}, signal),
    staleTime: 0,
  });
