import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  channelMax,
  closeTextBytesMax,
  connectionCountMaxDefault,
  datagramBytesMax,
  dataStreamsMax,
  halfOpenCountMax,
  halfOpenMs,
  handshakesInAll,
  handshakesPerSource,
  messageBytesMax,
  messageStreamsMax,
  pieceCountMax,
  receiveBudgetBytesDefault,
  sendQueueBytesMax,
  streamWindowBytesMax,
  unreliableBytesMax,
  unreliableCountMax,
} from "../../src/transport/limits.ts";
import { Transport, TransportConnection } from "../../src/transport/transport.ts";
import { fencedOf, numbersOf, rowsOf, sectionOf } from "../support/markdown.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(`${root}docs/TRANSPORT.md`, "utf8");
const introduction = page.slice(0, page.indexOf("\n## "));

describe("the package's transport", () => {
  test("runs the example of its guide, which is shorter than 30 lines, as an outsider would", () => {
    const example = fencedOf(introduction, "js");
    expect(example.trim().split("\n").length).toBeLessThan(30);
    // Within the package its own name leads through "exports", as it does for who installed it.
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-"], {
      cwd: root,
      input: example,
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(stderr).toBe("");
    expect(stdout.replace(/port \d+/, "port PORT")).toBe(fencedOf(introduction, "text"));
  });

  test("is exported with its types, and nothing else of the program is", () => {
    const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
    expect(Object.keys(manifest.exports)).toEqual(["./transport", "./package.json"]);
    for (const path of Object.values<string>(manifest.exports["./transport"])) {
      expect(existsSync(`${root}${path}`), path).toBe(true);
    }
  });
});

describe("docs/TRANSPORT.md", () => {
  test("names every method and property, and no other", () => {
    const names = (text: string) => text.match(/^[\w.]+/)?.[0] ?? "";
    const tables = sectionOf(page, "## API").split("\n\n");
    const listed = (title: string) =>
      rowsOf(tables.find((table) => table.trim().startsWith(`| \`${title}\` |`)) ?? "")
        .map(([name]) => names(name!))
        .sort();
    const members = (prototype: object) =>
      Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
    const ofTransport = [...members(Transport.prototype), "Transport.bind", "publicKey"];
    expect(listed("Transport")).toEqual(ofTransport.sort());
    expect(listed("TransportConnection")).toEqual(members(TransportConnection.prototype).sort());
  });

  test("tells the limits that the code has", () => {
    const limits = rowsOf(sectionOf(page, "## Limits")).map(([, text]) => numbersOf(text!));
    expect(limits).toEqual([
      [messageBytesMax],
      [channelMax + 1],
      [messageStreamsMax, dataStreamsMax],
      [unreliableBytesMax, unreliableCountMax],
      [sendQueueBytesMax],
      [streamWindowBytesMax, pieceCountMax],
      [halfOpenCountMax, halfOpenMs / 1000],
      [handshakesInAll.perSecond, handshakesPerSource.perSecond, handshakesInAll.burst],
      [closeTextBytesMax],
    ]);
    const options = new Map(
      rowsOf(sectionOf(page, "## API")).map(([name, text]) => [name, numbersOf(text!)[0]]),
    );
    expect(options.get("connectionCountMax")).toBe(connectionCountMaxDefault);
    expect(options.get("receiveBudgetBytes")).toBe(receiveBudgetBytesDefault);
    expect(options.get("datagramBytesMax")).toBe(datagramBytesMax);
  });
});
