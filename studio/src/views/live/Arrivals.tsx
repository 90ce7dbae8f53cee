import { type ReactElement, useEffect, useRef, useState } from "react";
import { plural } from "../../base/format";
import { useLive } from "../../data/hooks";

const EVERY_MS = 5000;

/** What came, said to a screen reader every five seconds at most: a list that is live says nothing itself. */
export function Arrivals({ topics, noun }: {
  /** Comma separated; an empty string listens to nothing. */
  readonly topics: string;
  /** What one event is. */
  readonly noun: string;
}): ReactElement {
  const [said, say] = useState("");
  const count = useRef(0);
  useLive(topics, { onEvents: (events) => void (count.current += events.length), onResync: () => {} });
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (count.current > 0) say(`${plural(count.current, noun)} in the last seconds`);
      count.current = 0;
    }, EVERY_MS);
    return () => window.clearInterval(timer);
  }, [noun]);
  return <p className="sr-only" aria-live="polite">{said}</p>;
}
