/** The shapes of accounts, members, keys and the audit log: the mirror of fanlight/api/*.py. */

export interface Login {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly current: boolean;
}

export interface Device {
  readonly user_code: string;
  readonly label: string;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly is_admin: boolean;
  readonly created_at: string;
  readonly disabled_at: string | null;
}

export interface Member {
  readonly person_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly since: string;
}

export interface Invite {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly by: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly accepted_at: string | null;
}

export type KeyScope = "ingest" | "read" | "execute" | "admin";

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly project: string | null;
  readonly target: string;
  readonly address: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

export interface Verification {
  readonly entries: number;
  readonly newest_hash: string;
  readonly broken_at: number | null;
}

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
