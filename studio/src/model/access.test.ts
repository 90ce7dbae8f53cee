import { expect, test } from "vitest";
import { auditCsv, keysCsv, membersCsv, nameOfPlace, orderKeys, stateOfKey } from "./access";
import type { Key } from "./schema";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const key = (id: string, more: Partial<Key> = {}): Key => ({
  id, name: id, scopes: ["ingest"], limits: {}, created_at: `2026-11-0${id}T00:00:00Z`, expires_at: null, last_used_at: null, revoked_at: null, ...more,
});

test("a key is in force until it expires or is revoked", () => {
  const over = { expires_at: "2026-11-21T12:00:00Z" };
  expect([key("1"), key("2", over), key("3", { ...over, revoked_at: "2026-11-20T00:00:00Z" })].map((each) => stateOfKey(each, NOW)))
    .toEqual(["active", "expired", "revoked"]);
});

test("keys in force stand first, the newest above", () => {
  const keys = [key("1"), key("2", { revoked_at: "2026-11-20T00:00:00Z" }), key("3")];
  expect(orderKeys(keys, NOW).map(({ id }) => id)).toEqual(["3", "1", "2"]);
});

test("a login is named by its browser and system, or as its terminal called itself", () => {
  const names = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1 (KHTML, like Gecko) Version/17 Safari/605.1",
    "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/127.0", "Mozilla/5.0", "ann@laptop", "",
  ].map(nameOfPlace);
  expect(names).toEqual(["Chrome on Linux", "Safari on macOS", "Firefox on Windows", "A browser", "ann@laptop", "unnamed"]);
});

test("members, keys and the audit log are had as CSV; of a key its secret is in no list", () => {
  const member = { person_id: "p", email: "=ann@example.org", name: "Ann", role: "owner", since: "2026-11-01T00:00:00Z" };
  const entry = { seq: 1, at: "2026-11-01T00:00:00Z", actor: "ann", action: "key.made", project: "default", target: "k", address: "::1", detail: { scopes: ["ingest"] }, hash: "ab" };
  expect([membersCsv([member]), keysCsv([key("1")], NOW), auditCsv([entry])].map((text) => text.split("\r\n")[1])).toEqual([
    "'=ann@example.org,Ann,owner,2026-11-01T00:00:00Z",
    "1,1,ingest,active,2026-11-01T00:00:00Z,,,",
    '1,2026-11-01T00:00:00Z,ann,key.made,default,k,::1,"{""scopes"":[""ingest""]}",ab',
  ]);
});
