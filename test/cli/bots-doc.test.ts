import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { BotNews } from "../../src/cli/bot-event.ts";
import {
  botRequestTypes,
  parseBotRequest,
  refCharactersMax,
  requestCharactersMax,
} from "../../src/cli/bot-protocol.ts";
import { answerWaitMs, bytesPendingMax } from "../../src/cli/bot-session.ts";
import { exitCodes } from "../../src/cli/exit-code.ts";
import { outputBytesMax } from "../../src/cli/line-output.ts";
import { pageEntriesDefault, pageEntriesMax, requestsWaitingMax } from "../../src/room/limits.ts";

const page = readFileSync(new URL("../../docs/BOTS.md", import.meta.url), "utf8");

/** The rows of the table whose first heading is this one: their cells. */
function table(heading: string): string[][] {
  const [, rest = ""] = page.split(new RegExp(`\\n\\| ${heading} +\\|.*\\n`));
  const [, ...rows] = rest.split("\n\n", 1)[0]!.split("\n");
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands in backquotes. */
function names(cell: string): string[] {
  return [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!);
}

const conversation = [...page.matchAll(/^([<>]) (\{.*\})$/gm)];
const requests = conversation.filter(([, side]) => side === ">").map(([, , json]) => json!);
const events = conversation
  .filter(([, side]) => side === "<")
  .map(([, , json]) => JSON.parse(json!));

describe("docs/BOTS.md", () => {
  test("lists the requests that there are, and shows each", () => {
    const listed = table("request").map(([name]) => names(name!)[0]);
    expect([...listed].sort()).toEqual([...botRequestTypes].sort());
    const shown = new Set(requests.map((request) => JSON.parse(request).type));
    expect([...shown].sort()).toEqual([...botRequestTypes].sort());
  });

  test("lists every event", () => {
    const news: Record<BotNews["type"], true> = {
      ...{
        answered: true,
        asked: true,
        changed: true,
        damaged: true,
        delayed: true,
        identified: true,
      },
      ...{ invited: true, joined: true, left: true, memory: true, notice: true, progress: true },
      ...{ removed: true, renamed: true, reset: true, said: true, shutdown: true },
      ...{ split: true, typing: true },
    };
    const entries = ["edited", "deleted", "reacted", "topic", "moderated", "mode", "offered"];
    const files = ["received", "failed", "cancelled", "taking"];
    const others = ["ready", "ok", "error", "connection", ...files];
    const listed = table("event").map(([name]) => names(name!)[0]!);
    expect(listed.sort()).toEqual([...Object.keys(news), ...entries, ...others].sort());
  });

  test("shows requests that are understood", () => {
    expect(requests).not.toEqual([]);
    for (const request of requests) expect(parseBotRequest(request).type).not.toBe("invalid");
  });

  test("shows events with the fields that its tables list", () => {
    const fields = new Map(table("event").map(([name, cell]) => [names(name!)[0], names(cell!)]));
    const answers = table("request").flatMap(([, , cell]) => names(cell!));
    expect(events).not.toEqual([]);
    for (const { type, ...rest } of events) {
      const listed = [...(fields.get(type) ?? []), ...(type === "ok" ? answers : [])];
      expect(listed).toEqual(expect.arrayContaining(Object.keys(rest)));
    }
  });

  test("tells the exit codes and limits of the program", () => {
    const codes = table("exit code").map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(exitCodes));
    const mebibytes = (bytes: number) => `${bytes / 2 ** 20} MiB`;
    for (const phrase of [
      `at most ${refCharactersMax} characters`,
      `at most ${requestCharactersMax.toLocaleString("en")} characters`,
      `While ${requestsWaitingMax} requests, or texts of ${mebibytes(bytesPendingMax)},`,
      `output of more than ${mebibytes(outputBytesMax)}`,
      `no answer ${answerWaitMs / 1_000} s after`,
      `1 to ${pageEntriesMax}, else ${pageEntriesDefault}`,
    ]) {
      expect(page).toContain(phrase);
    }
  });
});
