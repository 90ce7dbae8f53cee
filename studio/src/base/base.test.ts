import { afterEach, describe, expect, test, vi } from "vitest";
import { formatCount, formatMoney, plural } from "./format";
import { Frame } from "./frame";
import { KeyReader, keyName } from "./keys";
import { Ring } from "./ring";
import { Seen } from "./seen";
import { formatDuration, formatNanos, parseMillis, parseNanos } from "./time";
import { slotOf, topShowing, windowAt, windowAtTail } from "./window";

const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

describe("times", () => {
  test("keep every nanosecond of an RFC 3339 time", () => {
    expect(parseNanos("2026-11-21T02:03:04.123456789Z")).toBe(1795226584123456789n);
    expect(parseNanos("2026-11-21T02:03:04Z")).toBe(1795226584000000000n);
    expect(formatNanos(1795226584000456789n)).toBe("2026-11-21T02:03:04.000456789Z");
    expect(parseNanos("2026-11-21T03:03:04.5+01:00")).toBe(1795226584500000000n);
    expect(parseMillis("1970-01-01T00:00:00.0015Z")).toBe(1.5);
  });

  test("are null when they are no times", () => {
    expect(["", "yesterday", "2026-13-41T00:00:00Z"].map(parseNanos)).toEqual([null, null, null]);
  });

  test("lengths are shown in at most three digits and never lose a round number's zeros", () => {
    const lengths = [0, 740, 12_400, 100e6, 310e6, 999.4e6, 1e9, 4.12e9, 10e9, 59.9e9, 59.99e9, 60e9, 151e9, 11_100e9, -5e6];
    expect(lengths.map(formatDuration)).toEqual([
      "0", "740 ns", "12.4 µs", "100 ms", "310 ms", "999 ms", "1 s", "4.12 s", "10 s", "59.9 s", "1m 00s", "1m 00s", "2m 31s", "3h 05m", "-5 ms",
    ]);
  });
});

describe("numbers", () => {
  test("counts are short, and what was not reported is a dash", () => {
    expect([0, 950, 1000, 8100, 10_000, 100_000, 999_949, 1_240_000, null, undefined].map(formatCount)).toEqual([
      "0", "950", "1k", "8.1k", "10k", "100k", "999.9k", "1.24M", "—", "—",
    ]);
  });

  test("money keeps its meaning down to a hundredth of a cent", () => {
    expect(["0", "0.00001", "0.0042", "12.3", "3.1"].map((amount) => formatMoney(amount))).toEqual([
      "$0", "<$0.0001", "$0.0042", "$12.30", "$3.10",
    ]);
    expect([formatMoney(null), formatMoney("3.1", "EUR")]).toEqual(["—", "EUR 3.10"]);
  });

  test("nouns agree", () => {
    expect([plural(1, "run"), plural(2000, "run")]).toEqual(["1 run", "2,000 runs"]);
  });
});

describe("a ring", () => {
  test("gives back what was put in, in order, and is empty afterwards", () => {
    const ring = new Ring<number>(4);
    for (const value of [1, 2, 3]) ring.push(value);
    expect(ring.drain()).toEqual({ values: [1, 2, 3], dropped: 0 });
    expect(ring.drain()).toEqual({ values: [], dropped: 0 });
  });

  test("drops the oldest when it is full, and counts them", () => {
    const ring = new Ring<number>(3);
    for (let value = 1; value <= 8; value += 1) ring.push(value);
    expect(ring.drain()).toEqual({ values: [6, 7, 8], dropped: 5 });
    ring.push(9);
    expect(ring.drain()).toEqual({ values: [9], dropped: 0 });
  });
});

describe("what was seen", () => {
  test("stays as it was when more is added, however much", () => {
    let seen = Seen.of(["a"]);
    for (let at = 0; at < 2500; at += 1) seen = seen.with([`x${at}`]);
    const more = seen.with(["b"]);
    expect([more.size, more.has("a"), more.has("x0"), more.has("x2499"), more.has("b")]).toEqual([2502, true, true, true, true]);
    expect([seen.size, seen.has("b")]).toEqual([2501, false]);
  });
});

describe("the window of rows", () => {
  test("always holds every visible row, wherever the list is scrolled", () => {
    for (const count of [0, 1, 5, 39, 40, 41, 1000]) {
      for (let top = 0; top <= Math.max(0, count * 24 - 600); top += 7) {
        const { start, end } = windowAt(top, 600, 24, count);
        expect(start).toBeLessThanOrEqual(Math.floor(top / 24));
        expect(end).toBeGreaterThanOrEqual(Math.min(count, Math.ceil((top + 600) / 24)));
        expect(end).toBeLessThanOrEqual(count);
      }
    }
  });

  test("of a followed tail ends at the tail", () => {
    expect(windowAtTail(600, 20, 10_000)).toEqual({ start: 9939, end: 10_000 });
    expect(windowAtTail(600, 20, 3)).toEqual({ start: 0, end: 3 });
  });

  test("never gives two of its rows one slot", () => {
    const { start, end } = windowAt(12_345, 600, 24, 5000);
    const slots = Array.from({ length: end - start }, (_, offset) => slotOf(start + offset, end - start));
    expect(new Set(slots).size).toBe(end - start);
  });

  test("moves no further than needed to show a row", () => {
    expect([topShowing(2, 100, 240, 24), topShowing(6, 100, 240, 24), topShowing(20, 100, 240, 24)]).toEqual([48, 100, 264]);
  });
});

describe("keys", () => {
  const run = (): void => {};
  const bindings = ["g r", "G", "?", "Mod+k", "Space"].map((keys) => ({ keys, label: keys, run }));

  test("have one name each, with Ctrl and ⌘ alike", () => {
    expect([press("k", { ctrlKey: true }), press("k", { metaKey: true }), press(" "), press("G")]).toEqual(["Mod+k", "Mod+k", "Space", "G"]);
  });

  test("make a sequence when they follow each other quickly", () => {
    const reader = new KeyReader();
    expect(reader.read("g", bindings, 0)).toBe("pending");
    expect(reader.read("r", bindings, 500)).toMatchObject({ keys: "g r" });
    expect(reader.read("g", bindings, 1000)).toBe("pending");
    expect(reader.read("r", bindings, 3000)).toBeNull();
  });

  test("that end a sequence by being no part of it still count for themselves", () => {
    const reader = new KeyReader();
    expect(reader.read("g", bindings, 0)).toBe("pending");
    expect(reader.read("?", bindings, 100)).toMatchObject({ keys: "?" });
  });
});

describe("a frame", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** When a frame of 10 ms ran, that rests for `rest` ms and was asked at these moments. */
  function ranAt(asked: readonly number[], rest: number): number[] {
    vi.useFakeTimers({ now: 0 });
    vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 10 - (Date.now() % 10)));
    const ran: number[] = [];
    const frame = new Frame(() => {
      ran.push(Date.now());
      return rest;
    });
    for (const at of asked) setTimeout(() => frame.ask(), at);
    vi.advanceTimersByTime(1000);
    return ran;
  }

  test("runs once however often it is asked", () => {
    expect(ranAt([1, 2, 3, 14, 55], 0)).toEqual([10, 20, 60]);
  });

  test("rests as long as was asked for, and then runs for what came meanwhile, if anything did", () => {
    expect(ranAt([1, 12, 30, 31], 100)).toEqual([10, 120]);
    expect(ranAt([1, 205], 100)).toEqual([10, 210]);
  });
});
