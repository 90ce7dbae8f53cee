import { describe, expect, it } from "vitest";
import type { Run, Span } from "./api";
import { comparable, sidesOf } from "./io";
import { payloadOf, rerunCurl } from "./rerun";

const RUN = { input: "cut short", output: null } as unknown as Run;
const CONTENT = { system: [], input: [{ role: "user", name: null, parts: [{ type: "text", text: "Oslo?" }] }], output: [], tools: [], tool_call: null, documents: [], query: null, source: { input: "gen_ai.input.messages" }, truncated: false, withheld: false };
const SPAN = { content: CONTENT, attributes: [{ key: "gen_ai.input.messages", type: "string", value: '[{"whole": true}]' }] } as unknown as Span;

describe("what went in and came out", () => {
  it("is what the root span was sent with, whole", () => {
    const { input, output } = sidesOf(RUN, SPAN);
    expect([input.turns.map(({ role }) => role), input.text, input.source, input.isCut]).toEqual([["user"], '[{"whole": true}]', "gen_ai.input.messages", false]);
    expect(output).toEqual({ turns: [], text: null, source: null, isCut: false });
  });

  it("is the run's own beginning of it where the span does not tell", () => {
    const { input } = sidesOf({ ...RUN, input: "x".repeat(2048) }, null);
    expect([input.turns, input.text?.length, input.isCut]).toEqual([[], 2048, true]);
    expect(sidesOf(RUN, null).input.isCut).toBe(false);
  });

  it("is nothing where a message has no word in it", () => {
    const blank = { ...CONTENT, output: [{ role: "assistant", name: null, parts: [{ type: "text", text: "" }] }], source: { output: "gen_ai.input.messages" } };
    expect(sidesOf(RUN, { ...SPAN, content: blank } as unknown as Span).output).toMatchObject({ turns: [], text: null });
  });

  it("is compared a field a line", () => {
    expect([comparable('{"b":[1]}'), comparable("plain"), comparable(null)]).toEqual(['{\n  "b": [\n    1\n  ]\n}', "plain", ""]);
  });
});

it("a run is asked for again with what went into it, and with no key in the text", () => {
  const published = { id: "a1", version: "1.0.0", published_at: "", adapter: null, entry_point: null, image: null, exporters: [], variables: [], providers: [] };
  expect(rerunCurl("http://localhost:4319/v1/execute", published, '{"q": "it\'s"}')).toBe(
    String.raw`curl -sSN -X POST http://localhost:4319/v1/execute \
  -H "authorization: Bearer $FANLIGHT_KEY" -H 'content-type: application/json' \
  -d '{"agent_id":"a1","version":"1.0.0","input_payload":{"q":"it'\''s"}}'`,
  );
  expect([payloadOf("Oslo?"), payloadOf("[1]"), payloadOf(null)]).toEqual([{ message: "Oslo?" }, { message: [1] }, {}]);
});
