import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeEntry } from "../src/room/entry-record.ts";
import type { LogEntry } from "../src/room/log-entry.ts";
import { segmentDocuments } from "../src/room/search-segment.ts";
import { searchedTextMax, wordLengthMax } from "../src/room/search-terms.ts";
import { storePaths } from "../src/room/store-directory.ts";
import * as keys from "../src/room/store-keys.ts";
import { commitsKept, storeFormat } from "../src/room/store-open.ts";
import { recordTables } from "../src/room/store-port.ts";

const text = readFileSync(join(import.meta.dirname, "../docs/STORE.md"), "utf8");

const entry: LogEntry = {
  sequence: 7,
  id: "V1StGXR8_Z5jdHi6B-myT",
  sentAt: 1_790_000_000_000,
  ordinal: 6,
  author: { person: "~0123456789abcdef", nick: "anna", isGuest: true },
  body: { type: "message", text: "hello" },
};

describe("the store's description", () => {
  test("has the example as the code writes it", () => {
    const record = Buffer.from(encodeEntry("lobby", entry)).toString("hex");
    expect(text).toContain(`| \`${keys.entryKey("lobby", 7)}\` | \`${record}\` |`);
  });

  test("has a row for every kind of key", () => {
    const written = [
      keys.formatKey,
      keys.storeIdKey,
      keys.indexStateKey,
      keys.entryKey("", 0),
      keys.idKey("", ""),
      keys.logKey(""),
      keys.commitKey(0),
      keys.recordKey("", ""),
      keys.termKey("", 0),
      keys.documentsKey(0),
      keys.spanKey(0),
      keys.placeKey("", 0),
    ].map((key) => key.replace(/!.*/, "!"));
    const rows = [...text.matchAll(/^\| `([a-z]+!?)`.*\| .* \|$/gm)].map(([, key]) => key);
    for (const key of written) expect(rows).toContain(key);
  });

  test("names every file", () => {
    const { directory, firstFormat, ...files } = storePaths("/");
    for (const path of Object.values(files)) expect(text).toContain(`| \`${path.slice(1)}\` |`);
    expect(text).toContain(`${firstFormat.slice(directory.length)}.format-1`);
  });

  test("has the code's numbers", () => {
    expect(text).toContain(`| \`format\` | CBOR \`${storeFormat}\` |`);
    expect(text).toContain(`the newest ${commitsKept} are kept`);
    expect(text).toContain(`as soon as there are ${segmentDocuments} of them`);
    expect(text).toContain(`up to ${wordLengthMax} characters of each`);
    expect(text).toContain(`the first ${searchedTextMax} characters of a text`);
    expect(text).toContain(`tables: ${recordTables.map((table) => `\`${table}\``).join(", ")}`);
  });
});
