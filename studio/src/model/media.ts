/** Pictures and sound out of what a span itself carries. Nothing is loaded from anywhere. */
import type { Attribute } from "./api";

/** What a browser draws or plays by itself. SVG is a document, and stays text. */
const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "audio/mpeg", "audio/mp3", "audio/wav", "audio/x-wav", "audio/ogg", "audio/webm", "audio/mp4", "audio/aac", "audio/flac"]);
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_CANDIDATES = 32;
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;

export const isShown = (mime: string | null): mime is string => mime !== null && SHOWN.has(mime.toLowerCase());

function* textsOf(value: unknown): Generator<string> {
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === "string") yield next;
    else if (typeof next === "object" && next !== null) for (const part of Object.values(next)) waiting.push(part ?? "");
  }
}

/** Texts in base64 among a span's attributes that stand for exactly so many bytes. */
export function candidatesOf(attributes: readonly Attribute[], bytes: number): readonly string[] {
  if (bytes <= 0 || bytes > MOST_BYTES) return [];
  const bare = Math.ceil((bytes * 4) / 3);
  const found = new Set<string>();
  for (const { value } of attributes) {
    for (const text of textsOf(value)) {
      if (text.length < bare) continue;
      // In JSON a slash may stand escaped.
      for (const [run] of text.replaceAll(String.raw`\/`, "/").matchAll(BASE64)) {
        if (run.replaceAll("=", "").length === bare) found.add(run.replaceAll("-", "+").replaceAll("_", "/").replaceAll("=", ""));
        if (found.size >= MOST_CANDIDATES) return [...found];
      }
    }
  }
  return [...found];
}

/** The bytes that a text in base64 stands for, or null when it is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  } catch {
    return null;
  }
}
