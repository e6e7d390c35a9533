import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { systemRandom } from "../../src/base/random.ts";
import { KeyJudge, type KeyJudgeOptions } from "../../src/cli/key-judge.ts";
import { KnownServers } from "../../src/cli/known-servers.ts";
import type { Verdict } from "../../src/room/client-port.ts";
import { sampleId } from "../discovery/samples.ts";
import { temporaryDirectory } from "../support/directory.ts";

const office = { type: "name", text: "office" } as const;
const address = { type: "address", text: "10.0.0.5:28198" } as const;
const first = sampleId(1);
const second = sampleId(2);

interface Setting extends AsyncDisposable {
  readonly path: string;
  readonly knownServers: KnownServers;
}

let setting: Setting;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  const options = { directory: directory.path, clock: systemClock, random: systemRandom };
  setting = {
    path: directory.path,
    knownServers: await KnownServers.open(options),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
  return () => setting[Symbol.asyncDispose]();
});

function open(options: Partial<KeyJudgeOptions>): Promise<KeyJudge> {
  return KeyJudge.open({
    knownServers: setting.knownServers,
    label: office,
    announcedKey: undefined,
    trustedWords: undefined,
    ...options,
  });
}

function bytesOf(id: string): Uint8Array {
  return Buffer.from(id, "base64url");
}

function judge(keyJudge: KeyJudge, id: string, isProven = true): Promise<Verdict> {
  return keyJudge.judge({ key: bytesOf(id), isProven });
}

function wordsOf(id: string): string {
  return fingerprintOf(id).split(" ").slice(0, 2).join(" ");
}

describe("a server that announced its key", () => {
  test("is expected under it, and new at the first visit only", async () => {
    const announced = await open({ announcedKey: first });
    expect(announced.expectedKey).toEqual(bytesOf(first));
    expect(await judge(announced, first)).toEqual({ type: "accepted", isFirstVisit: true });
    const again = await open({ announcedKey: first });
    expect(await judge(again, first)).toEqual({ type: "accepted", isFirstVisit: false });
  });

  test("is looked for again where another one answers at its address", async () => {
    const announced = await open({ announcedKey: first });
    expect(await judge(announced, second, false)).toMatchObject({ type: "retry" });
    expect(announced.expectedKey).toEqual(bytesOf(first));
    expect(setting.knownServers.keyOf(office)).toBeUndefined();
  });

  test("is not even connected to when its name belongs to another key", async () => {
    await setting.knownServers.remember({ label: office, key: first, isCompared: false });
    await expect(open({ announcedKey: second })).rejects.toMatchObject({
      code: "server-untrusted",
      change: { label: office, key: second, knownKey: first },
      message: expect.stringContaining(`join with --trust "${wordsOf(second)}"`),
    });
  });

  test("is accepted by its words, and its name is its own then", async () => {
    await setting.knownServers.remember({ label: office, key: first, isCompared: false });
    const trusted = await open({ announcedKey: second, trustedWords: wordsOf(second) });
    expect(await judge(trusted, second)).toEqual({ type: "accepted", isFirstVisit: false });
    expect(setting.knownServers.keyOf(office)).toBe(second);
    await expect(open({ announcedKey: first })).rejects.toMatchObject({ code: "server-untrusted" });
  });

  test("is refused by other words, even if it is known", async () => {
    await setting.knownServers.remember({ label: office, key: first, isCompared: false });
    await expect(
      open({ announcedKey: first, trustedWords: wordsOf(second) }),
    ).rejects.toMatchObject({
      code: "server-untrusted",
      message: `the words of office are "${fingerprintOf(first)}", not "${wordsOf(second)}"`,
    });
  });
});

describe("a server of which only the address is known", () => {
  test("is any at the first visit, and the same one later", async () => {
    const typed = await open({ label: address });
    expect(typed.expectedKey).toBeUndefined();
    expect(await judge(typed, first)).toEqual({ type: "accepted", isFirstVisit: true });
    expect((await open({ label: address })).expectedKey).toEqual(bytesOf(first));
  });

  test("is refused when it shows another key than before", async () => {
    await setting.knownServers.remember({ label: address, key: first, isCompared: false });
    const verdict = await judge(await open({ label: address }), second, false);
    expect(verdict).toMatchObject({
      type: "refused",
      failure: { code: "server-untrusted", change: { key: second, knownKey: first } },
    });
    expect(setting.knownServers.keyOf(address)).toBe(first);
  });

  test("is connected to again under the new key that its words name, and kept when it is proven", async () => {
    await setting.knownServers.remember({ label: address, key: first, isCompared: false });
    const trusted = await open({ label: address, trustedWords: wordsOf(second) });
    expect(trusted.expectedKey).toEqual(bytesOf(first));
    expect(await judge(trusted, second, false)).toMatchObject({ type: "retry" });
    expect(trusted.expectedKey).toEqual(bytesOf(second));
    expect(setting.knownServers.keyOf(address)).toBe(first);
    expect(await judge(trusted, second)).toEqual({ type: "accepted", isFirstVisit: false });
    expect(setting.knownServers.keyOf(address)).toBe(second);
  });

  test("is refused at the first visit by other words, and not kept", async () => {
    const trusted = await open({ label: address, trustedWords: wordsOf(second) });
    expect(await judge(trusted, first)).toMatchObject({ type: "refused" });
    expect(setting.knownServers.keyOf(address)).toBeUndefined();
  });
});

describe("a file that is not usable", () => {
  test("stops before connecting when it is damaged", async () => {
    writeFileSync(join(setting.path, "known-servers.json"), "{", { mode: 0o600 });
    await expect(open({ announcedKey: first })).rejects.toMatchObject({
      code: "known-servers-unusable",
    });
  });

  test("keeps a new server out when it cannot be written, and lets a known one in", async () => {
    await setting.knownServers.remember({ label: office, key: first, isCompared: false });
    const known = await open({ announcedKey: first, trustedWords: wordsOf(first) });
    const unknown = await open({ label: address });
    rmSync(setting.path, { recursive: true });
    writeFileSync(setting.path, "");
    expect(await judge(known, first)).toMatchObject({ type: "accepted" });
    expect(await judge(unknown, second)).toMatchObject({
      type: "refused",
      failure: { code: "known-servers-unusable" },
    });
  });
});

describe("a server to which a link leads", () => {
  test("is met for the first time as one whose words were compared", async () => {
    const linked = await open({ label: address, linkedKey: first });
    expect(linked.expectedKey).toEqual(bytesOf(first));
    expect(await judge(linked, first)).toEqual({ type: "accepted", isFirstVisit: false });
    expect(setting.knownServers.keyOf(address)).toBe(first);
  });

  test("is refused with both words when it shows another key than the link names", async () => {
    const linked = await open({ label: address, linkedKey: first });
    for (const isProven of [false, true]) {
      const verdict = await judge(linked, second, isProven);
      const message = expect.stringContaining(fingerprintOf(second));
      expect(verdict).toMatchObject({
        type: "refused",
        failure: { code: "server-untrusted", message },
      });
    }
    expect(setting.knownServers.keyOf(address)).toBeUndefined();
  });

  test("is refused before anything is sent when another key is known under its address", async () => {
    await setting.knownServers.remember({ label: address, key: second, isCompared: false });
    const opening = open({ label: address, linkedKey: first });
    await expect(opening).rejects.toMatchObject({ code: "server-untrusted" });
    const trustedWords = wordsOf(first);
    await open({ label: address, linkedKey: first, trustedWords });
  });

  test("is not any other one, whatever words are given", async () => {
    const linked = await open({ label: address, linkedKey: first, trustedWords: wordsOf(first) });
    expect(await judge(linked, second)).toMatchObject({ type: "refused" });
    const opening = open({ label: address, linkedKey: first, trustedWords: wordsOf(second) });
    await expect(opening).rejects.toMatchObject({ code: "server-untrusted" });
  });
});
