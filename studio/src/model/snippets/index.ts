/** The ways to send a first run. Each text is a file of its own, so that CI can run it as it stands. */
import collector from "./collector.yaml?raw";
import curl from "./curl.sh?raw";
import langchain from "./langchain.py?raw";
import plainJs from "./plain.mjs?raw";
import plainPython from "./plain.py?raw";
import pydanticAi from "./pydantic_ai.py?raw";

export interface Snippet {
  readonly name: string;
  readonly label: string;
  /** The file to save it as. */
  readonly file: string;
  readonly install: string;
  readonly run: string;
  /** With `{{endpoint}}` and `{{project}}` to be filled in. */
  readonly text: string;
}

const OTLP = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http";

export const SNIPPETS: readonly Snippet[] = [
  { name: "python", label: "Python", file: "hello.py", install: `pip install ${OTLP}`, run: "python hello.py", text: plainPython },
  {
    name: "javascript",
    label: "JavaScript",
    file: "hello.mjs",
    install:
      "npm install @opentelemetry/api @opentelemetry/resources @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-proto",
    run: "node hello.mjs",
    text: plainJs,
  },
  {
    name: "pydantic-ai",
    label: "pydantic-ai",
    file: "hello.py",
    install: `pip install pydantic-ai-slim ${OTLP}`,
    run: "python hello.py",
    text: pydanticAi,
  },
  {
    name: "langchain",
    label: "LangChain",
    file: "hello.py",
    install: `pip install langchain-core openinference-instrumentation-langchain ${OTLP}`,
    run: "python hello.py",
    text: langchain,
  },
  { name: "collector", label: "Collector", file: "config.yaml", install: "", run: "otelcol --config config.yaml", text: collector },
  { name: "curl", label: "cURL", file: "hello.sh", install: "", run: "sh hello.sh", text: curl },
];

/** A snippet with its blanks filled in. */
export function fillSnippet(text: string, values: { readonly endpoint: string; readonly project: string }): string {
  return text.replaceAll("{{endpoint}}", values.endpoint).replaceAll("{{project}}", values.project);
}
