/** What a filter line is completed from, and the lines that were asked before. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { keepFirst, recallList } from "../base/store";
import { type Wanted, hasValues } from "../model/completion";
import type { Page } from "../model/api";
import { type Range, boundsOf } from "../model/range";
import type { FieldValue, FilterField } from "../model/schema";
import { getJson, projectPath } from "./http";

/** What a filter is about: runs, spans, logs or metrics. */
export type Noun = "runs" | "spans" | "logs" | "metrics";

const VALUES = 30;
const RECENT = 8;
/** A key stroke waits this long for the next one before the server is asked. */
const PAUSE_MS = 120;
/** A line must stand this long to be remembered. */
const KEPT_MS = 2000;

export const fieldsQuery = (project: string, noun: Noun) =>
  queryOptions({
    queryKey: ["fields", project, noun],
    queryFn: async ({ signal }) => (await getJson<Page<FilterField>>(projectPath(project, `fields/${noun}`), {}, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
  });

const valuesQuery = (project: string, noun: Noun, range: Range, field: string, prefix: string) =>
  queryOptions({
    queryKey: ["values", project, noun, range.from, range.to, field, prefix],
    queryFn: async ({ signal }) => {
      const query = { field, prefix, ...boundsOf(range, Date.now()), limit: VALUES };
      return (await getJson<Page<FieldValue>>(projectPath(project, `fields/${noun}/values`), query, signal)).items;
    },
    retry: false,
    staleTime: 15_000,
  });

const NO_VALUES: readonly FieldValue[] = [];
const NO_FIELDS: readonly FilterField[] = [];

/** Completion of a line on `noun`; nothing is offered to whoever may not read telemetry. */
export function useCompletion(project: string, noun: Noun, range: Range, mayRead: boolean) {
  const [asked, setAsked] = useState({ field: "", prefix: "" });
  const [settled, setSettled] = useState(asked);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(asked), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [asked]);
  const fields = useQuery({ ...fieldsQuery(project, noun), enabled: mayRead });
  const isAsked = asked.field !== "";
  const values = useQuery({
    ...valuesQuery(project, noun, range, settled.field, settled.prefix),
    enabled: mayRead && settled.field !== "",
    // While the next letter is looked up, what is known is narrowed down; another field's values are not.
    placeholderData: (before, query) => (query?.queryKey[5] === settled.field ? keepPreviousData(before) : undefined),
  });
  const onWanted = useCallback((wanted: Wanted | null) => {
    const next = wanted && hasValues(wanted) ? { field: wanted.asked, prefix: wanted.prefix } : { field: "", prefix: "" };
    setAsked((before) => (before.field === next.field && before.prefix === next.prefix ? before : next));
  }, []);
  return {
    fields: fields.data ?? NO_FIELDS,
    values: isAsked && asked.field === settled.field ? (values.data ?? NO_VALUES) : NO_VALUES,
    isLoading: isAsked && (asked !== settled || values.isFetching),
    onWanted,
  };
}

/** Lines on `noun` that stood for a while, the newest first. */
export function useRecentLines(project: string, noun: Noun, line: string): readonly string[] {
  const key = `fanlight.filters:${project}:${noun}`;
  const [lines, setLines] = useState(() => recallList(key));
  useEffect(() => {
    if (line === "") return undefined;
    const timer = window.setTimeout(() => {
      keepFirst(key, line, RECENT);
      setLines(recallList(key));
    }, KEPT_MS);
    return () => window.clearTimeout(timer);
  }, [key, line]);
  return lines;
}
