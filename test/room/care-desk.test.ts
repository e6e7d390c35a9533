import { describe, expect, test } from "vitest";
import { careWaitingMax } from "../../src/room/limits.ts";
import { accountOf, ServerDesk } from "../support/server-desk.ts";

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

/** anna owns the server, ben is an admin, cleo a guest; the lobby has nine entries. */
function stage(): ServerDesk {
  const desk = new ServerDesk({
    accounts: [accountOf("anna", 1, { role: "owner" }), accountOf("ben", 2, { role: "admin" })],
    lastSequences: new Map([["lobby", 9]]),
  });
  desk.isQuick = true;
  for (const [session, nick] of [
    [1, "anna"],
    [2, "ben"],
    [3, "cleo"],
  ] as const) {
    desk.open(session);
    desk.hello(session, nick);
  }
  return desk;
}

describe("how the server is", () => {
  test("is told to its owners and admins, when the disk was looked at", () => {
    const desk = stage();
    desk.ask(2, { type: "health" });
    expect(desk.care).toEqual(["measure"]);
    desk.server.handleCared(desk.now, { type: "measured", bytes: 4_096 });
    desk.collect();
    expect(desk.inbox(2).at(-1)).toMatchObject({
      ...{ type: "health", memberCount: 3, roomCount: 1, accountCount: 2 },
      ...{ entryCount: 9, bytes: 4_096, startedAt: desk.wallNow },
    });
    expect(desk.ask(3, { type: "health" })).toEqual(error("not-allowed"));
  });
});

describe("a backup", () => {
  test("is for owners, who are told where it is", () => {
    const desk = stage();
    expect(desk.ask(2, { type: "backup" })).toEqual(error("not-allowed"));
    desk.ask(1, { type: "backup" });
    expect(desk.care).toEqual(["backup"]);
    const result = { type: "backed-up", directory: "/data/backups/1", entryCount: 9 } as const;
    desk.server.handleCared(desk.now, result);
    desk.collect();
    const { directory, entryCount } = result;
    expect(desk.inbox(1).at(-1)).toMatchObject({ type: "backup", directory, entryCount });
  });

  test("is made after what was asked before, and 8 wait and not one more", () => {
    const desk = stage();
    for (let count = 0; count < careWaitingMax; count += 1) desk.ask(1, { type: "backup" });
    expect(desk.care).toEqual(["backup"]);
    expect(desk.ask(1, { type: "health" })).toEqual(error("too-fast"));
    const message = "no space left";
    desk.server.handleCared(desk.now, { type: "failed", code: "history-unavailable", message });
    desk.collect();
    expect(desk.inbox(1)).toContainEqual(error("history-unavailable"));
    expect(desk.care).toEqual(["backup", "backup"]);
    expect(desk.ask(1, { type: "health" })).toBeUndefined();
  });

  test("that is done for somebody who has gone is told to nobody, and the next begins", () => {
    const desk = stage();
    desk.ask(1, { type: "backup" });
    desk.ask(2, { type: "health" });
    desk.close(1, { cause: "peer", code: 0, text: "" });
    desk.server.handleCared(desk.now, { type: "backed-up", directory: "/d", entryCount: 1 });
    desk.collect();
    expect(desk.care).toEqual(["backup", "measure"]);
  });
});
