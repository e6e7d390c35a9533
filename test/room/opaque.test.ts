import { describe, expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { makeOpaqueSetup, OpaqueClient, OpaqueServer } from "../../src/room/opaque.ts";
import {
  bindingOf,
  isBound,
  type OpaqueResult,
  type OpaqueTask,
  opaqueBytes,
} from "../../src/room/opaque-port.ts";
import { SeededRandom } from "../support/random.ts";

/** The least that Argon2id can do: the tests are about the protocol. */
const quick = { iterations: 1, memory: 8, parallelism: 1 };

const serverKey = "server-key";
const setup = await makeOpaqueSetup();
const server = new OpaqueServer({ serverKey, loadSetup: async () => setup });
const client = await OpaqueClient.load(serverKey, quick);
const password = new Secret("correct horse battery staple");

function run(task: OpaqueTask, by = server): Promise<OpaqueResult> {
  return new Promise((resolve) => by.run(task, resolve));
}

async function register(identifier: string, secret = password) {
  const registration = client.startRegistration(secret);
  const answer = await run({ type: "register", identifier, request: registration.request });
  if (answer.type !== "registering") throw new Error(answer.type);
  return registration.finish(answer.response)!;
}

async function start(
  options: { record?: Uint8Array; identifier?: string; secret?: Secret; by?: OpaqueServer } = {},
) {
  const { record, identifier = "anna", secret = password, by } = options;
  const login = client.startLogin(secret);
  const { request } = login;
  const answer = await run({ type: "start-login", identifier, record, request }, by);
  if (answer.type !== "answered") throw new Error(answer.type);
  return { login, answer };
}

const { record, exportKey } = await register("anna");

describe("a login", () => {
  test("with the right password gives both sides one key, and the client its export key", async () => {
    const { login, answer } = await start({ record });
    const finished = login.finish(answer.response);
    expect(finished?.exportKey).toEqual(exportKey);
    const { state } = answer;
    const proven = await run({ type: "finish-login", state, finish: finished!.finish });
    expect(proven).toEqual({ type: "proven", sessionKey: finished!.sessionKey });
  });

  test("with a password that was typed on another system is the same", async () => {
    const composed = await register("bela", new Secret("caf\u00e9 au lait"));
    const secret = new Secret("cafe\u0301 au lait");
    const { login, answer } = await start({ record: composed.record, identifier: "bela", secret });
    expect(login.finish(answer.response)?.exportKey).toEqual(composed.exportKey);
  });

  test("fails with a wrong password, another account's record and another server's key", async () => {
    const wrong = await start({ record, secret: new Secret("correct horse battery stapl") });
    expect(wrong.login.finish(wrong.answer.response)).toBeUndefined();
    const other = await start({ record, identifier: "bela" });
    expect(other.login.finish(other.answer.response)).toBeUndefined();
    const elsewhere = (await OpaqueClient.load("other-key", quick)).startLogin(password);
    const task = { type: "start-login", identifier: "anna", record } as const;
    const answer = await run({ ...task, request: elsewhere.request });
    if (answer.type !== "answered") throw new Error(answer.type);
    expect(elsewhere.finish(answer.response)).toBeUndefined();
  });

  test("at a server that has copied the records but not the setup fails (A6)", async () => {
    const rogueSetup = await makeOpaqueSetup();
    const rogue = new OpaqueServer({ serverKey, loadSetup: async () => rogueSetup });
    const { login, answer } = await start({ record, by: rogue });
    expect(login.finish(answer.response)).toBeUndefined();
  });

  test("for an account that nobody has is answered at the same length (A5)", async () => {
    const known = await start({ record, secret: new Secret("wrong password") });
    const unknown = await start({ identifier: "nobody" });
    expect(unknown.answer.response.length).toBe(known.answer.response.length);
    expect(unknown.login.finish(unknown.answer.response)).toBeUndefined();
    // Each time with the same mask: asking twice does not tell either.
    const again = await start({ identifier: "nobody" });
    expect(again.answer.response).not.toEqual(unknown.answer.response);
  });
});

describe("bytes that make no sense are refused (A3)", () => {
  const random = new SeededRandom(3);
  const lengths = [0, 1, 31, 32, 64, 96, 192, 320, 100_000];

  test.each(lengths)("%i random bytes as any message to the server", async (length) => {
    const junk = random.bytes(length);
    const tasks: readonly OpaqueTask[] = [
      { type: "register", identifier: "anna", request: junk },
      { type: "start-login", identifier: "anna", record, request: junk },
      { type: "start-login", identifier: "anna", record: junk, request: random.bytes(96) },
      { type: "finish-login", state: junk, finish: random.bytes(64) },
      { type: "finish-login", state: random.bytes(128), finish: junk },
    ];
    for (const task of tasks) expect(await run(task)).toEqual({ type: "refused" });
  });

  test.each(lengths)("%i random bytes as any answer to the client", (length) => {
    const junk = random.bytes(length);
    expect(client.startRegistration(password).finish(junk)).toBeUndefined();
    expect(client.startLogin(password).finish(junk)).toBeUndefined();
  });

  test("what was said in another run", async () => {
    const [one, other] = [await start({ record }), await start({ record })];
    const finished = one.login.finish(one.answer.response)!;
    const { state } = other.answer;
    const mixed = await run({ type: "finish-login", state, finish: finished.finish });
    expect(mixed).toEqual({ type: "refused" });
    expect(one.login.finish(other.answer.response)).toBeUndefined();
  });
});

test("the lengths are those of the document", async () => {
  const { login, answer } = await start({ record });
  expect(record.length).toBe(opaqueBytes.record);
  expect(login.request.length).toBe(opaqueBytes.loginRequest);
  expect(answer.response.length).toBe(opaqueBytes.loginResponse);
  expect(answer.state.length).toBe(opaqueBytes.loginState);
  expect(login.finish(answer.response)?.finish.length).toBe(opaqueBytes.loginFinish);
});

test("a server that cannot read its setup refuses, says why, and tries again", async () => {
  const troubles: unknown[] = [];
  let isReadable = false;
  const loadSetup = async () => {
    if (isReadable) return setup;
    throw new Error("setup is damaged");
  };
  const onTrouble = (error: unknown) => troubles.push(error);
  const by = new OpaqueServer({ serverKey, loadSetup, onTrouble });
  const { request } = client.startRegistration(password);
  const task = { type: "register", identifier: "anna", request } as const;
  expect(await run(task, by)).toEqual({ type: "refused" });
  expect(troubles).toEqual([new Error("setup is damaged")]);
  isReadable = true;
  expect((await run(task, by)).type).toBe("registering");
});

describe("a channel binding", () => {
  const random = new SeededRandom(4);
  const [key, channel] = [random.bytes(64), random.bytes(32)];

  test("is good for its side of its channel only (A7)", () => {
    const binding = bindingOf(key, "client", channel);
    expect(isBound(binding, key, "client", channel)).toBe(true);
    expect(isBound(binding, key, "server", channel)).toBe(false);
    expect(isBound(binding, key, "client", random.bytes(32))).toBe(false);
    expect(isBound(binding, random.bytes(64), "client", channel)).toBe(false);
    expect(isBound(binding.subarray(1), key, "client", channel)).toBe(false);
  });
});
