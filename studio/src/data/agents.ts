/** Agents of a project, and the variables that they are given. */
import { queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/api";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";

export interface AgentName {
  readonly name: string;
}

/** A variable without its value: no answer has one. */
export interface AgentVariable {
  readonly name: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

const id = encodeURIComponent;
const env = (project: string, agent: string): string => projectPath(project, `agents/${agent.split("/").map(id).join("/")}/env`);

export const agentsQuery = (project: string) =>
  queryOptions({
    queryKey: ["agents", project],
    queryFn: async ({ signal }) => (await getJson<Page<AgentName>>(projectPath(project, "agents"), { limit: 1000 }, signal)).items,
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
