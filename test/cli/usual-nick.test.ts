import { expect, test } from "vitest";
import { defaultNick } from "../../src/cli/default-nick.ts";
import { usualNick } from "../../src/cli/usual-nick.ts";
import { personOf } from "../support/log-entries.ts";

const key = "k".repeat(43);
const own = { person: personOf("anna") };
const office = {
  id: key,
  name: "Office",
  nick: "anna",
  own,
  visitedAt: 1,
  token: new Uint8Array(),
};
const known = {
  keyOf: ({ text }: { readonly text: string }) => (text === "10.0.0.5:28198" ? key : undefined),
};

test.each([
  ["office", "anna"],
  ["10.0.0.5", "anna"],
  ["10.0.0.5:28198", "anna"],
  [`earshot://10.0.0.9:1234/?k=${key}`, "anna"],
  [key, "anna"],
  ["lab", defaultNick()],
  ["10.0.0.6", defaultNick()],
  ["10.0.0.5:99999", defaultNick()],
  ["", defaultNick()],
])("on %s one is called as at the last visit, else as on this machine: %s", (typed, nick) => {
  expect(usualNick(typed, known, [office])).toBe(nick);
});
