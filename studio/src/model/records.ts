import type { LiveEvent, Log } from "./api";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];

const UNKNOWN = {
  observed_at: null, truncated: false, trace_id: null, span_id: null, run: null, service: null, scope_name: null,
  attributes: [], resource_attributes: [],
};

/** The log record that an event tells of, whatever it is streamed as; null when it is about something else. */
export function recordOf(event: LiveEvent): Log | null {
  switch (event.type) {
    case "log":
      return event.data;
    case "developer_log": {
      const { type, data, ...rest } = event.data;
      const number = 4 * LEVELS.indexOf(rest.level ?? "") + 1;
      return { ...UNKNOWN, ...rest, severity_number: Math.max(number, 0), severity_text: type, body: data, event_name: "fanlight.developer_log" };
    }
    case "room_event":
    case "service": {
      const { type, data, ...rest } = event.data;
      const attributes = [{ key: "fanlight.event.type", type: "string", value: type }] as const;
      return { ...UNKNOWN, ...rest, level: "info", severity_number: 9, severity_text: "", body: data, event_name: "fanlight.room.event", attributes };
    }
    default:
      return null;
  }
}
