/** Views of a project: those that everybody shares, and those of this browser. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { Signal } from "../base/signal";
import { keep, recall } from "../base/store";
import type { Page } from "../model/api";
import type { View } from "../model/schema";
import { type SavedView, readViews } from "../model/view";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";
import { useMay } from "./session";

const id = encodeURIComponent;

export const viewsQuery = (project: string) =>
  queryOptions({
    queryKey: ["views", project],
    queryFn: async ({ signal }) => (await getJson<Page<View>>(projectPath(project, "views"), {}, signal)).items,
  });

const keyOf = (project: string): string => `fanlight.views:${project}`;
/** Counts the changes of this browser's own views. */
const changes = new Signal(0);

function setOwn(project: string, views: readonly SavedView[]): void {
  keep(keyOf(project), JSON.stringify(views));
  changes.set(changes.get() + 1);
}

const others = (views: readonly SavedView[], { page, name }: Pick<SavedView, "page" | "name">): readonly SavedView[] =>
  views.filter((view) => view.page !== page || view.name !== name);

/** The views of a project, and how to keep and remove one: for everybody by those who may write, else here. */
export function useViews(project: string): {
  readonly views: readonly SavedView[];
  readonly isShared: boolean;
  readonly save: (page: string, name: string, query: string) => Promise<void>;
  readonly remove: (view: SavedView) => Promise<void>;
} {
  const mayRead = useMay(project, "read");
  const mayWrite = useMay(project, "write");
  const shared = useQuery({ ...viewsQuery(project), enabled: mayRead });
  useSyncExternalStore(changes.watch, changes.get);
  const own = readViews(recall(keyOf(project)));
  const save = useCallback(async (page: string, name: string, query: string): Promise<void> => {
    if (mayWrite) {
      await sendJson<View>("PUT", projectPath(project, `views/${id(page)}/${id(name)}`), { query });
      await queries.invalidateQueries({ queryKey: viewsQuery(project).queryKey });
    } else {
      const view = { page, name, query, isShared: false };
      setOwn(project, [...others(readViews(recall(keyOf(project))), view), view]);
    }
  }, [project, mayWrite]);
  const remove = useCallback(async (view: SavedView): Promise<void> => {
    if (view.isShared) {
      await sendJson<null>("DELETE", projectPath(project, `views/${id(view.page)}/${id(view.name)}`));
      await queries.invalidateQueries({ queryKey: viewsQuery(project).queryKey });
    } else setOwn(project, others(readViews(recall(keyOf(project))), view));
  }, [project]);
  return { views: [...(shared.data ?? []).map((view) => ({ ...view, isShared: true })), ...own], isShared: mayWrite, save, remove };
}
