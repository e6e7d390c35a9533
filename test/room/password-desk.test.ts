import { describe, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { unwrapAccountKey } from "../../src/room/account-key.ts";
import { guessDelayMsMax } from "../../src/room/guess-throttle.ts";
import { opaqueRunsMax, opaqueWaitingMax } from "../../src/room/limits.ts";
import { isBound } from "../../src/room/opaque-port.ts";
import { AccountStage, opaque, password } from "../support/account-desk.ts";
import { channelBinding } from "../support/server-desk.ts";

const account = { type: "account", nick: "anna" } as const;
const wrong = new Secret("wrong password");

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

/** Anna is registered at device 1 and has a password; session 9 is somebody at another device. */
async function stage() {
  const made = new AccountStage();
  const key = made.newKey();
  made.desk.enter(1, "anna");
  made.register(1, key);
  expect(await made.setPassword(1, { key })).toMatchObject({ type: "done" });
  made.desk.open(9);
  return { made, key, desk: made.desk };
}

describe("a login", () => {
  test("with the password gives the account's key, and proves the server", async () => {
    const { made, key } = await stage();
    const { answer, finished } = await made.login(9, account);
    if (answer?.type !== "logged-in") throw new Error(answer?.type);
    expect(unwrapAccountKey(answer.wrappedKey!, finished!.exportKey)?.publicKey).toEqual(
      key.publicKey,
    );
    const { sessionKey } = finished!;
    expect(isBound(answer.binding, sessionKey, "server", channelBinding(9))).toBe(true);
  });

  test("with a wrong password, an unknown account and one without a password fail alike (A5)", async () => {
    const { made, desk } = await stage();
    desk.enter(3, "cleo");
    made.register(3);
    const guesses = [
      { session: 9, subject: account },
      { session: 10, subject: { type: "account", nick: "nobody" } as const },
      { session: 11, subject: { type: "account", nick: "cleo" } as const },
    ];
    const seen: unknown[] = [];
    for (const { session, subject } of guesses) {
      desk.open(session);
      const { answer } = await made.login(session, subject, { secret: wrong });
      const { ref: _ref, ...rest } = answer as { ref: number };
      seen.push(rest, made.last(session, "login-answer").response.length);
    }
    expect(seen.slice(2, 4)).toEqual(seen.slice(0, 2));
    expect(seen.slice(4, 6)).toEqual(seen.slice(0, 2));
  });

  test("through a relay with two connections fails at the server (A7)", async () => {
    const { made } = await stage();
    const channel = channelBinding(200);
    const { answer, finished } = await made.login(9, account, { channel });
    expect(finished).toBeDefined();
    expect(answer).toEqual(error("password-wrong"));
  });

  test("is finished once: what was said is worth nothing a second time (A3)", async () => {
    const { made, desk } = await stage();
    await made.login(9, account, { secret: wrong });
    const junk = { finish: new Uint8Array(64), binding: new Uint8Array(32) };
    expect(desk.ask(9, { type: "finish-login", ...junk })).toEqual(error("not-ready"));
  });

  test("of a nickname that was changed meanwhile needs the new one", async () => {
    const { made, desk } = await stage();
    desk.ask(1, { type: "rename", nick: "annabel" });
    expect((await made.login(9, account)).answer).toEqual(error("password-wrong"));
    const renamed = { type: "account", nick: "annabel" } as const;
    expect((await made.login(9, renamed)).answer).toMatchObject({ type: "logged-in" });
  });

  test.each([0, 1, 95, 97, 60_000])("of %i bytes of nonsense is refused (A3)", async (length) => {
    const { made, desk } = await stage();
    const answer = desk.ask(9, {
      type: "start-login",
      subject: account,
      request: made.random.bytes(length),
    });
    expect(answer).toEqual(error("request-invalid"));
  });

  test("of 96 bytes of nonsense is refused, and counts as a guess (A3)", async () => {
    const { made, desk } = await stage();
    const ask = () =>
      desk.ask(9, { type: "start-login", subject: account, request: new Uint8Array(96).fill(255) });
    for (const _ of [1, 2]) {
      expect(ask()).toBeUndefined();
      await desk.compute(opaque);
      expect(made.inbox(9).at(-1)).toEqual(error("password-wrong"));
    }
    expect(ask()).toEqual(error("too-fast"));
  });
});

describe("guessing", () => {
  test("100 times slows the guesser to one a minute, and not a device that is certified (A4)", async () => {
    const { made, desk } = await stage();
    desk.hosts.set(20, "192.0.2.1");
    desk.open(20);
    const times: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      for (;;) {
        const { answer } = await made.login(20, account, { secret: wrong });
        if (answer?.type !== "error") throw new Error(answer?.type);
        if (answer.code === "password-wrong") break;
        desk.now += 1_000 * Number(/in (\d+) s/.exec(answer.message)?.[1]);
      }
      times.push(desk.now);
    }
    const waits = times.slice(1).map((at, index) => at - times[index]!);
    expect(waits.at(-1)).toBe(guessDelayMsMax);
    desk.hosts.set(21, "192.0.2.1");
    desk.open(21, 1);
    expect(desk.hello(21, "anna")).toMatchObject({ type: "welcome", nick: "anna" });
    // Nor who knows the password, from elsewhere.
    expect((await made.login(9, account)).answer).toMatchObject({ type: "logged-in" });
  });

  test("of a crowd goes through few steps at a time, and then is sent away (R6)", async () => {
    const { made, desk } = await stage();
    const crowd = opaqueRunsMax + opaqueWaitingMax + 1;
    const answers: unknown[] = [];
    for (let session = 100; session < 100 + crowd; session += 1) {
      desk.open(session);
      const subject = { type: "account", nick: `nobody${session}` } as const;
      const request = made.random.bytes(96);
      answers.push(desk.ask(session, { type: "start-login", subject, request }));
      expect(desk.runs.length).toBeLessThanOrEqual(opaqueRunsMax);
    }
    expect(answers.slice(0, -1).every((answer) => answer === undefined)).toBe(true);
    expect(answers.at(-1)).toEqual(error("too-fast"));
    // A line is not behind them.
    desk.ask(1, { type: "join", room: "lobby" });
    expect(desk.say(1, "hello")).toMatchObject({ type: "stored" });
  });
});

describe("a password", () => {
  test("that was changed is the only one that is right", async () => {
    const { made, key } = await stage();
    const secret = new Secret("another horse");
    await made.setPassword(1, { key, secret });
    expect((await made.login(9, account)).answer).toEqual(error("password-wrong"));
    expect((await made.login(9, account, { secret })).answer).toMatchObject({ type: "logged-in" });
  });

  test("can be taken away", async () => {
    const { made, desk } = await stage();
    expect(desk.ask(1, { type: "set-password" })).toMatchObject({ type: "done" });
    expect(desk.ask(1, { type: "devices" })).toMatchObject({ hasPassword: false });
    expect((await made.login(9, account)).answer).toEqual(error("password-wrong"));
  });

  test("is not for a guest, and comes with the account's key", async () => {
    const { made, desk } = await stage();
    desk.enter(3, "cleo");
    expect(await made.setPassword(3)).toEqual(error("not-allowed"));
    expect(desk.ask(3, { type: "set-password" })).toEqual(error("not-allowed"));
    expect(await made.setPassword(1)).toEqual(error("request-invalid"));
  });
});

describe("the password of a room", () => {
  const club = { type: "room", room: "club" } as const;

  async function withRoom() {
    const { made, desk } = await stage();
    desk.ask(1, { type: "create", room: "club", kind: "public" });
    desk.enter(3, "cleo", "club");
    expect(await made.setPassword(1, { room: "club" })).toMatchObject({ type: "done" });
    desk.hello(9, "dave");
    return { made, desk };
  }

  test("lets in who knows it, and nobody else", async () => {
    const { made, desk } = await withRoom();
    const join = { type: "join", room: "club" } as const;
    expect(desk.ask(9, join)).toEqual(error("password-needed"));
    expect((await made.login(9, club, { secret: wrong })).answer).toEqual(error("password-wrong"));
    expect(desk.ask(9, join)).toEqual(error("password-needed"));
    const { answer } = await made.login(9, club);
    expect(answer).toMatchObject({ type: "logged-in" });
    expect(answer).not.toHaveProperty("person");
    expect(desk.ask(9, join)).toMatchObject({ type: "entered", state: { kind: "password" } });
  });

  test("does not put out who is in, and is set by owners only", async () => {
    const { made, desk } = await withRoom();
    expect(desk.say(3, "hello", { room: "club" })).toMatchObject({ type: "stored" });
    expect(await made.setPassword(3, { room: "club" })).toEqual(error("not-allowed"));
    expect(desk.ask(3, { type: "set-password", room: "club" })).toEqual(error("not-allowed"));
    expect(desk.ask(1, { type: "set-password", room: "club" })).toMatchObject({ type: "done" });
    expect(desk.ask(9, { type: "join", room: "club" })).toMatchObject({ type: "entered" });
  });

  test("does not help who is banned, nor who has said no hello", async () => {
    const { made, desk } = await withRoom();
    desk.post(1, { type: "moderation", action: "ban", nick: "dave" }, { room: "club" });
    expect((await made.login(9, club, { secret: password })).answer).toEqual(error("not-allowed"));
    desk.open(30);
    expect((await made.login(30, club)).answer).toEqual(error("not-ready"));
  });
});
