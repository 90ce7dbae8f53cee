import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from "react";
import { formatWhole, plural } from "../../../base/format";
import { formatDuration } from "../../../base/time";
import type { Run } from "../../../model/api";
import { type Streamed, type Streams, rateOf } from "../../../model/streams";
import type { Tree } from "../../../model/tree";
import { Button } from "../../../widgets/button";
import { Visible } from "../../../widgets/name";

/** Of a longer text its end is shown: that is where it grows. */
const SHOWN = 20_000;
const TICK_MS = 500;

/** The text of the model call that speaks, or of another one that is chosen, as it comes. */
export function Streaming({ run, tree, streams }: { readonly run: Run; readonly tree: Tree | null; readonly streams: Streams }): ReactElement {
  const [chosen, setChosen] = useState<string | null>(null);
  const ids = [...streams.keys()];
  const newest = ids.reduce<string | undefined>((best, id) => (best === undefined || lastAt(streams.get(id)) >= lastAt(streams.get(best)) ? id : best), undefined);
  const shown = chosen !== null && streams.has(chosen) ? chosen : newest;
  const stream = shown === undefined ? undefined : streams.get(shown);
  if (!stream) return <p className="text-muted">{run.status === "running" ? "Nothing is streamed yet. What the run's models stream stands here as it comes, its output once it ends." : "Nothing came out."}</p>;
  const nameOf = (id: string): string => {
    const span = tree?.spans[tree.position.get(id) ?? -1];
    return span ? (span.model ?? span.name) : id.slice(0, 8);
  };
  return (
    <div className="grid gap-3">
      {ids.length > 1 && (
        <div role="group" aria-label="Model calls" className="flex flex-wrap gap-1.5">
          {ids.map((id) => <Button key={id} aria-pressed={id === shown} className="h-6! aria-pressed:border-accent! aria-pressed:bg-selected!" onClick={() => setChosen(id)}><Visible line text={nameOf(id)} /></Button>)}
        </div>
      )}
      <Rate stream={stream} firstTokenMs={run.first_token_ms} live={run.status === "running"} />
      {stream.missed > 0 && <p className="text-sm text-warn">{plural(stream.missed, "token")} got lost on the way.</p>}
      <Growing text={stream.text} live={run.status === "running"} />
    </div>
  );
}

const lastAt = (stream: Streamed | undefined): number => stream?.arrivals.at(-1)?.at ?? 0;

function Rate({ stream, firstTokenMs, live }: { readonly stream: Streamed; readonly firstTokenMs: number | null; readonly live: boolean }): ReactElement {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!live) return undefined;
    const timer = window.setInterval(() => setNow(performance.now()), TICK_MS);
    return () => window.clearInterval(timer);
  }, [live]);
  const rate = live ? rateOf(stream, now) : null;
  return (
    <p className="flex gap-4 text-sm text-muted">
      <span>{formatWhole(stream.next)} tokens</span>
      {rate !== null && <span>{rate.toFixed(rate < 10 ? 1 : 0)} tok/s</span>}
      {firstTokenMs !== null && <span>first token after {formatDuration(firstTokenMs * 1e6)}</span>}
    </p>
  );
}

/** Text that grows at its end; the end stays in sight unless the reader has scrolled away. */
function Growing({ text, live }: { readonly text: string; readonly live: boolean }): ReactElement {
  const end = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const box = end.current?.closest("[role=group][tabindex]");
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 120) box.scrollTop = box.scrollHeight;
  }, [text]);
  return (
    // Announcing every token would drown a reader of the screen; the whole is there when it has ended.
    <div data-streamed aria-live="off" className="leading-6 whitespace-pre-wrap [overflow-wrap:anywhere]">
      {text.length > SHOWN && <span className="text-muted">… {formatWhole(text.length - SHOWN)} earlier characters{"\n"}</span>}
      <Visible text={text.slice(-SHOWN)} />
      {live && <span aria-hidden="true" className="pulse text-accent">▍</span>}
      <span ref={end} />
    </div>
  );
}
