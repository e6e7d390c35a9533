import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import {
  KnownServers,
  knownServersBytesMax,
  lockStaleMs,
  lockWaitMs,
} from "../../src/cli/known-servers.ts";
import { Pins } from "../../src/cli/pins.ts";
import type { ServerLabel } from "../../src/tui/trust.ts";
import { sampleId } from "../discovery/samples.ts";
import { temporaryDirectory } from "../support/directory.ts";

const isPosix = process.platform !== "win32";
const office: ServerLabel = { type: "name", text: "office" };
const key = sampleId(1);
const visit = { label: office, key, isCompared: false };

function open(directory: string, clock: Clock = systemClock): Promise<KnownServers> {
  return KnownServers.open({ directory, clock, random: systemRandom });
}

/** The system's clock, on which waiting takes no time. */
function hastyClock(): Clock {
  let skipped = 0;
  return {
    now: () => systemClock.now() + skipped,
    wallNow: () => systemClock.wallNow(),
    setTimer: (at, onTime) => {
      skipped += Math.max(0, at - systemClock.now() - skipped);
      return systemClock.setTimer(0, onTime);
    },
  };
}

describe("KnownServers", () => {
  test("survive the program", async () => {
    await using directory = await temporaryDirectory();
    const known = await open(directory.path);
    expect(known.judge(office, key)).toEqual({ type: "new" });
    await known.remember(visit);
    expect(known.judge(office, key)).toEqual({ type: "known" });
    const later = await open(directory.path);
    expect(later.judge(office, key)).toEqual({ type: "known" });
    expect(later.keyOf(office)).toBe(key);
    expect(later.judge(office, sampleId(2))).toMatchObject({ type: "changed" });
    expect(readdirSync(directory.path)).toEqual(["known-servers.json"]);
  });

  test.runIf(isPosix)("are for their owner only", async () => {
    await using directory = await temporaryDirectory();
    await (await open(directory.path)).remember(visit);
    const path = join(directory.path, "known-servers.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("write nothing for a visit that is known already", async () => {
    await using directory = await temporaryDirectory();
    const known = await open(directory.path);
    await known.remember(visit);
    const before = statSync(join(directory.path, "known-servers.json")).ino;
    await known.remember(visit);
    expect(statSync(join(directory.path, "known-servers.json")).ino).toBe(before);
  });

  test("programs that write at the same moment lose nothing of each other", async () => {
    await using directory = await temporaryDirectory();
    const programs = await Promise.all(Array.from({ length: 12 }, () => open(directory.path)));
    await Promise.all(
      programs.map((known, index) =>
        known.remember({
          label: { type: "name", text: `server ${index}` },
          key: sampleId(index),
          isCompared: false,
        }),
      ),
    );
    const known = await open(directory.path);
    for (const index of programs.keys()) {
      expect(known.keyOf({ type: "name", text: `server ${index}` })).toBe(sampleId(index));
    }
    expect(readdirSync(directory.path)).toEqual(["known-servers.json"]);
  });

  test("programs that meet one server at the same moment write it once", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "known-servers.json");
    const programs = await Promise.all(Array.from({ length: 12 }, () => open(directory.path)));
    const first = programs.pop()!;
    writeFileSync(`${path}.lock`, "");
    const others = Promise.all(programs.map((known) => known.remember(visit)));
    rmSync(`${path}.lock`);
    await first.remember(visit);
    const before = statSync(path).ino;
    await others;
    expect(statSync(path).ino).toBe(before);
    for (const known of programs) expect(known.keyOf(office)).toBe(key);
  });

  test.each([
    ["empty", ""],
    ["half a file", '{"version":1,"servers":[{"key":'],
    ["another file", '{"name":"earshot"}'],
  ])(
    "a file that is %s is refused, left as it is, and the message says what to do",
    async (_name, content) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, "known-servers.json");
      const known = await open(directory.path);
      writeFileSync(path, content, { mode: 0o600 });
      const refusal = {
        code: "known-servers-unusable",
        message: expect.stringMatching(/known-servers\.json is damaged: restore it, or remove it/),
      };
      await expect(open(directory.path)).rejects.toMatchObject(refusal);
      await expect(known.remember(visit)).rejects.toMatchObject(refusal);
      expect(readFileSync(path, "utf8")).toBe(content);
      expect(existsSync(`${path}.lock`)).toBe(false);
    },
  );

  test("a file may be as long as allowed, and not one byte longer", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "known-servers.json");
    const text = new Pins().withVisit({ ...visit, at: 1 }).format();
    writeFileSync(path, text.padEnd(knownServersBytesMax), { mode: 0o600 });
    expect((await open(directory.path)).keyOf(office)).toBe(key);
    truncateSync(path, knownServersBytesMax + 1);
    await expect(open(directory.path)).rejects.toMatchObject({ code: "known-servers-unusable" });
  });

  test.runIf(isPosix).each([0o620, 0o602, 0o666])(
    "a file that others can write is refused (mode %o)",
    async (mode) => {
      await using directory = await temporaryDirectory();
      await (await open(directory.path)).remember(visit);
      chmodSync(join(directory.path, "known-servers.json"), mode);
      await expect(open(directory.path)).rejects.toMatchObject({
        code: "known-servers-unusable",
        message: expect.stringContaining("chmod 600"),
      });
    },
  );

  test("a file that cannot be written is told, with what to do", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "client");
    await mkdir(path);
    const known = await open(path);
    rmSync(path, { recursive: true });
    await expect(known.remember(visit)).rejects.toMatchObject({
      code: "known-servers-unusable",
      message: expect.stringMatching(/cannot be written.* --data$/),
    });
    expect(known.judge(office, key)).toEqual({ type: "new" });
  });

  test("a directory in the place of the file is damage", async () => {
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, "known-servers.json"), { mode: 0o700 });
    await expect(open(directory.path)).rejects.toMatchObject({ code: "known-servers-unusable" });
  });

  test("a lock that a killed program left behind is broken", async () => {
    await using directory = await temporaryDirectory();
    const lock = join(directory.path, "known-servers.json.lock");
    writeFileSync(lock, "");
    const old = (Date.now() - lockStaleMs) / 1_000;
    utimesSync(lock, old, old);
    const known = await open(directory.path);
    await known.remember(visit);
    expect(known.keyOf(office)).toBe(key);
    expect(existsSync(lock)).toBe(false);
  });

  test("a lock that is held is respected, and named when it does not end", async () => {
    await using directory = await temporaryDirectory();
    const lock = join(directory.path, "known-servers.json.lock");
    writeFileSync(lock, "");
    const fresh = (Date.now() + 60_000) / 1_000;
    utimesSync(lock, fresh, fresh);
    const clock = hastyClock();
    const known = await open(directory.path, clock);
    const start = clock.now();
    await expect(known.remember(visit)).rejects.toMatchObject({
      code: "known-servers-unusable",
      message: expect.stringContaining(`${lock} is held by another program`),
    });
    expect(clock.now() - start).toBeGreaterThanOrEqual(lockWaitMs);
    expect(existsSync(lock)).toBe(true);
    expect(known.keyOf(office)).toBeUndefined();
  });
});
