import { queries, failureQuery, runQuery, spanQuery } from "../../data/reads";
import { apiUrl, projectPath } from "../../data/http";
import { debuggingQuery } from "../../data/runs";
import type { Run, Span } from "../../model/api";
import { asCurl, asJson, runAsFixture, runForLlm } from "../../model/copy-as";
import { rerunCurl } from "../../model/rerun";
import { rerunCommand } from "../../model/run-guide";
import { versionOf } from "../../model/runs";
import type { Tree } from "../../model/tree";

/** So many calls of a run become steps of a test. */
const MOST_STEPS = 40;
const RECORDED = new Set(["llm", "tool", "retriever", "embedding", "reranker"]);

export interface Copy {
  readonly keys: string;
  readonly label: string;
  readonly note: string;
  readonly text: () => Promise<string>;
}

const whole = (project: string, run: Run): Promise<Run> => queries.fetchQuery({ ...runQuery(project, run.id), staleTime: 0 });

async function again(project: string, run: Run): Promise<string> {
  const { published } = await queries.fetchQuery(debuggingQuery(project, run.id, versionOf(run)));
  const { input } = await whole(project, run);
  return published === null ? rerunCommand(project, run.id) : rerunCurl(new URL("v1/execute", document.baseURI).href, published, input);
}

/** The ways in which a run can be taken somewhere else. */
export function copiesOf(project: string, run: Run, tree: Tree | null): readonly Copy[] {
  const steps = (): Promise<readonly Span[]> =>
    Promise.all((tree?.spans ?? []).filter(({ kind }) => RECORDED.has(kind)).slice(0, MOST_STEPS).map((span) => queries.fetchQuery(spanQuery(project, run.trace_id, span.span_id))));
  return [
    { keys: "c j", label: "JSON", note: "the run as the API gives it", text: async () => asJson(await whole(project, run)) },
    { keys: "c u", label: "cURL", note: "the request that reads it", text: async () => asCurl(apiUrl(projectPath(project, `runs/${encodeURIComponent(run.id)}`)).href) },
    { keys: "c r", label: "Run again", note: "the request or command that repeats it", text: () => again(project, run) },
    { keys: "c l", label: "For an LLM", note: "what happened and why, as Markdown", text: async () => runForLlm(await whole(project, run), run.status === "running" ? null : await queries.fetchQuery(failureQuery(project, run.id, versionOf(run)))) },
    { keys: "c t", label: "Test fixture", note: "its input, answer and calls for pytest", text: async () => runAsFixture(await whole(project, run), await steps()) },
  ];
}
