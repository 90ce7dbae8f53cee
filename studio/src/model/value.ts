/** Deeper data is shown as the text that it came as: nobody reads it as a tree, and it would overflow the stack. */
const DEEPEST = 500;

/** A value as the data it stands for: instrumentations send JSON as text as often as structured values. */
export function readValue(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (!/^[[{]/.test(text) || nests(text, DEEPEST)) return value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
}

/** Whether brackets stand more than `most` deep in each other; those in strings count, too, which only errs to the safe side. */
function nests(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > most) return true;
  }
  return false;
}
