import { type ReactElement, useMemo } from "react";
import { type Block, type Inline, hostBehind, readMarkdown, safeTarget } from "../../model/markdown";
import { plainOf } from "../../model/visible";
import { Visible } from "../../widgets/name";

const HEADINGS = ["text-lg font-semibold", "text-lg font-semibold", "font-semibold", "font-semibold", "font-medium", "font-medium"];

/** Text as Markdown. Elements are made of data; HTML in it stays text, a picture is told and not loaded. */
export function Markdown({ text }: { readonly text: string }): ReactElement {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  return <div className="markdown grid gap-2 [overflow-wrap:anywhere]" dir="auto"><Blocks blocks={blocks} /></div>;
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }): ReactElement {
  return <>{blocks.map((block, index) => <OneBlock key={index} block={block} />)}</>;
}

function OneBlock({ block }: { readonly block: Block }): ReactElement {
  switch (block.type) {
    // The page has headings of its own; those of a text are none of them.
    case "heading": return <p className={HEADINGS[block.level - 1] ?? ""}><Line inside={block.inside} /></p>;
    case "paragraph": return <p className="whitespace-pre-line"><Line inside={block.inside} /></p>;
    case "code": return <pre className="overflow-x-auto rounded bg-surface px-2 py-1.5 font-mono text-sm leading-5" title={block.language === "" ? undefined : plainOf(block.language)}><Visible text={block.text} /></pre>;
    case "quote": return <blockquote className="grid gap-2 border-l-2 border-line pl-2.5 text-muted"><Blocks blocks={block.blocks} /></blockquote>;
    case "rule": return <hr className="border-line" />;
    case "table": return <Grid block={block} />;
    default: return <List block={block} />;
  }
}

function List({ block }: { readonly block: Extract<Block, { type: "list" }> }): ReactElement {
  const items = block.items.map((inside, index) => <li key={index}><Blocks blocks={inside} /></li>);
  if (block.start === null) return <ul className="grid list-disc gap-0.5 pl-5">{items}</ul>;
  return <ol className="grid list-decimal gap-0.5 pl-7" start={block.start}>{items}</ol>;
}

function Grid({ block: { head, rows } }: { readonly block: Extract<Block, { type: "table" }> }): ReactElement {
  return (
    <div className="overflow-x-auto rounded border border-line">
      <table className="table text-sm">
        <thead className="bg-surface"><tr>{head.map((cell, index) => <th key={index} scope="col"><Line inside={cell} /></th>)}</tr></thead>
        <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, index) => <td key={index}><Line inside={cell} /></td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Line({ inside }: { readonly inside: readonly Inline[] }): ReactElement {
  return <>{inside.map((each, index) => <Part key={index} part={each} />)}</>;
}

function Part({ part }: { readonly part: Inline }): ReactElement {
  switch (part.type) {
    case "text": return <Visible text={part.text} />;
    case "code": return <code className="rounded bg-soft px-1 font-mono text-sm"><Visible text={part.text} /></code>;
    case "strong": return <strong className="font-semibold"><Line inside={part.inside} /></strong>;
    case "em": return <em><Line inside={part.inside} /></em>;
    case "del": return <del><Line inside={part.inside} /></del>;
    case "image": return <span className="text-muted">[image <Visible line text={part.text} />: <Target target={part.target} />]</span>;
    default: return <Anchor part={part} />;
  }
}

/** A link never hides where it leads, and only whoever clicks it goes there. */
function Anchor({ part }: { readonly part: Extract<Inline, { type: "link" }> }): ReactElement {
  if (part.inside.length === 0) return <Target target={part.target} />;
  return <><Line inside={part.inside} /> <span className="text-muted">(<Target target={part.target} />)</span></>;
}

/** An address as it is written, and the host that it leads to where that is another; http and https alone can be clicked. */
export function Target({ target }: { readonly target: string }): ReactElement {
  const href = safeTarget(target);
  if (href === null) return <span className="font-mono text-sm"><Visible line text={target} /></span>;
  const host = hostBehind(target);
  return (
    <a className="text-accent [overflow-wrap:anywhere] hover:underline" href={href} target="_blank" rel="noopener noreferrer">
      <Visible line text={target} />{host !== null && ` → ${host}`}
    </a>
  );
}
