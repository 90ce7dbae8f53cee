import { expect, test } from "vitest";
import type { Disk, DiskShare } from "./api";
import { byProject, diskCsv, lasting, shortage } from "./disk";

const share = (project: string | null, signal: DiskShare["signal"], bytes: number, perDay = 0): DiskShare => ({ project, signal, rows: 1, bytes, bytes_a_day: perDay });
const disk = (shares: readonly DiskShare[], free: number | null, days: number | null): Disk => ({ shares, bytes: 100, free_bytes: free, total_bytes: 1000, days_left: days });

test("the shares of a project stand together, the largest project first", () => {
  const found = byProject([share("a", "traces", 5, 1), share(null, "logs", 9), share("a", "logs", 6, 2)]);
  expect(found.map(({ project, bytes, perDay, shares }) => [project, bytes, perDay, shares.length])).toEqual([["a", 11, 3, 2], [null, 9, 0, 1]]);
});

test("a disk lasts for ever when what the retention keeps fits on it", () => {
  expect(lasting(disk([share("a", "traces", 50, 10)], 300, 30), 30).text).toContain("30 days of it fit");
  expect(lasting(disk([share("a", "traces", 50, 10)], 100, 10), 30)).toEqual({ text: "full in about 10 days at this rate", isNear: true });
  expect(lasting(disk([share("a", "traces", 50, 10)], 1000, 100), 0)).toEqual({ text: "full in about 100 days at this rate", isNear: false });
  expect([lasting(disk([], null, null), 30).text, lasting(disk([], 5, null), 30).text]).toEqual(["", "nothing came in within the last 24 hours"]);
});

test("as CSV each share has a row", () => {
  expect(diskCsv([share(null, "logs", 9)])).toBe("project,signal,rows,bytes,bytes_a_day\r\n,logs,1,9,0\r\n");
});

test("a disk that runs out is told of, with figures where one may know them", () => {
  const room = { low_bytes: 2 * 1024 ** 3, stop_bytes: 512 * 1024 ** 2, free_bytes: 1024 ** 3 };
  expect(shortage({ ...room, state: "ok" })).toBeNull();
  expect(shortage({ ...room, state: "low" })).toContain("runs out: 1.0 GB left, less than 2.0 GB. Below 512.0 MB");
  expect(shortage({ ...room, state: "full", free_bytes: null })).toBe("The server’s disk is nearly full. Telemetry is refused, and its senders keep it, until there are 512.0 MB. What is stored can be read.");
});
