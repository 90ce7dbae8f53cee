import { describe, expect, it } from "vitest";
import type { Debugging, Log, Run } from "./api";
import { type Known, guideOf, listed, rerunCommand } from "./run-guide";

const RUN = { id: "ab".repeat(16), trace_id: "ab".repeat(16), agent: "planner", input: '{"q": 1}', status: "error" } as unknown as Run;
const PUBLISHED = { id: "a1", version: "1.0.0", published_at: "", adapter: "python", entry_point: "src.main:agent", image: null, exporters: [], variables: [], providers: [] };
const DEBUGGING: Debugging = { run_id: RUN.id, input: null, published: null, variables: [] };
const KNOWN: Known = { project: "default", run: RUN, debugging: DEBUGGING, problems: [], more: false, failure: null, attributes: [], resource: [] };
const log = (level: string, body: string): Log => ({ level, body }) as unknown as Log;
const variable = (name: string, more: object) => ({ name, declared: false, named_by_error: false, is_set: null, ...more });
const attribute = (key: string, value: string) => ({ key, type: "string", value });

const answers = (known: Partial<Known>): string[] => guideOf({ ...KNOWN, ...known }).map(({ name, verdict, answer }) => `${name} ${verdict}: ${answer}`);

describe("the five steps of the debugging guide", () => {
  it("say that they cannot tell where nothing is known", () => {
    expect(answers({})).toEqual([
      "input unknown: No input was recorded with this run.",
      "definition unknown: planner was not published here, so its charm.yaml is not known.",
      "logs fine: No warning and no error was logged.",
      "environment unknown: No error names a variable; what the agent declares is not known.",
      "container unknown: Fanlight's runner did not start it, so where it ran is not known.",
    ]);
  });

  it("answer each from what is known", () => {
    const input = { runs: 3, succeeded: 2, failed: 1, last_success: null, newest: [], beginning_only: false, truncated: false };
    const variables = [variable("MODEL_KEY", { named_by_error: true, is_set: false }), variable("CITY", { declared: true, is_set: true })];
    const found = answers({
      debugging: { ...DEBUGGING, input, variables, published: { ...PUBLISHED, providers: ["github"] } },
      problems: [log("error", "no key"), log("warn", "slow")], more: true,
      attributes: [attribute("gen_ai.agent.version", "0.9.0"), attribute("fanlight.run.backend", "container")],
    });
    expect(found).toEqual([
      "input look: 3 other runs had the same input: 2 succeeded, 1 failed. Compare with the last that went well.",
      "definition look: Version 1.0.0 is published: adapter python, entry point src.main:agent. This run was of version 0.9.0.",
      "logs look: At least 1 error and 1 warning. The first: no key",
      "environment look: An error names MODEL_KEY, and MODEL_KEY is not set in the agent's environment here. It needs a connection to github.",
      "container look: It ran in a container: run it as a process, too, to see whether that makes the difference.",
    ]);
  });

  it("blame the input or the code when the same input never worked", () => {
    const input = { runs: 2, succeeded: 0, failed: 2, last_success: null, newest: [], beginning_only: true, truncated: false };
    expect(answers({ debugging: { ...DEBUGGING, input } })[0]).toBe(
      "input look: 2 other runs had an input that begins the same, and none succeeded: the input or the agent's own code is the place to look.",
    );
  });

  it("do not tell whether variables are set to whoever may not know", () => {
    const variables = [variable("CITY", { declared: true })];
    expect(answers({ debugging: { ...DEBUGGING, variables, published: PUBLISHED } })[3]).toBe(
      "environment unknown: It declares CITY; whether they are set is for maintainers of the project to see.",
    );
  });

  it("give the command that goes on, in the run's project", () => {
    expect(guideOf({ ...KNOWN, project: "shop" }).map(({ command }) => command)).toEqual([
      `fanlight run . --like ${RUN.id} --project shop`, "charm validate", `fanlight logs trace:${RUN.trace_id} --project shop`, null, `fanlight run . --like ${RUN.id} --project shop --docker`,
    ]);
    expect(rerunCommand("default", "x")).toBe("fanlight run . --like x");
  });

  it("list names as people do", () => {
    expect([listed([]), listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])]).toEqual(["", "A", "A and B", "A, B and C"]);
  });
});
