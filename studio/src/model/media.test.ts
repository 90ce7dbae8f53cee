import { expect, it } from "vitest";
import { candidatesOf, decodeBase64, isShown } from "./media";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB";

it("finds data of a length wherever a span carries it", () => {
  const attributes = [
    { key: "a", type: "string", value: JSON.stringify({ url: `data:image/png;base64,${PNG}`, other: "QUJDREVGR0hJSktMTU5PUA==" }) },
    { key: "b", type: "array", value: [{ data: PNG.replaceAll("/", String.raw`\/`) }] },
  ];
  expect(candidatesOf(attributes, 24)).toEqual([PNG]);
  expect(candidatesOf(attributes, 16)).toEqual(["QUJDREVGR0hJSktMTU5PUA"]);
  expect(candidatesOf(attributes, 5)).toEqual([]);
});

it("decodes base64 and nothing else", () => {
  expect(decodeBase64("aGk")).toEqual(new Uint8Array([104, 105]));
  expect(decodeBase64("a*b")).toBeNull();
});

it("shows pictures and sound, never documents", () => expect(["image/png", "IMAGE/JPEG", "image/svg+xml", "text/html", null].map(isShown)).toEqual([true, true, false, false, false]));
