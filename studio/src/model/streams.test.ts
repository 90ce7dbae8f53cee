import { describe, expect, it } from "vitest";
import { type Piece, type Streams, arrived, fetched, rateOf } from "./streams";

const piece = (index: number, text: string, count = 1): Piece => ({ trace_id: "t", span_id: "s", index, count, text });
const stored = (text: string, next_index: number, first_index = 0) => ({ trace_id: "t", span_id: "s", text, first_index, next_index, truncated: false });
const NONE: Streams = new Map();
const told = (streams: Streams): unknown => {
  const { text, next, missed } = streams.get("s") ?? { text: "", next: 0, missed: 0 };
  return [text, next, missed];
};

describe("streamed text", () => {
  it("grows by pieces and takes none twice", () => {
    const some = arrived(NONE, [piece(0, "Take "), piece(1, "the night ", 2)], 0);
    expect(told(arrived(some, [piece(1, "the night ", 2), piece(3, "train")], 50))).toEqual(["Take the night train", 4, 0]);
  });

  it("counts what got lost, and has it once it is asked for", () => {
    const torn = arrived(arrived(NONE, [piece(0, "a ")], 0), [piece(3, "d "), piece(4, "e")], 10);
    expect(told(torn)).toEqual(["a d e", 5, 2]);
    expect(told(fetched(torn, stored("a b c d ", 4)))).toEqual(["a b c d e", 5, 0]);
  });

  it("begins with what was there before the reader came, and goes on behind it", () => {
    const late = fetched(arrived(NONE, [piece(5, "six ")], 0), stored("one to five ", 5));
    expect(told(arrived(late, [piece(6, "seven")], 20))).toEqual(["one to five six seven", 7, 0]);
    expect(told(fetched(late, stored("one to", 2)))).toEqual(["one to five six ", 6, 0]);
    expect(fetched(NONE, stored("", 0))).toBe(NONE);
  });

  it("tells how fast it comes of late", () => {
    let streams = NONE;
    for (let at = 0; at < 11; at += 1) streams = arrived(streams, [piece(at * 4, "word", 4)], at * 100);
    const stream = streams.get("s");
    expect(stream && rateOf(stream, 1_000)).toBe(40);
    expect(stream && rateOf(stream, 60_000)).toBeNull();
  });
});
