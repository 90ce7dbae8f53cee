/** A value as the data it stands for: instrumentations send JSON as text as often as structured values. */
export function readValue(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (!/^[[{]/.test(text)) return value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
}
