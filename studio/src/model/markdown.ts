/**
 * The part of Markdown that models write, as data: headings, lists, quotes, code, tables, emphasis, links. HTML in
 * it is text, and so is whatever it would load. What makes elements of it is views/content/Markdown.
 */

export type Inline =
  | { readonly type: "text" | "code"; readonly text: string }
  | { readonly type: "strong" | "em" | "del"; readonly inside: readonly Inline[] }
  | { readonly type: "link"; readonly inside: readonly Inline[]; readonly target: string }
  | { readonly type: "image"; readonly text: string; readonly target: string };

export type Block =
  | { readonly type: "heading"; readonly level: number; readonly inside: readonly Inline[] }
  | { readonly type: "paragraph"; readonly inside: readonly Inline[] }
  | { readonly type: "code"; readonly language: string; readonly text: string }
  | { readonly type: "quote"; readonly blocks: readonly Block[] }
  | { readonly type: "list"; readonly start: number | null; readonly items: readonly (readonly Block[])[] }
  | { readonly type: "table"; readonly head: readonly (readonly Inline[])[]; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly type: "rule" };

/** Deeper quotes and lists are told as text: their writer may go on without end. */
const DEEPEST = 8;

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\n]{0,100})$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const ITEM = /^( {0,8})([-*+]|\d{1,9}[.)])[ \t]+(.*)$/;
const QUOTE = /^ {0,3}>[ \t]?(.*)$/;
const TABLE_RULE = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** The blocks of a text. */
export function readMarkdown(text: string): readonly Block[] {
  return blocksOf(text.replaceAll("\r\n", "\n").split("\n"), 0);
}

function blocksOf(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    if (line.trim() === "") {
      at += 1;
      continue;
    }
    const [block, next] = blockAt(lines, at, depth);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

/** The block that starts at a line, and the line after it. */
function blockAt(lines: readonly string[], at: number, depth: number): [Block, number] {
  const line = lines[at] as string;
  const fence = FENCE.exec(line);
  if (fence) return codeAt(lines, at, fence[1] as string, (fence[2] ?? "").trim());
  const heading = HEADING.exec(line);
  if (heading) return [{ type: "heading", level: (heading[1] as string).length, inside: readInline(heading[2] ?? "") }, at + 1];
  if (RULE.test(line)) return [{ type: "rule" }, at + 1];
  if (depth < DEEPEST && QUOTE.test(line)) return quoteAt(lines, at, depth);
  if (depth < DEEPEST && ITEM.test(line)) return listAt(lines, at, depth);
  if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-")) return tableAt(lines, at);
  return paragraphAt(lines, at);
}

function codeAt(lines: readonly string[], at: number, fence: string, language: string): [Block, number] {
  let end = at + 1;
  const closes = (line: string): boolean => line.trim().startsWith(fence) && line.trim().replaceAll(fence[0] as string, "") === "";
  while (end < lines.length && !closes(lines[end] as string)) end += 1;
  return [{ type: "code", language, text: lines.slice(at + 1, end).join("\n") }, end + 1];
}

function quoteAt(lines: readonly string[], at: number, depth: number): [Block, number] {
  const inside: string[] = [];
  let end = at;
  for (let quoted = QUOTE.exec(lines[end] ?? ""); quoted; quoted = QUOTE.exec(lines[end] ?? "")) {
    inside.push(quoted[1] ?? "");
    end += 1;
  }
  return [{ type: "quote", blocks: blocksOf(inside, depth + 1) }, end];
}

function listAt(lines: readonly string[], at: number, depth: number): [Block, number] {
  const [, margin = "", mark = "-"] = ITEM.exec(lines[at] as string) ?? [];
  const isOrdered = /\d/.test(mark);
  const items: string[][] = [];
  let end = at;
  for (; end < lines.length; end += 1) {
    const line = lines[end] as string;
    const item = ITEM.exec(line);
    const indent = line.length - line.trimStart().length;
    if (item && (item[1] as string).length <= margin.length + 1 && /\d/.test(item[2] as string) === isOrdered) items.push([item[3] ?? ""]);
    else if (line.trim() === "") {
      // An empty line ends the list unless it goes on below.
      const next = lines[end + 1] ?? "";
      if (!(ITEM.test(next) || /^ {2,}\S/.test(next))) break;
      items.at(-1)?.push("");
    } else if (indent > margin.length || (!startsBlock(line) && (lines[end - 1] ?? "").trim() !== "")) items.at(-1)?.push(line.slice(Math.min(indent, margin.length + 2)));
    else break;
  }
  const start = isOrdered ? Number.parseInt(mark, 10) : null;
  return [{ type: "list", start, items: items.map((inside) => blocksOf(inside, depth + 1)) }, end];
}

const startsBlock = (line: string): boolean => [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(line));

function cellsOf(line: string): readonly (readonly Inline[])[] {
  const bare = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return bare.split(/(?<!\\)\|/).map((cell) => readInline(cell.trim().replaceAll(String.raw`\|`, "|")));
}

function tableAt(lines: readonly string[], at: number): [Block, number] {
  let end = at + 2;
  while (end < lines.length && (lines[end] as string).includes("|")) end += 1;
  return [{ type: "table", head: cellsOf(lines[at] as string), rows: lines.slice(at + 2, end).map(cellsOf) }, end];
}

function paragraphAt(lines: readonly string[], at: number): [Block, number] {
  let end = at + 1;
  while (end < lines.length && (lines[end] as string).trim() !== "" && !startsBlock(lines[end] as string)) end += 1;
  return [{ type: "paragraph", inside: readInline(lines.slice(at, end).join("\n")) }, end];
}

// Each alternative is bounded, so that no text makes the search go back and forth.
const INLINE = new RegExp(
  [
    /\\(?<escaped>[\\`*_{}[\]()#+\-.!|~<>])/.source,
    /(?<ticks>`{1,3})(?<code>[^`\n](?:[^`]{0,2000}[^`])?|[^`])\k<ticks>(?!`)/.source,
    /(?<bang>!?)\[(?<label>[^[\]\n]{0,500})\]\((?<target>[^\s()]{0,2000}(?:\([^\s()]{0,500}\)[^\s()]{0,500})?)(?:[ \t]+"[^"\n]{0,300}")?\)/.source,
    /<(?<auto>https?:\/\/[^\s<>]{1,2000})>/.source,
    /(?<bare>https?:\/\/[^\s<>"'`()[\]]{1,2000}[^\s<>"'`()[\].,;:!?*_~])/.source,
    /\*\*(?<strong>[^\s*](?:[^*\n]{0,1000}[^\s*])?)\*\*/.source,
    /(?<![\w_])__(?<strong2>[^\s_](?:[^_\n]{0,1000}[^\s_])?)__(?!\w)/.source,
    /\*(?<em>[^\s*](?:[^*\n]{0,1000}[^\s*])?)\*/.source,
    /(?<![\w_])_(?<em2>[^\s_](?:[^_\n]{0,1000}[^\s_])?)_(?!\w)/.source,
    /~~(?<del>[^\s~](?:[^~\n]{0,1000}[^\s~])?)~~/.source,
  ].join("|"),
  "g",
);

/** What stands in a line. */
export function readInline(text: string, depth = 0): readonly Inline[] {
  const found: Inline[] = [];
  let from = 0;
  const plain = (to: number): void => {
    if (to > from) found.push({ type: "text", text: text.slice(from, to) });
  };
  for (const match of text.matchAll(INLINE)) {
    plain(match.index);
    from = match.index + match[0].length;
    found.push(inlineOf(match.groups ?? {}, depth));
  }
  plain(text.length);
  return found;
}

function inlineOf(groups: Readonly<Record<string, string | undefined>>, depth: number): Inline {
  const { escaped, code, bang, label, target, auto, bare, strong, strong2, em, em2, del } = groups;
  const inside = (text: string): readonly Inline[] => (depth < DEEPEST ? readInline(text, depth + 1) : [{ type: "text", text }]);
  if (escaped !== undefined) return { type: "text", text: escaped };
  if (code !== undefined) return { type: "code", text: code };
  if (bang === "!") return { type: "image", text: label ?? "", target: target ?? "" };
  if (label !== undefined) return { type: "link", inside: inside(label), target: target ?? "" };
  const address = auto ?? bare;
  if (address !== undefined) return { type: "link", inside: [], target: address };
  const bold = strong ?? strong2;
  if (bold !== undefined) return { type: "strong", inside: inside(bold) };
  const slanted = em ?? em2;
  return slanted === undefined ? { type: "del", inside: inside(del ?? "") } : { type: "em", inside: inside(slanted) };
}

/** An address that may be clicked: http and https alone, as the browser itself reads it; else null. */
export function safeTarget(target: string): string | null {
  try {
    const url = new URL(target);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * The host that a safe target leads to, where its text does not say so: letters of another script that look like
 * the usual ones make another name, which browsers know as `xn--`. Null where the text says it.
 */
export function hostBehind(target: string): string | null {
  const href = safeTarget(target);
  if (href === null) return null;
  const { hostname } = new URL(href);
  return target.includes(hostname) ? null : hostname;
}
