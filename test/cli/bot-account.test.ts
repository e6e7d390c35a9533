import { describe, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { accountActionOf, accountFields } from "../../src/cli/bot-account.ts";
import { parseBotRequest } from "../../src/cli/bot-protocol.ts";

const none = { account: undefined, room: undefined };
const both = { account: new Secret("of the account"), room: new Secret("of the room") };

describe("what a bot asks about its account", () => {
  test.each([
    [{ type: "register" }, { type: "register", password: both.account }],
    [
      { type: "login", nick: "dicebot" },
      { type: "login", nick: "dicebot", password: both.account },
    ],
    [{ type: "set-password" }, { type: "set-password", password: both.account }],
    [
      { type: "open-room", room: "dev" },
      { type: "open-room", room: "dev", password: both.room },
    ],
    [
      { type: "set-room-password", room: "dev" },
      { type: "set-room-password", room: "dev", password: both.room },
    ],
    [
      { type: "revoke", device: 2 },
      { type: "revoke", device: 2 },
    ],
    [
      { type: "unregister", nick: "dicebot" },
      { type: "unregister", nick: "dicebot" },
    ],
    [{ type: "devices" }, { type: "devices" }],
  ])("%j", (request, action) => {
    const parsed = parseBotRequest(JSON.stringify(request));
    if (parsed.type !== "account") throw new Error(parsed.type);
    expect(accountActionOf(parsed.request, both)).toEqual(action);
  });

  test.each([
    { type: "login" },
    { type: "unregister" },
    { type: "revoke", device: 0 },
    { type: "revoke", device: "1" },
    { type: "open-room" },
    { type: "register", invitation: 1 },
  ])("%j makes no sense", (request) => {
    expect(parseBotRequest(JSON.stringify(request)).type).toBe("invalid");
  });

  test("what needs a password that nobody gave is refused with the option to give it", () => {
    expect(accountActionOf({ type: "set-password" }, none)).toContain("--password-file");
    expect(accountActionOf({ type: "open-room", room: "x" }, none)).toContain(
      "--room-password-file",
    );
    expect(accountActionOf({ type: "register" }, none)).toEqual({ type: "register" });
  });

  test("keys of devices are told as text", () => {
    const device = { key: new Uint8Array(32), name: "den", addedAt: 1, lastSeenAt: 2 };
    const result = { type: "devices", devices: [device], hasPassword: true } as const;
    expect(accountFields(result)).toEqual({
      devices: [{ ...device, key: "A".repeat(43) }],
      hasPassword: true,
    });
  });
});
