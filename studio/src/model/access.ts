/** What accounts, members, keys and the audit log come to on a page. */
import { csvText } from "./csv";
import type { AuditEntry, Key, KeyScope, Member } from "./schema";

/** What each role may do, in the order in which they are offered. */
export const ROLES: readonly { readonly name: string; readonly says: string }[] = [
  { name: "owner", says: "everything, members too" },
  { name: "maintainer", says: "everything but members" },
  { name: "viewer", says: "which runs there are and how they ended" },
  { name: "usage_reporter", says: "as a viewer, with tokens and cost" },
  { name: "billing_manager", says: "as a viewer, with cost and revenue" },
  { name: "room_manager", says: "as a viewer, and rooms" },
  { name: "session_inventory", says: "which sessions there are" },
];

export const KEY_SCOPES: readonly { readonly name: KeyScope; readonly says: string }[] = [
  { name: "ingest", says: "send telemetry" },
  { name: "read", says: "read runs, traces, logs and usage" },
  { name: "execute", says: "run published agents" },
  { name: "admin", says: "change the project's settings" },
];

/** Where a key stands: in force, over, or taken back. */
export function stateOfKey(key: Key, now: number): "active" | "expired" | "revoked" {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && Date.parse(key.expires_at) <= now ? "expired" : "active";
}

/** Keys that work come first, then the newest. */
export function orderKeys(keys: readonly Key[], now: number): Key[] {
  const over = (key: Key): number => (stateOfKey(key, now) === "active" ? 0 : 1);
  return keys.toSorted((left, right) => over(left) - over(right) || (left.created_at < right.created_at ? 1 : -1));
}

const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg/], ["Opera", /\bOPR\//], ["Firefox", /\bFirefox\//], ["Chrome", /\b(?:Headless)?Chrome\//], ["Safari", /\bSafari\//],
];
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["iOS", /iPhone|iPad/], ["Android", /Android/], ["Windows", /Windows/], ["macOS", /Mac OS X/], ["Linux", /Linux/],
];

/** `Firefox on Linux` of what a browser calls itself; any other label as it is. */
export function nameOfPlace(label: string): string {
  if (!label.startsWith("Mozilla/")) return label || "unnamed";
  const first = (names: typeof BROWSERS): string | undefined => names.find(([, pattern]) => pattern.test(label))?.[0];
  return [first(BROWSERS) ?? "A browser", first(SYSTEMS)].filter(Boolean).join(" on ");
}

export const membersCsv = (members: readonly Member[]): string =>
  csvText(["email", "name", "role", "since"], members.map(({ email, name, role, since }) => [email, name, role, since]));

export const keysCsv = (keys: readonly Key[], now: number): string =>
  csvText(["name", "id", "scopes", "state", "created_at", "last_used_at", "expires_at", "revoked_at"], keys.map((key) => [
    key.name, key.id, key.scopes.join(" "), stateOfKey(key, now), key.created_at, key.last_used_at, key.expires_at, key.revoked_at,
  ]));

/** The entries with their hashes, so that the chain can be followed in the file. */
export const auditCsv = (entries: readonly AuditEntry[]): string =>
  csvText(["seq", "at", "actor", "action", "project", "target", "address", "detail", "hash"], entries.map(({ seq, at, actor, action, project, target, address, detail, hash }) => [
    seq, at, actor, action, project, target, address, JSON.stringify(detail), hash,
  ]));
