/** How the server itself fares: what it stores where, and how exporters go in agents. */
import { queryOptions } from "@tanstack/react-query";
import type { Disk, PluginList } from "../model/api";
import { getJson, projectPath } from "./http";

/** What is on disk. Rows are counted for it, so it is not asked for all the time. */
export const diskQuery = (project: string) =>
  queryOptions({
    queryKey: ["disk", project],
    queryFn: ({ signal }) => getJson<Disk>(projectPath(project, "disk"), {}, signal),
    staleTime: 60_000,
  });

/** The exporters that are listed, installed, or used by agents of the project. */
export const pluginsQuery = (project: string) =>
  queryOptions({
    queryKey: ["plugins", project],
    queryFn: ({ signal }) => getJson<PluginList>(projectPath(project, "plugins"), {}, signal),
    staleTime: 0,
  });
