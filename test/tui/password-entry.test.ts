import { describe, expect, test } from "vitest";
import { passwordCharactersMax } from "../../src/tui/password-entry.ts";
import { enteredEvent } from "../support/client-events.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

const secret = "correct horse battery";

function asked(command: string): ViewRun {
  return joiningView({ size: { columns: 69, rows: 24 } })
    .enter()
    .type(command)
    .keys("enter");
}

/** What the client is asked about the account. */
function actions(run: ViewRun) {
  return run.effects.flatMap((effect) => (effect.type === "account" ? [effect.action] : []));
}

describe("a password that is typed", () => {
  test("is shown as stars, and goes to the client alone", () => {
    const run = asked("/login anna").type(secret);
    expect(run.text()).toContain(`password: ${"*".repeat(secret.length)}`);
    expect(run.text()).not.toContain(secret);
    expect(JSON.stringify(run.state)).not.toContain(secret);
    run.keys("enter");
    const [action] = actions(run);
    expect(action).toMatchObject({ type: "login", nick: "anna" });
    expect(action?.type === "login" && action.password.reveal()).toBe(secret);
    // Neither the input line nor its history has it.
    expect(run.text()).not.toContain("***");
    expect(run.keys("up").text()).toContain("> /login anna");
  });

  test("that is new is typed twice, and is not taken when the two differ", () => {
    const first = asked("/passwd").type(secret).keys("enter");
    expect(first.text()).toContain("the same again:");
    expect(actions(first)).toEqual([]);
    expect(first.type(secret).keys("enter").text()).not.toContain("the same again");
    expect(actions(first)).toMatchObject([{ type: "set-password" }]);
    const other = asked("/passwd").type(secret).keys("enter").type("another one").keys("enter");
    expect(other.text()).toContain("the two passwords are not the same");
    expect(actions(other)).toEqual([]);
    // Who goes on typing it does not say it to the room.
    other.type(secret).keys("enter").type(secret).keys("enter");
    expect(actions(other)).toMatchObject([{ type: "set-password" }]);
    expect(other.effects.filter(({ type }) => type === "post")).toEqual([]);
  });

  test("that is new and too short is asked for again", () => {
    const run = asked("/passwd").type("short").keys("enter");
    expect(run.text()).toContain("a password has at least 10 characters: type another");
    run.type(secret).keys("enter").type(secret).keys("enter");
    expect(actions(run)).toMatchObject([{ type: "set-password" }]);
  });

  test("may be corrected, and broken off", () => {
    const run = asked("/passwd").type("abc").keys("backspace");
    expect(run.text()).toMatch(/: \*\*\n/);
    run.keys("escape");
    expect(run.text()).toContain("no password was given: nothing was done");
    expect(asked("/passwd").type("abc").keys("ctrl+c").text()).not.toContain("**");
    expect(actions(run)).toEqual([]);
  });

  test("may be none for an account of one device, but for nothing else", () => {
    expect(actions(asked("/register anna").keys("enter"))).toEqual([
      { type: "register", nick: "anna" },
    ]);
    expect(actions(asked("/login anna").keys("enter"))).toEqual([]);
  });

  test("has at most so many characters", () => {
    const run = asked("/passwd");
    const text = "x".repeat(passwordCharactersMax + 1);
    run.event({ type: "key", key: { type: "paste", text } }).keys("enter");
    run.event({ type: "key", key: { type: "paste", text } }).keys("enter");
    const [action] = actions(run);
    expect(action?.type === "set-password" && action.password.reveal().length).toBe(
      passwordCharactersMax,
    );
  });
});

describe("a room with a password", () => {
  test("asks for it when it is made, and is set to have it", () => {
    const run = asked("/create vault password");
    expect(run.effects).toContainEqual({
      ...{ type: "ask", ref: "locked" },
      question: { type: "create", room: "vault", kind: "invite" },
    });
    run.client(enteredEvent("vault", ["alice"], { ref: "locked" }));
    expect(run.text()).toContain("new password of #vault:");
    run.type(secret).keys("enter").type(secret).keys("enter");
    expect(actions(run)).toMatchObject([{ type: "set-room-password", room: "vault" }]);
  });

  test("asks for it when it is joined, and is joined again when it was right", () => {
    const run = asked("/join vault");
    run.client({
      ...{ type: "error", ref: "chosen", room: "vault" },
      ...{ code: "password-needed", message: "vault has a password" },
    });
    run.type(secret).keys("enter");
    expect(actions(run)).toMatchObject([{ type: "open-room", room: "vault" }]);
    run.client({ type: "account", result: { type: "room-opened", room: "vault" } });
    expect(run.effects.filter(({ type }) => type === "join").at(-1)).toEqual({
      ...{ type: "join", room: "vault", ref: "chosen" },
    });
  });
});

describe("an account", () => {
  test("is listed with its devices, and ended by its name", () => {
    const run = asked("/devices");
    run.type("/devices revoke 2").keys("enter").type("/unregister anna").keys("enter");
    expect(actions(run)).toEqual([
      { type: "devices" },
      { type: "revoke", device: 2 },
      { type: "unregister", nick: "anna" },
    ]);
    const device = { key: new Uint8Array(32), addedAt: 0, lastSeenAt: 86_400_000 };
    const devices = [{ ...device, name: "laptop", isOwn: true as const }];
    const result = { type: "devices", devices, hasPassword: false } as const;
    run.client({ type: "account", result });
    const text = run.text().replace(/[^!-~]+/g, " ");
    expect(text).toContain(
      "1 laptop since Thu 01 Jan 1970, last seen Fri 02 Jan 1970 00:00, this one",
    );
    expect(text).toContain("no password: another device cannot log in");
  });
});
