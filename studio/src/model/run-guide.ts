/** The five steps by which a failed run is debugged, each answered as far as what is stored can tell. */
import { plural } from "../base/format";
import type { Attribute, Debugging, Failure, Log, NeededVariable, Run } from "./api";
import { bodyLine } from "./level";

/** `look`: what is wrong may be here. `unknown`: nothing that is stored can tell. */
export type Verdict = "fine" | "look" | "unknown";

export interface GuideStep {
  readonly name: "input" | "definition" | "logs" | "environment" | "container";
  readonly title: string;
  readonly verdict: Verdict;
  readonly answer: string;
  /** What a person types to go on, in the agent's folder. */
  readonly command: string | null;
}

export interface Known {
  readonly project: string;
  readonly run: Run;
  readonly debugging: Debugging;
  /** Warnings and errors, the earliest first; `more` when there are others behind them. */
  readonly problems: readonly Log[];
  readonly more: boolean;
  readonly failure: Failure | null;
  /** Of the run's root span, or none while it is not read. */
  readonly attributes: readonly Attribute[];
  readonly resource: readonly Attribute[];
}

const textOf = (attributes: readonly Attribute[], key: string): string | null => {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  return typeof value === "string" && value !== "" ? value : null;
};

/** `A`, `A and B`, `A, B and C`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The command that runs an agent again with what went into a run. */
export function rerunCommand(project: string, id: string, docker = false): string {
  return `fanlight run . --like ${id}${project === "default" ? "" : ` --project ${project}`}${docker ? " --docker" : ""}`;
}

export function guideOf(known: Known): readonly GuideStep[] {
  return [inputStep(known), definitionStep(known), logsStep(known), environmentStep(known), containerStep(known)];
}

function inputStep({ project, run, debugging: { input } }: Known): GuideStep {
  const step = { name: "input", title: "Try the same input locally", command: run.input === null ? null : rerunCommand(project, run.id) } as const;
  if (input === null) return { ...step, verdict: "unknown", answer: "No input was recorded with this run." };
  const what = input.beginning_only ? "an input that begins the same" : "the same input";
  const agent = run.agent ?? "this agent";
  if (input.runs === 0) return { ...step, verdict: "unknown", answer: `No other run of ${agent} in the 30 days around it had ${what}. Run it locally.` };
  const times = `${plural(input.runs, "other run")}${input.truncated ? " and more" : ""} had ${what}`;
  if (input.succeeded > 0) return { ...step, verdict: "look", answer: `${times}: ${input.succeeded} succeeded, ${input.failed} failed. Compare with the last that went well.` };
  return { ...step, verdict: "look", answer: `${times}, and none succeeded: the input or the agent's own code is the place to look.` };
}

function definitionStep({ run, debugging: { published }, attributes }: Known): GuideStep {
  const step = { name: "definition", title: "Run charm validate", command: "charm validate" } as const;
  if (published === null) return { ...step, verdict: "unknown", answer: `${run.agent ?? "The agent"} was not published here, so its charm.yaml is not known.` };
  const ran = textOf(attributes, "gen_ai.agent.version");
  const how = [published.adapter && `adapter ${published.adapter}`, published.entry_point && `entry point ${published.entry_point}`].filter(Boolean).join(", ");
  const about = `Version ${published.version} is published${how === "" ? "" : `: ${how}`}.`;
  if (ran !== null && ran !== published.version) return { ...step, verdict: "look", answer: `${about} This run was of version ${ran}.` };
  const missing = [published.adapter === null && "adapter", published.entry_point === null && "entry point"].filter((part) => part !== false);
  if (missing.length > 0) return { ...step, verdict: "look", answer: `${about} It names no ${listed(missing)}.` };
  return { ...step, verdict: "fine", answer: about };
}

function logsStep({ project, run, problems, more }: Known): GuideStep {
  const flag = project === "default" ? "" : ` --project ${project}`;
  const step = { name: "logs", title: "Check the logs", command: `fanlight logs trace:${run.trace_id}${flag}` } as const;
  if (problems.length === 0) return { ...step, verdict: "fine", answer: "No warning and no error was logged." };
  const errors = problems.filter(({ level }) => level === "error" || level === "fatal").length;
  const warnings = problems.length - errors;
  const counts = listed([errors > 0 && plural(errors, "error"), warnings > 0 && plural(warnings, "warning")].filter((part) => part !== false));
  return { ...step, verdict: "look", answer: `${more ? "At least " : ""}${counts}. The first: ${clipped(bodyLine(problems[0]?.body))}` };
}

const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const namesOf = (variables: readonly NeededVariable[], test: (variable: NeededVariable) => boolean): readonly string[] => variables.filter(test).map(({ name }) => name);

function environmentStep({ debugging: { variables, published }, failure }: Known): GuideStep {
  const step = { name: "environment", title: "Check variables and OAuth connections", command: null } as const;
  const providers = published?.providers ?? [];
  const connections = providers.length === 0 ? "" : ` It needs a connection to ${listed(providers)}.`;
  const blamed = variables.filter(({ named_by_error }) => named_by_error);
  if (blamed.length > 0) {
    const unset = namesOf(blamed, ({ is_set }) => is_set === false);
    const state = unset.length === 0 ? "" : `, and ${listed(unset)} ${unset.length === 1 ? "is" : "are"} not set in the agent's environment here`;
    return { ...step, verdict: "look", answer: `An error names ${listed(blamed.map(({ name }) => name))}${state}.${connections}` };
  }
  const missing = namesOf(variables, ({ is_set }) => is_set === false);
  if (missing.length > 0) return { ...step, verdict: "look", answer: `The agent declares ${listed(missing)}, not set in its environment here.${connections}` };
  if (failure?.cause?.kind === "auth") return { ...step, verdict: "look", answer: `The first cause is about credentials: ${clipped(failure.cause.statement)}.${connections}` };
  if (providers.length > 0) return { ...step, verdict: "look", answer: connections.trim() };
  if (variables.length > 0) return { ...step, verdict: variables.every(({ is_set }) => is_set) ? "fine" : "unknown", answer: `It declares ${listed(variables.map(({ name }) => name))}; ${variables.every(({ is_set }) => is_set) ? "each is set" : "whether they are set is for maintainers of the project to see"}.` };
  return { ...step, verdict: published === null ? "unknown" : "fine", answer: published === null ? "No error names a variable; what the agent declares is not known." : "It declares none, and no error names one." };
}

function containerStep({ project, run, attributes, resource }: Known): GuideStep {
  const step = { name: "container", title: "Test in Docker", command: run.input === null ? null : rerunCommand(project, run.id, true) } as const;
  const backend = textOf(attributes, "fanlight.run.backend");
  const place = textOf(resource, "k8s.pod.name") ?? textOf(resource, "container.name") ?? textOf(resource, "container.id");
  if (backend === "container" || place !== null) {
    return { ...step, verdict: "look", answer: `It ran in a container${place === null ? "" : ` (${place.slice(0, 60)})`}: run it as a process, too, to see whether that makes the difference.`, command: run.input === null ? null : rerunCommand(project, run.id) };
  }
  if (backend === "process") return { ...step, verdict: "fine", answer: "It ran as a process of the runner, in no container. Try it in one when it fails only elsewhere." };
  return { ...step, verdict: "unknown", answer: "Fanlight's runner did not start it, so where it ran is not known." };
}
