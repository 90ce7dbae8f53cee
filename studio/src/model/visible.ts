/**
 * What text hides. Characters that show nothing, or that turn the text around them, are taken out of it and
 * named in their place: a reader sees what a model or a terminal was given, and nothing else on the page moves.
 */

/** A stretch of plain text, or something hidden that stands there. */
export type Piece =
  | { readonly text: string; readonly mark?: undefined }
  /** `mark` is short, for the place itself; `name` says what it is. */
  | { readonly text?: undefined; readonly mark: string; readonly name: string };

const NAMES: Readonly<Record<number, readonly [mark: string, name: string]>> = {
  0x00: ["NUL", "null character"],
  0x07: ["BEL", "bell"],
  0x08: ["BS", "backspace"],
  0x0d: ["CR", "carriage return"],
  0x1b: ["ESC", "escape"],
  0x7f: ["DEL", "delete"],
  0xad: ["SHY", "soft hyphen"],
  0x034f: ["CGJ", "combining grapheme joiner"],
  0x061c: ["ALM", "Arabic letter mark"],
  0x180e: ["MVS", "Mongolian vowel separator"],
  0x200b: ["ZWSP", "zero-width space"],
  0x200c: ["ZWNJ", "zero-width non-joiner"],
  0x200d: ["ZWJ", "zero-width joiner"],
  0x200e: ["LRM", "left-to-right mark"],
  0x200f: ["RLM", "right-to-left mark"],
  0x2028: ["LSEP", "line separator"],
  0x2029: ["PSEP", "paragraph separator"],
  0x202a: ["LRE", "left-to-right embedding"],
  0x202b: ["RLE", "right-to-left embedding"],
  0x202c: ["PDF", "pop directional formatting"],
  0x202d: ["LRO", "left-to-right override"],
  0x202e: ["RLO", "right-to-left override"],
  0x2060: ["WJ", "word joiner"],
  0x2066: ["LRI", "left-to-right isolate"],
  0x2067: ["RLI", "right-to-left isolate"],
  0x2068: ["FSI", "first strong isolate"],
  0x2069: ["PDI", "pop directional isolate"],
  0xfeff: ["BOM", "byte order mark"],
};

// An escape sequence of a terminal counts as one; so does a stretch of tag characters, which spell hidden text.
const ANSI = String.raw`\u001b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\u009b[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b\][^\u0007\u001b]{0,2048}(?:\u0007|\u001b\\)`;
const TAGS = String.raw`[\u{e0000}-\u{e007f}]{1,4096}`;
const SELECTORS = String.raw`[\u{e0100}-\u{e01ef}]{1,4096}|[\ufe00-\ufe0d]`;
const SINGLE = String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\p{Cs}`;
const HIDDEN = new RegExp(`${ANSI}|${TAGS}|${SELECTORS}|${SINGLE}`, "gu");
const HIDES = new RegExp(HIDDEN.source, "u");
const BREAKS = /[\t\n]/;

const JOINABLE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;
const JOINED = /^\p{Extended_Pictographic}/u;
/** Scripts whose words are written with joiners and non-joiners. */
const SCRIPTS = ["Arabic", "Bengali", "Devanagari", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Sinhala", "Tamil", "Telugu"];
const OF_SCRIPTS = SCRIPTS.map((name) => String.raw`\p{Script_Extensions=${name}}`).join("");
const BEFORE_JOINER = new RegExp(`[${OF_SCRIPTS}]$`, "u");
const AFTER_JOINER = new RegExp(`^[${OF_SCRIPTS}]`, "u");
const FLAG = "\u{1f3f4}";

/** Whether what hides in other places belongs where it stands: in an emoji, a flag, a word of some scripts, before a line's end. */
function isAtHome(text: string, at: number, found: string): boolean {
  const before = text.slice(Math.max(0, at - 2), at);
  const after = text.slice(at + found.length, at + found.length + 2);
  if (found === "\r") return after.startsWith("\n");
  if (found === "\u200d" && JOINABLE.test(before) && JOINED.test(after)) return true;
  if (found === "\u200c" || found === "\u200d") return BEFORE_JOINER.test(before) && AFTER_JOINER.test(after);
  return before === FLAG && /^[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{3,6}\u{e007f}$/u.test(found);
}

const codeOf = (found: string): string => `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

function nameOf(found: string): { readonly mark: string; readonly name: string } {
  const first = found.codePointAt(0) ?? 0;
  if ((first === 0x1b || first === 0x9b) && found.length > 1) {
    return { mark: `ESC${found.slice(1, 24).replaceAll(/[^ -~]/g, "")}`, name: "escape sequence of a terminal" };
  }
  if (first >= 0xe0000 && first <= 0xe007f) {
    const spelled = [...found].map((each) => String.fromCodePoint((each.codePointAt(0) ?? 0) - 0xe0000)).join("").replaceAll(/[^ -~]/g, "");
    return { mark: `TAG ${spelled.slice(0, 200)}`, name: "hidden text in tag characters" };
  }
  if (first >= 0xe0100 && first <= 0xe01ef) return { mark: `VS×${[...found].length}`, name: "variation selectors, which can carry hidden bytes" };
  const [mark, name] = NAMES[first] ?? [codeOf(found), first >= 0xd800 && first <= 0xdfff ? "half of a character" : "control character"];
  return { mark, name: `${codeOf(found)} ${name}` };
}

/** `text` with what it hides named; `line` names line breaks and tabs too, where all has to stand in one line. */
export function piecesOf(text: string, line = false): readonly Piece[] {
  if (!HIDES.test(text) && !(line && BREAKS.test(text))) return [{ text }];
  const pieces: Piece[] = [];
  let from = 0;
  const put = (to: number): void => {
    if (to <= from) return;
    for (const part of line ? text.slice(from, to).split(/([\t\n])/) : [text.slice(from, to)]) {
      if (part === "\n" && line) pieces.push({ mark: "⏎", name: "line break" });
      else if (part === "\t" && line) pieces.push({ mark: "⇥", name: "tab" });
      else if (part !== "") pieces.push({ text: part });
    }
  };
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (isAtHome(text, index, found)) continue;
    put(index);
    pieces.push(nameOf(found));
    from = index + found.length;
  }
  put(text.length);
  return pieces;
}

/** `text` for where only a string can stand, such as a tooltip: what it hides is named between ⟨ and ⟩. */
export function plainOf(text: string, most = 1000): string {
  const cut = text.length > most ? `${cutAt(text, most)}…` : text;
  return piecesOf(cut).map((piece) => piece.text ?? `⟨${piece.mark}⟩`).join("");
}

/** The first `most` characters, never with half of one at the end. */
export function cutAt(text: string, most: number): string {
  if (text.length <= most) return text;
  const code = text.charCodeAt(most - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? most - 1 : most);
}
