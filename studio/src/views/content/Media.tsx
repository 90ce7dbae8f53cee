import { type ReactElement, createContext, useContext, useState } from "react";
import { formatBytes } from "../../base/format";
import type { Attribute } from "../../model/api";
import type { MediaPart } from "../../model/content";
import { candidatesOf, decodeBase64, isShown } from "../../model/media";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { Visible } from "../../widgets/name";
import { Target } from "./Markdown";

/** The attributes that carry what the content tells of by its length and hash. */
export const CarriedBy = createContext<readonly Attribute[]>([]);

type Found = { readonly url: string } | { readonly why: string };

/** Pictures and sound: those that came with the span are shown at a click; what lies elsewhere is told, and never loaded. */
export function Media({ part }: { readonly part: MediaPart }): ReactElement {
  const attributes = useContext(CarriedBy);
  const [found, setFound] = useState<Found | null>(null);
  const facts = [part.mime, part.bytes === null ? null : formatBytes(part.bytes), part.sha256 && `sha256 ${part.sha256.slice(0, 12)}…`];
  const canShow = part.bytes !== null && part.sha256 !== null && isShown(part.mime);
  const name = plainOf(part.name ?? part.type, 200);
  return (
    <div className="grid gap-2 rounded border border-dashed border-line px-2 py-1 text-sm">
      <p className="flex flex-wrap items-center gap-x-2">
        <span className="font-medium">{part.type}</span>
        {part.name && <span className="min-w-0 truncate"><Visible line text={part.name} /></span>}
        {part.uri && <Target target={part.uri} />}
        <span className="text-muted" title={part.sha256 ?? undefined}><Visible line text={facts.filter(Boolean).join(" · ")} /></span>
        {canShow && !found && <Button look="plain" className="h-6! text-accent!" onClick={() => void dataOf(part, attributes).then(setFound)}>Show</Button>}
      </p>
      {found && "why" in found && <p className="text-warn">{found.why}</p>}
      {found && "url" in found && (part.type === "audio"
        // What was said stands beside it as text, where its agent wrote it down.
        // oxlint-disable-next-line jsx-a11y/media-has-caption
        ? <audio controls src={found.url} aria-label={name} className="h-9 w-full" />
        : <img src={found.url} alt={name} className="max-h-80 max-w-full justify-self-start rounded border border-line object-contain" />)}
    </div>
  );
}

/** The data of a part, out of the attributes that it came with; found by its length and, where the browser can, its hash. */
async function dataOf(part: MediaPart, attributes: readonly Attribute[]): Promise<Found> {
  const candidates = candidatesOf(attributes, part.bytes ?? 0);
  const fits = await Promise.all(candidates.map((text) => isOf(part, text, candidates.length)));
  const text = candidates[fits.indexOf(true)];
  return text === undefined ? { why: "Its data is not among the attributes of this span." } : { url: `data:${part.mime};base64,${text}` };
}

/** Browsers hash on localhost and https alone; elsewhere the length has to do, when it fits one alone. */
async function isOf(part: MediaPart, text: string, candidates: number): Promise<boolean> {
  if (!globalThis.crypto?.subtle) return candidates === 1;
  const bytes = decodeBase64(text);
  return bytes !== null && (await sha256(bytes)) === part.sha256;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
