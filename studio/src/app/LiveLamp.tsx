import type { ReactElement } from "react";
import { formatWhole, plural } from "../base/format";
import { clockTime } from "../base/time";
import { useHealth } from "../data/hooks";
import type { Health } from "../data/live";
import { useNow } from "../widgets/clock";

interface Look {
  readonly colour: string;
  readonly text: string;
  readonly title: string;
}

function lookOf({ connection, perSecond, lostAt, missed }: Health, now: number): Look {
  const gap = missed > 0 ? `; ${plural(missed, "event")} could not be sent live and were read again` : "";
  switch (connection) {
    case "live":
      return { colour: "text-ok", text: perSecond > 0 ? `Live ${formatWhole(perSecond)}/s` : "Live", title: `Changes arrive as they happen${gap}` };
    case "lost": {
      const behind = lostAt === null ? 0 : Math.max(0, Math.round((now - lostAt) / 1000));
      return { colour: "text-warn", text: `Reconnecting, ${behind} s behind`, title: `The stream broke at ${clockTime(lostAt ?? now).slice(0, 8)}; what is missed will be fetched` };
    }
    case "connecting":
      return { colour: "text-muted", text: "Connecting…", title: "Opening the stream" };
    default:
      return { colour: "text-muted", text: "Idle", title: "Nothing on this page changes by itself" };
  }
}

/** Whether what is shown is live, how much comes in, and how far behind it is when it is not. */
export function LiveLamp(): ReactElement {
  const health = useHealth();
  const now = useNow(health.connection === "lost");
  const { colour, text, title } = lookOf(health, now);
  return (
    <span className="flex h-7 min-w-24 items-center justify-end gap-1.5 px-1 text-sm whitespace-nowrap text-muted" title={title} data-connection={health.connection}>
      <span className={`${colour} ${health.connection === "lost" ? "pulse" : ""}`} aria-hidden="true">●</span>
      {text}
      {health.connection === "live" && health.missed > 0 && <span className="text-warn">· {formatWhole(health.missed)} dropped</span>}
    </span>
  );
}
