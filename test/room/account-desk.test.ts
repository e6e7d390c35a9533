import { describe, expect, test } from "vitest";
import { closeCodes, devicesMax, registrationsMax } from "../../src/room/limits.ts";
import { guestOf } from "../../src/room/person.ts";
import { AccountStage, password } from "../support/account-desk.ts";
import { accountDevice, accountOf, deviceKey, ServerDesk } from "../support/server-desk.ts";

const account = { type: "account", nick: "anna" } as const;

function error(code: string): object {
  return expect.objectContaining({ type: "error", code });
}

/** Anna is in the lobby at device 1, and so is Ben at device 2. */
function stage(options = {}): AccountStage {
  const made = new AccountStage(options);
  made.desk.enter(1, "anna");
  made.desk.enter(2, "ben");
  made.desk.advance(1_000);
  return made;
}

/** The same server after a restart, with what it has written. */
function restarted({ desk }: AccountStage): ServerDesk {
  const accounts = [...desk.written].flatMap(([key, value]) =>
    key.startsWith("accounts!") && value !== undefined
      ? [[key.slice("accounts!".length), value] as const]
      : [],
  );
  return new ServerDesk({ records: { accounts: new Map(accounts) } });
}

describe("registering", () => {
  test("makes a guest's nickname an account, at once and after a restart", () => {
    const made = stage();
    const { desk } = made;
    desk.events(2);
    const answer = made.register(1);
    expect(answer).toMatchObject({
      type: "registered",
      person: expect.stringMatching(/^[\w-]{21}$/),
    });
    desk.advance(1_000);
    expect(desk.events(2)).toMatchObject([{ type: "presence", changed: [{ nick: "anna" }] }]);
    expect(desk.ask(2, { type: "who", nick: "anna" })).not.toHaveProperty("isGuest");
    const next = restarted(made);
    next.open(1);
    expect(next.hello(1, "anna")).toMatchObject({ person: (answer as { person: string }).person });
    next.open(3);
    expect(next.hello(3, "anna")).toEqual(error("nickname-registered"));
  });

  test("needs a certificate by that key, for that device on this server (A2)", () => {
    const made = stage();
    const [key, other] = [made.newKey(), made.newKey()];
    const request = { type: "register", accountKey: key.publicKey, device: "" } as const;
    for (const certificate of [
      made.certificate(other, 1),
      made.certificate(key, 2),
      { ...made.certificate(key, 1), issuedAt: 2 },
    ]) {
      expect(made.desk.ask(1, { ...request, certificate })).toEqual(error("not-allowed"));
    }
    const certificate = made.certificate(key, 1);
    expect(made.desk.ask(1, { ...request, certificate })).toMatchObject({ type: "registered" });
    expect(made.desk.ask(1, { ...request, certificate })).toEqual(error("not-allowed"));
  });

  test("from one source works three times an hour, of 1,000 (A10)", () => {
    const made = new AccountStage();
    const { desk } = made;
    const key = made.newKey();
    let count = 0;
    for (let session = 1; session <= 1_000; session += 1) {
      desk.hosts.set(session, "192.0.2.1");
      desk.open(session);
      desk.hello(session, `guest-${session}`);
      const answer = made.register(session, key);
      if (answer?.type === "registered") count += 1;
      else expect(answer).toEqual(error("too-fast"));
    }
    expect(count).toBe(3);
    desk.now += 3_600_000 / 3;
    expect(made.register(1_000)).toMatchObject({ type: "registered" });
    expect(made.register(999)).toEqual(error("too-fast"));
  });

  test("keeps what the guest was in its rooms, and what was done to it", () => {
    const made = stage();
    const { desk } = made;
    desk.ask(1, { type: "create", room: "club", kind: "public" });
    desk.ask(2, { type: "join", room: "club" });
    const mute = { type: "moderation", action: "mute", nick: "ben" } as const;
    desk.post(1, mute, { room: "club" });
    for (const session of [1, 2]) made.register(session);
    expect(desk.post(1, { type: "topic", text: "ours" }, { room: "club" })).toMatchObject({
      type: "stored",
    });
    expect(desk.say(2, "hello", { room: "club" })).toEqual(error("not-allowed"));
  });

  test("is for those who are invited, or for nobody, where the server says so", () => {
    expect(stage({ registration: "closed" }).register(1)).toEqual(error("not-allowed"));
    expect(stage({ registration: "invite" }).register(1)).toEqual(error("invitation-needed"));
  });
});

describe("an invitation to register", () => {
  /** Anna is an admin at device 1; others are guests at theirs. */
  function inviting(): AccountStage {
    const made = new AccountStage({
      registration: "invite",
      accounts: [accountOf("anna", 1, { role: "admin" })],
    });
    for (const [session, nick] of [
      [1, "anna"],
      [2, "ben"],
      [3, "cleo"],
    ] as const) {
      made.desk.open(session);
      made.desk.hello(session, nick);
    }
    return made;
  }

  function invitation({ desk }: AccountStage, uses = 1): string {
    const answer = desk.ask(1, { type: "make-registration", uses, durationMs: 60_000 });
    if (answer?.type !== "registration") throw new Error(answer?.type);
    return answer.invitation;
  }

  test("is used up by its use, of which its maker hears (A11)", () => {
    const made = inviting();
    const secret = invitation(made);
    expect(made.register(2, undefined, secret)).toMatchObject({ type: "registered" });
    expect(made.desk.events(1)).toMatchObject([
      { type: "notice", text: expect.stringContaining("ben used your invitation") },
    ]);
    expect(made.register(3, undefined, secret)).toEqual(error("invitation-needed"));
  });

  test("that is expired, revoked or changed by one character lets nobody in (A11)", () => {
    const made = inviting();
    const secret = invitation(made, 2);
    const changed = `${secret.slice(1)}${secret.startsWith("x") ? "y" : "x"}`;
    expect(made.register(2, undefined, changed)).toEqual(error("invitation-needed"));
    made.desk.wallNow += 60_000;
    expect(made.register(2, undefined, secret)).toEqual(error("invitation-needed"));
    const other = invitation(made);
    made.desk.ask(1, { type: "revoke-registrations" });
    expect(made.register(3, undefined, other)).toEqual(error("invitation-needed"));
  });

  test("used twice at the same time lets one in (A11)", () => {
    const made = inviting();
    const secret = invitation(made);
    made.desk.isQuick = false;
    made.register(2, undefined, secret);
    expect(made.register(3, undefined, secret)).toEqual(error("invitation-needed"));
    made.desk.stored();
    expect(made.last(2, "registered")).toMatchObject({ type: "registered" });
  });

  test("is listed while it is open, without its secret", () => {
    const made = inviting();
    invitation(made, 2);
    const ask = { type: "registrations" } as const;
    const until = made.desk.wallNow + 60_000;
    const registrations = [{ by: "anna", uses: 2, until }];
    expect(made.desk.ask(1, ask)).toMatchObject({ type: "registrations", registrations });
    expect(made.desk.ask(2, ask)).toEqual(error("not-allowed"));
    made.desk.wallNow = until;
    expect(made.desk.ask(1, ask)).toMatchObject({ registrations: [] });
  });

  test("is made by owners and admins of the server only, and not without end", () => {
    const made = inviting();
    const ask = { type: "make-registration", uses: 1, durationMs: 1_000 } as const;
    expect(made.desk.ask(2, ask)).toEqual(error("not-allowed"));
    for (let count = 0; count < registrationsMax; count += 1) invitation(made);
    expect(made.desk.ask(1, ask)).toEqual(error("limit-reached"));
    made.desk.wallNow += 60_000;
    expect(made.desk.ask(1, ask)).toMatchObject({ type: "registration" });
  });
});

describe("a new device", () => {
  test("logs in with the password, is certified, and the others hear of it", async () => {
    const made = stage();
    const key = made.newKey();
    made.register(1, key);
    await made.setPassword(1, { key });
    made.desk.events(1);
    made.desk.open(9);
    expect((await made.login(9, account)).answer).toMatchObject({ type: "logged-in" });
    const certificate = made.certificate(key, 9);
    const asked = { type: "certify", certificate, device: "phone" } as const;
    expect(made.desk.ask(9, asked)).toMatchObject({ type: "done" });
    expect(made.desk.events(1)).toMatchObject([
      { type: "notice", text: expect.stringContaining("a new device, phone") },
    ]);
    expect(made.desk.hello(9, "anna")).toMatchObject({ type: "welcome", nick: "anna" });
    const list = made.desk.ask(9, { type: "devices" });
    expect(list).toMatchObject({
      devices: [{ name: "laptop 1" }, { name: "phone", isOwn: true }],
      hasPassword: true,
    });
  });

  test("that has said hello as a guest becomes the account by taking its nickname", async () => {
    const made = stage();
    const { desk } = made;
    const key = made.newKey();
    made.register(1, key);
    await made.setPassword(1, { key });
    desk.enter(9, "visitor");
    expect(desk.ask(9, { type: "rename", nick: "anna" })).toEqual(error("nickname-registered"));
    await made.login(9, account);
    desk.ask(9, { type: "certify", certificate: made.certificate(key, 9), device: "phone" });
    desk.advance(1_000);
    desk.events(2);
    expect(desk.ask(9, { type: "rename", nick: "anna" })).toMatchObject({ type: "done" });
    expect(desk.ask(9, { type: "devices" })).toMatchObject({ hasPassword: true });
    desk.advance(1_000);
    expect(desk.events(2)).toMatchObject([
      { type: "presence", changed: [{ nick: "anna", was: "visitor" }] },
    ]);
    expect(desk.say(9, "hello")).toMatchObject({ type: "stored" });
  });

  test("takes a guest out of the private chats that it had as such", () => {
    const devices = [accountDevice(1), accountDevice(9)];
    const { desk } = new AccountStage({
      accounts: [accountOf("anna", 1, { devices }), accountOf("ben", 2)],
    });
    desk.isQuick = true;
    desk.enter(9, "visitor");
    desk.enter(2, "ben");
    const answer = desk.ask(9, { type: "ask", nicks: ["ben"] });
    const room = answer?.type === "entered" ? answer.room : "";
    desk.ask(2, { type: "answer", room, isAccepted: true });
    desk.ask(2, { type: "join", room });
    expect(desk.say(2, "to a guest", { room })).toMatchObject({ type: "stored" });
    desk.advance(1_000);
    desk.events(9);
    expect(desk.ask(9, { type: "rename", nick: "anna" })).toMatchObject({ type: "done" });
    desk.say(2, "to the same guest", { room });
    desk.advance(1_000);
    const heard = desk.events(9).filter(({ type }) => type === "removed" || type === "said");
    expect(heard).toMatchObject([{ type: "removed", room, by: "anna", isBanned: false }]);
  });

  test("is not certified without the password, nor by another account's key (A2)", async () => {
    const made = stage();
    const key = made.newKey();
    made.register(1, key);
    await made.setPassword(1, { key });
    made.desk.open(9);
    const asked = { type: "certify", device: "phone" } as const;
    const own = made.certificate(key, 9);
    expect(made.desk.ask(9, { ...asked, certificate: own })).toEqual(error("not-allowed"));
    await made.login(9, account);
    const foreign = made.certificate(made.newKey(), 9);
    expect(made.desk.ask(9, { ...asked, certificate: foreign })).toEqual(error("not-allowed"));
    expect(made.desk.hello(9, "anna")).toEqual(error("nickname-registered"));
  });

  test("that is revoked is put out, and does not log in again (A2)", async () => {
    const devices = [accountDevice(1), accountDevice(9)];
    const made = new AccountStage({ accounts: [accountOf("anna", 1, { devices })] });
    made.desk.enter(1, "anna");
    made.desk.enter(9, "anna");
    const revoke = { type: "revoke-device", key: deviceKey(9) } as const;
    expect(made.desk.ask(1, revoke)).toMatchObject({ type: "done" });
    expect(made.desk.closed).toMatchObject([{ session: 9, code: closeCodes.revoked }]);
    made.desk.open(10, 9);
    expect(made.desk.hello(10, "anna")).toEqual(error("nickname-registered"));
    expect(made.desk.ask(1, revoke)).toEqual(error("target-invalid"));
    // Nobody could log in any more.
    const last = { type: "revoke-device", key: deviceKey(1) } as const;
    expect(made.desk.ask(1, last)).toEqual(error("not-allowed"));
  });

  test("is one of so many and no more", async () => {
    const made = stage();
    const key = made.newKey();
    made.register(1, key);
    await made.setPassword(1, { key });
    for (let device = 10; device < 10 + devicesMax; device += 1) {
      made.desk.now += 60_000;
      made.desk.open(device);
      await made.login(device, account);
      const certificate = made.certificate(key, device);
      const answer = made.desk.ask(device, { type: "certify", certificate, device: "" });
      const isLast = device === 9 + devicesMax;
      expect(answer).toEqual(
        isLast ? error("limit-reached") : expect.objectContaining({ type: "done" }),
      );
    }
  });
});

describe("somebody who is banned", () => {
  test("does not come back with another device of the account, nor as a guest at one (A13)", () => {
    const devices = [accountDevice(1), accountDevice(9)];
    const { desk } = new AccountStage({
      accounts: [accountOf("anna", 1, { devices }), accountOf("ben", 2)],
    });
    desk.isQuick = true;
    desk.enter(2, "ben");
    desk.ask(2, { type: "create", room: "club", kind: "public" });
    desk.enter(1, "anna", "club");
    desk.post(2, { type: "moderation", action: "ban", nick: "anna" }, { room: "club" });
    desk.open(9);
    desk.hello(9, "anna");
    expect(desk.ask(9, { type: "join", room: "club" })).toEqual(error("not-allowed"));
    for (const [session, device] of [
      [11, 1],
      [12, 9],
    ] as const) {
      desk.open(session, device);
      desk.hello(session, `visitor${session}`);
      expect(desk.ask(session, { type: "join", room: "club" })).toEqual(error("not-allowed"));
    }
  });

  test("does not get rid of a mute by deleting the account", () => {
    const { desk } = new AccountStage({ accounts: [accountOf("anna", 1), accountOf("ben", 2)] });
    desk.isQuick = true;
    desk.enter(2, "ben");
    desk.ask(2, { type: "create", room: "club", kind: "public" });
    desk.enter(1, "anna", "club");
    desk.post(2, { type: "moderation", action: "mute", nick: "anna" }, { room: "club" });
    expect(desk.ask(1, { type: "delete-account" })).toMatchObject({ type: "done" });
    expect(desk.say(1, "hello", { room: "club" })).toEqual(error("not-allowed"));
  });
});

describe("deleting an account", () => {
  test("frees the nickname and leaves a guest", () => {
    const made = stage();
    made.register(1);
    expect(made.desk.ask(1, { type: "delete-account" })).toMatchObject({ type: "done" });
    expect(made.desk.ask(2, { type: "who", nick: "anna" })).toMatchObject({
      isGuest: true,
      person: guestOf(deviceKey(1)),
    });
    const next = restarted(made);
    next.open(3);
    expect(next.hello(3, "anna")).toMatchObject({ type: "welcome", isGuest: true });
    expect(made.desk.ask(2, { type: "delete-account" })).toEqual(error("not-allowed"));
  });

  test("takes out of what only the account might read, so that nothing more is heard there", () => {
    const { desk } = new AccountStage({ accounts: [accountOf("anna", 1), accountOf("ben", 2)] });
    desk.isQuick = true;
    desk.enter(2, "ben");
    desk.enter(1, "anna");
    desk.ask(2, { type: "create", room: "club", kind: "invite" });
    desk.ask(2, { type: "invite", room: "club", nick: "anna" });
    desk.ask(1, { type: "join", room: "club" });
    desk.events(1);
    expect(desk.ask(1, { type: "delete-account" })).toMatchObject({ type: "done" });
    desk.say(2, "among us", { room: "club" });
    desk.say(2, "to all", { room: "lobby" });
    desk.advance(1_000);
    const heard = desk.events(1).filter(({ type }) => type === "removed" || type === "said");
    expect(heard).toMatchObject([
      { type: "removed", room: "club", by: "anna", isBanned: false },
      { type: "said", room: "lobby" },
    ]);
    expect(desk.ask(2, { type: "members", room: "club" })).toMatchObject({
      members: [{ nick: "ben" }],
    });
  });

  test("is not for an owner of the server", () => {
    const { desk } = new AccountStage({ accounts: [accountOf("anna", 1, { role: "owner" })] });
    desk.enter(1, "anna");
    expect(desk.ask(1, { type: "delete-account" })).toEqual(error("not-allowed"));
  });
});

test("a profile is told to whoever asks, without what would harm a terminal (C5)", () => {
  const made = stage();
  made.register(1);
  const profile = { name: "Anna\u001b[2J", role: "desk\u202e 4", text: "a\nb" };
  made.desk.ask(1, { type: "set-profile", ...profile, isReadShared: true });
  expect(made.desk.ask(2, { type: "who", nick: "anna" })).toMatchObject({
    profile: { name: "Anna[2J", role: "desk 4", text: "a b" },
  });
  expect(made.desk.ask(2, { type: "set-profile", ...profile })).toEqual(error("not-allowed"));
});

test("what is not given of a profile stays as it is", () => {
  const made = stage();
  made.register(1);
  const profile = () => made.desk.ask(2, { type: "who", nick: "anna" });
  made.desk.ask(1, { type: "set-profile", name: "Anna", isReadShared: true });
  made.desk.ask(1, { type: "set-profile", role: "desk 4" });
  expect(profile()).toMatchObject({ profile: { name: "Anna", role: "desk 4", text: "" } });
  made.desk.ask(1, { type: "set-profile", name: "" });
  expect(profile()).toMatchObject({ profile: { name: "", role: "desk 4", text: "" } });
});

test("without hello nothing may be asked but a login (A1)", () => {
  const made = new AccountStage();
  made.desk.open(1);
  const key = made.newKey();
  expect(made.register(1, key)).toEqual(error("not-ready"));
  for (const type of ["devices", "delete-account", "revoke-registrations"] as const) {
    expect(made.desk.ask(1, { type })).toEqual(error("not-ready"));
  }
  const finish = { finish: new Uint8Array(64), binding: new Uint8Array(32) };
  expect(made.desk.ask(1, { type: "finish-login", ...finish })).toEqual(error("not-ready"));
  expect(password.toString()).toBe("[secret]");
});

describe("a nickname that looks like an account's (A8, A9)", () => {
  test.each([
    ["emily", "еmily"],
    ["evan", "ｅｖａｎ"],
    ["dog", "d0g"],
    ["Ivan", "lvan"],
    ["KOT", "КОТ"],
    ["anna", "ANNA"],
  ])("%s: nobody else gets %s", (registered, wanted) => {
    const { desk } = new AccountStage({ accounts: [accountOf(registered, 1)] });
    desk.open(2);
    const answer = desk.hello(2, wanted);
    expect(["nickname-registered", "nickname-invalid"]).toContain(
      (answer as { code?: string } | undefined)?.code,
    );
    desk.hello(2, "stranger");
    expect(desk.ask(2, { type: "rename", nick: wanted })).toMatchObject({ type: "error" });
  });

  test("is not given to a guest while another guest is there who looks like it", () => {
    const { desk } = new AccountStage();
    desk.open(1);
    desk.hello(1, "dog");
    desk.open(2);
    expect(desk.hello(2, "d0g")).toMatchObject({ code: "nickname-taken", suggestion: "d0g2" });
    desk.close(1, { cause: "peer", code: 0, text: "" });
    expect(desk.hello(2, "d0g")).toMatchObject({ type: "welcome" });
  });
});
