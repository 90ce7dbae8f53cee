// Vercel's AI SDK with a scripted model that calls a tool, its telemetry switched on.
import { generateText, stepCountIs, tool } from "ai";
import { MockLanguageModelV3 } from "ai/test";
import { z } from "zod";
import { tracerProvider } from "./provider.mjs";

const provider = tracerProvider();
const usage = (read, cached, wrote, thought) => ({
  inputTokens: { total: read, noCache: read - cached, cacheRead: cached, cacheWrite: 0 },
  outputTokens: { total: wrote, text: wrote - thought, reasoning: thought },
});
const steps = [
  {
    content: [{ type: "tool-call", toolCallId: "call-1", toolName: "weather", input: '{"city":"Berlin"}' }],
    finishReason: { unified: "tool-calls", raw: "tool_calls" },
    usage: usage(100, 60, 20, 5),
    warnings: [],
  },
  {
    content: [{ type: "text", text: "Sunny." }],
    finishReason: { unified: "stop", raw: "stop" },
    usage: usage(140, 100, 4, 0),
    warnings: [],
  },
];
const model = new MockLanguageModelV3({ provider: "openai.chat", modelId: "gpt-4o", doGenerate: steps });
const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `sunny in ${city}` });

const { text } = await generateText({
  model,
  tools: { weather },
  stopWhen: stepCountIs(3),
  prompt: "Weather in Berlin?",
  experimental_telemetry: {
    isEnabled: true,
    functionId: "forecaster",
    metadata: { sessionId: "conversation-6", userId: "user-7" },
    tracer: provider.getTracer("ai"),
  },
});
console.log(text);
await provider.shutdown();
