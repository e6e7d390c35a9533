import { describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import { Secret } from "../../src/base/secret.ts";
import {
  AccountClient,
  type AccountPort,
  type AccountQuestion,
} from "../../src/room/account-client.ts";
import type { CallAnswer } from "../../src/room/connection-call.ts";
import {
  AccountStage,
  opaque,
  password,
  quickStretching,
  serverKey,
} from "../support/account-desk.ts";
import { channelBinding, deviceKey } from "../support/server-desk.ts";

/** A client at this session of the stage; `change` is somebody in the middle. */
function clientOf(
  { desk, random }: AccountStage,
  session: number,
  change: (answer: CallAnswer) => CallAnswer = (answer) => answer,
): AccountClient {
  const port: AccountPort = {
    serverKey,
    deviceKey: deviceKey(session),
    channelBinding: channelBinding(session),
    randomBytes: (count) => random.bytes(count),
    wallNow: () => desk.wallNow,
    async ask(question: AccountQuestion) {
      desk.ask(session, question);
      await desk.compute(opaque);
      const answer = desk.inbox(session).findLast((message) => "ref" in message);
      if (answer?.type === "error") throw new EarshotError(answer.code, answer.message);
      return change(answer as unknown as CallAnswer);
    },
  };
  return new AccountClient(port, quickStretching);
}

/** Anna is registered at device 1, with a password. */
async function stage() {
  const made = new AccountStage();
  made.desk.enter(1, "anna");
  const client = clientOf(made, 1);
  const account = await client.register("laptop");
  await client.setPassword(password, account);
  made.desk.open(9);
  return { made, desk: made.desk, client, account };
}

describe("a client", () => {
  test("registers, logs in from a new device, and has the same key there", async () => {
    const { made, desk, account } = await stage();
    const again = await clientOf(made, 9).login("anna", password, "phone");
    expect(again.person).toBe(account.person);
    expect(again.key.publicKey).toEqual(account.key.publicKey);
    expect(desk.hello(9, "anna")).toMatchObject({ type: "welcome", person: account.person });
    const secret = new Secret("quite another one");
    await clientOf(made, 9).setPassword(secret, again);
    desk.open(10);
    const refused = clientOf(made, 10).login("anna", password, "");
    await expect(refused).rejects.toMatchObject({ code: "password-wrong" });
    await clientOf(made, 10).login("anna", secret, "");
  });

  test("sets no password that is too short", async () => {
    const { client, account } = await stage();
    const short = client.setPassword(new Secret("123456789"), account);
    await expect(short).rejects.toMatchObject({
      code: "argument-invalid",
      message: "password is 9 characters long, at least 10",
    });
    await client.setPassword(new Secret("1234567890"), account);
  });

  test("opens a room with its password", async () => {
    const { made, desk, client } = await stage();
    desk.ask(1, { type: "create", room: "club", kind: "public" });
    await client.setRoomPassword(password, "club");
    desk.hello(9, "dave");
    const other = clientOf(made, 9);
    const wrong = other.openRoom("club", new Secret("wrong"));
    await expect(wrong).rejects.toMatchObject({ code: "password-wrong" });
    await other.openRoom("club", password);
    expect(desk.ask(9, { type: "join", room: "club" })).toMatchObject({ type: "entered" });
  });

  test("breaks off when the proof was made for another connection (A7)", async () => {
    const { made, desk } = await stage();
    const relayed = clientOf(made, 9, (answer) =>
      answer.type === "logged-in" ? { ...answer, binding: new Uint8Array(32) } : answer,
    );
    const login = relayed.login("anna", password, "phone");
    await expect(login).rejects.toMatchObject({ code: "password-wrong" });
    expect(desk.hello(9, "anna")).toMatchObject({ code: "nickname-registered" });
  });

  test("is told nothing but that it failed by answers that make no sense", async () => {
    const { made } = await stage();
    const broken = clientOf(made, 9, (answer) =>
      answer.type === "login-answer" ? { ...answer, response: new Uint8Array(320) } : answer,
    );
    await expect(broken.login("anna", password, "")).rejects.toMatchObject({
      code: "password-wrong",
    });
    const other = clientOf(made, 9, () => ({ type: "done" }));
    await expect(other.login("anna", password, "")).rejects.toMatchObject({ code: "internal" });
  });

  test("leaves no trace of the password in what it throws (S5)", async () => {
    const { made } = await stage();
    const secret = new Secret("do not tell this to anybody");
    const error = await clientOf(made, 9)
      .login("anna", secret, "")
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EarshotError);
    const { inspect } = await import("node:util");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("do not tell");
  });
});
