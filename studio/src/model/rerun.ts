/** The request that runs a published agent again. */
import type { PublishedAgent } from "./api";
import { shellWord } from "./copy-as";
import { readValue } from "./value";

/** The input of a run as the payload of an order: what is no object becomes the message of one. */
export function payloadOf(input: string | null): Readonly<Record<string, unknown>> {
  const value = readValue(input ?? "");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  return input === null || input === "" ? {} : { message: value };
}

/** The key is the reader's own, and never in the text. */
export function rerunCurl(address: string, { id, version }: PublishedAgent, input: string | null): string {
  const body = JSON.stringify({ agent_id: id, version, input_payload: payloadOf(input) });
  return `curl -sSN -X POST ${shellWord(address)} \\\n  -H "authorization: Bearer $FANLIGHT_KEY" -H 'content-type: application/json' \\\n  -d ${shellWord(body)}`;
}
