/** What of a project's traces is kept, in words. */
import { formatShare, formatWhole, plural } from "../base/format";
import type { SamplingReport } from "./api";

type Rates = Pick<SamplingReport, "head_rate" | "tail_rate" | "spans_sampled" | "traces_thinned">;

/** What has to be known beside a total; nothing where everything is kept and nothing was left out. */
export function saySampled(found: Rates): string[] {
  const said: string[] = [];
  if (found.head_rate < 1 || found.spans_sampled > 0) {
    said.push(`Sampled: ${share(found.head_rate)} of traces are taken, and whatever fails. Totals are of what is stored; ${plural(found.spans_sampled, "span")} left out since the server started.`);
  }
  if (found.tail_rate < 1 || found.traces_thinned > 0) {
    said.push(`Steps are kept of ${share(found.tail_rate)} of the runs that go well: ${formatWhole(found.traces_thinned)} have only their summaries. Totals are exact.`);
  }
  return said;
}

const share = (rate: number): string => (rate === 1 ? "all" : rate === 0 ? "none" : formatShare(rate));
