import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { EarshotError } from "../../../src/base/errors.ts";
import { chunkBytesMin, takingsRunningMax } from "../../../src/room/files/limits.ts";
import { encodePeerMessage } from "../../../src/room/files/peer-message.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import {
  type FileDevice,
  introduce,
  offerOf,
  PeerPair,
  restartDevice,
  startDevice,
  untilState,
} from "../../support/file-hosts.ts";
import { SeededRandom } from "../../support/random.ts";

describe("a file", () => {
  test("goes from who offers it to who takes it, with its hash", async () => {
    await using stage = await makeStage(2);
    const { sender, taker, path } = stage;
    const bytes = await stage.file("a.bin", 3 * chunkBytesMin + 7);
    await sender.host.offer(join(path, "a.bin"));
    const offer = offerOf(sender);
    expect(offer).toMatchObject({ name: "a.bin", kind: "file", fileCount: 1, bytes: bytes.length });
    taker.host.take(offer, stage.target);
    introduce(offer.id, sender, taker);
    const pair = new PeerPair(sender, taker);
    const received = await untilState(taker, "received");
    expect(received).toEqual({
      type: "received",
      path: join(stage.target, "a.bin"),
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    expect(Buffer.compare(await readFile(received.path), bytes)).toBe(0);
    expect(pair.dataBytes).toBe(bytes.length + 4 * 25);
    expect(taker.host.unfinished).toEqual([]);
    expect(await readdir(join(path, "device 2"))).toEqual([]);
    const [last] = taker.told.slice(-1);
    expect(last).toMatchObject({ direction: "receive", bytes: bytes.length, peerCount: 1 });
  });

  test("is not written at all before somebody takes it", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 100);
    const offer = await sender.host.offer(join(stage.path, "a"));
    introduce(offer.id, sender, taker);
    const pair = new PeerPair(sender, taker);
    await turns(20);
    expect(await readdir(stage.target)).toEqual([]);
    expect(pair.isOpen).toBe(true);
  });

  test.each(["before the connection", "after it"])("is taken %s", async (when) => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 100);
    await sender.host.offer(join(stage.path, "a"));
    const offer = offerOf(sender);
    const begin = () => taker.host.take(offer, stage.target);
    if (when === "before the connection") begin();
    introduce(offer.id, sender, taker);
    new PeerPair(sender, taker);
    await turns(5);
    if (when === "after it") begin();
    await untilState(taker, "received");
  });

  test("goes on after the connection was lost, and nothing right is sent twice", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    const chunkCount = 40;
    const bytes = await stage.file("a", chunkCount * chunkBytesMin);
    await stage.offerTo("a", [taker]);
    let sentBytes = 0;
    for (let cut = 0; cut < 4; cut += 1) {
      const pair = new PeerPair(sender, taker);
      await until(() => (cut + 1) * 5 * chunkBytesMin < progressOf(taker));
      pair.cut();
      sentBytes += pair.dataBytes;
      await turns(5);
    }
    const pair = new PeerPair(sender, taker);
    const { path } = await untilState(taker, "received");
    sentBytes += pair.dataBytes;
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    // Of each cut connection what was on its way is lost: the chunks that are wanted at once.
    expect(sentBytes - bytes.length).toBeLessThan(4 * 33 * chunkBytesMin);
  });

  test("goes on after a restart of either side", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    const bytes = await stage.file("a", 30 * chunkBytesMin);
    const offer = await stage.offerTo("a", [taker]);
    for (const [index, victim] of [taker, sender, taker].entries()) {
      const pair = new PeerPair(sender, taker);
      await until(() => (index + 1) * 6 * chunkBytesMin < progressOf(taker));
      pair.cut();
      const kept = progressOf(taker);
      await restartDevice(victim);
      expect(sender.host.offered).toEqual([expect.objectContaining({ id: offer })]);
      expect(taker.host.unfinished).toEqual([
        expect.objectContaining({ id: offer, key: sender.key }),
      ]);
      await until(() => kept <= progressOf(taker));
      introduce(offer, sender, taker);
    }
    new PeerPair(sender, taker);
    const { path } = await untilState(taker, "received");
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  test("is not given any more when it has changed, and both are told", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 2 * chunkBytesMin);
    await stage.offerTo("a", [taker]);
    await untilState(sender, "waiting");
    await writeFile(join(stage.path, "a"), "something else");
    new PeerPair(sender, taker);
    expect(await untilState(taker, "failed")).toMatchObject({ code: "file-changed" });
    expect(await untilState(sender, "failed")).toMatchObject({ code: "file-changed" });
    await turns(20);
    expect(await readdir(stage.target)).toEqual([]);
  });

  test("is paused and resumed by who takes it", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 30 * chunkBytesMin);
    const offer = await stage.offerTo("a", [taker]);
    const pair = new PeerPair(sender, taker);
    await until(() => 5 * chunkBytesMin < progressOf(taker));
    taker.host.pause(offer);
    expect(await untilState(taker, "paused")).toEqual({ type: "paused", reason: "owner" });
    await turns(100);
    const before = pair.dataBytes;
    await turns(50);
    expect(pair.dataBytes).toBe(before);
    taker.host.resume(offer);
    await untilState(taker, "received");
  });

  test("is removed when who takes it cancels, and the connection stays", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 60 * chunkBytesMin);
    const offer = await stage.offerTo("a", [taker]);
    const pair = new PeerPair(sender, taker);
    await until(() => 5 * chunkBytesMin < progressOf(taker));
    taker.host.cancel(offer);
    await untilState(taker, "cancelled");
    await turns(100);
    expect(await readdir(stage.target)).toEqual([]);
    expect(pair.isOpen).toBe(true);
    expect(taker.host.unfinished).toEqual([]);
  });

  test("is cancelled for all when it is not offered any more", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 30 * chunkBytesMin);
    const offer = await stage.offerTo("a", [taker]);
    new PeerPair(sender, taker);
    await until(() => 0 < progressOf(taker));
    sender.host.cancel(offer);
    await untilState(sender, "cancelled");
    await untilState(taker, "waiting");
    expect(sender.host.offered).toEqual([]);
  });
});

describe("a folder", () => {
  test("goes with many small files and empty ones", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    const from = join(stage.path, "Ordner");
    await mkdir(join(from, "leer"), { recursive: true });
    for (let index = 0; index < 300; index += 1) {
      await writeFile(join(from, `${index}.txt`), "x".repeat(index));
    }
    await stage.offerTo("Ordner", [taker]);
    new PeerPair(sender, taker);
    const { path } = await untilState(taker, "received");
    expect((await readdir(path)).length).toBe(301);
    expect(await readFile(join(path, "299.txt"), "utf8")).toBe("x".repeat(299));
  });

  test("of nothing but empty files needs no data", async () => {
    await using stage = await makeStage(2);
    await mkdir(join(stage.path, "x"));
    await writeFile(join(stage.path, "x", "empty"), "");
    await stage.offerTo("x", [stage.taker]);
    const pair = new PeerPair(stage.sender, stage.taker);
    const { path } = await untilState(stage.taker, "received");
    expect(await readdir(path)).toEqual(["empty"]);
    expect(pair.dataBytes).toBe(0);
  });
});

test("who has received a file gives it to others, also when its sender is gone", async () => {
  await using stage = await makeStage(3);
  const [sender, first, second] = stage.devices as [FileDevice, FileDevice, FileDevice];
  const bytes = await stage.file("a", 5 * chunkBytesMin);
  const offer = await stage.offerTo("a", [first, second]);
  introduce(offer, first, second);
  new PeerPair(sender, first);
  await untilState(first, "received");
  const brief = new PeerPair(sender, second);
  await until(() => 0 < progressOf(second));
  brief.cut();
  new PeerPair(first, second);
  const { path } = await untilState(second, "received");
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test("a full disk is waited for, and the file goes on when there is space", async () => {
  await using stage = await makeStage(2, impatientClock);
  const { sender, taker } = stage;
  const bytes = await stage.file("a", 3 * chunkBytesMin);
  await stage.offerTo("a", [taker]);
  const { ask } = taker.disk;
  const full = new EarshotError("disk-full", "no space left on device");
  let isFull = true;
  let looked = 0;
  taker.disk.ask = (request, onProgress) => {
    const isWriting = request.type === "store" || request.type === "check-space";
    if (request.type === "check-space") looked += 1;
    return isFull && isWriting ? Promise.reject(full) : ask(request, onProgress);
  };
  new PeerPair(sender, taker);
  expect(await untilState(taker, "paused")).toEqual({ type: "paused", reason: "disk-full" });
  await until(() => 3 <= looked);
  isFull = false;
  const { path } = await untilState(taker, "received");
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test("of five files that are taken at once the last one waits for its turn", async () => {
  await using stage = await makeStage(2);
  const { sender, taker } = stage;
  for (let number = 0; number <= takingsRunningMax; number += 1) {
    await stage.file(`${number}`, 20 * chunkBytesMin);
    const offer = await sender.host.offer(join(stage.path, `${number}`));
    taker.host.take({ ...offer, key: sender.key, room: "r", sequence: number + 1 }, stage.target);
    introduce(offer.id, sender, taker);
  }
  new PeerPair(sender, taker);
  expect(await untilState(taker, "paused")).toEqual({ type: "paused", reason: "queue" });
  await until(() => taker.host.transfers.every(({ state }) => state.type === "received"));
});

test("progress is told at most five times a second", async () => {
  await using stage = await makeStage(2);
  const { sender, taker } = stage;
  await stage.file("a", 200 * chunkBytesMin);
  await stage.offerTo("a", [taker]);
  const pair = new PeerPair(sender, taker);
  await until(() => 0 < progressOf(taker));
  const begunAt = performance.now();
  const told = taker.told.length;
  await until(() => 150 * chunkBytesMin < progressOf(taker));
  const seconds = (performance.now() - begunAt) / 1_000;
  expect(taker.told.length - told).toBeLessThanOrEqual(1 + seconds * 5);
  pair.cut();
});

describe("who means harm", () => {
  test("F7: gets nothing with the token of another introduction", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 100);
    await sender.host.offer(join(stage.path, "a"));
    const offer = offerOf(sender);
    taker.host.take(offer, stage.target);
    sender.host.introduce({ offer: offer.id, key: taker.key, token: new Uint8Array(16).fill(1) });
    taker.host.introduce({ offer: offer.id, key: sender.key, token: new Uint8Array(16).fill(2) });
    const pair = new PeerPair(sender, taker);
    await until(() => !pair.isOpen);
    expect(pair.dataBytes).toBe(0);
    expect(pair.ports.map(({ closedWith }) => closedWith)).toContainEqual(
      expect.stringContaining("token"),
    );
  });

  test("F7: gets nothing of an offer for which another device was introduced", async () => {
    await using stage = await makeStage(3);
    const [sender, taker, stranger] = stage.devices as [FileDevice, FileDevice, FileDevice];
    await stage.file("a", 100);
    const offer = await stage.offerTo("a", [taker]);
    stranger.host.take(offerOf(sender), stage.target);
    stranger.host.introduce({ offer, key: sender.key, token: new Uint8Array(16).fill(7) });
    const pair = new PeerPair(sender, stranger);
    await turns(50);
    expect(pair.dataBytes).toBe(0);
    expect(await readdir(stage.target)).toEqual([]);
  });

  test("F7: is left when it sends data that nobody asked for", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 100);
    await sender.host.offer(join(stage.path, "a"));
    introduce(offerOf(sender).id, sender, taker);
    const pair = new PeerPair(sender, taker);
    const [evil] = pair.ports;
    evil.write(9, Buffer.concat([Buffer.from("o".repeat(21)), Buffer.alloc(4), Buffer.alloc(100)]));
    await until(() => !pair.isOpen);
    expect(pair.ports[1].closedWith).toBe("data that nobody asked for");
    expect(await readdir(stage.target)).toEqual([]);
  });

  test.each<[string, Uint8Array]>([
    ["what is no message", Buffer.from("nonsense")],
    ["what is too long", Buffer.alloc(70_000)],
  ])("is left when it says %s", async (_what, message) => {
    await using stage = await makeStage(2);
    const pair = new PeerPair(stage.sender, stage.taker);
    pair.ports[0].send(message);
    await until(() => !pair.isOpen);
  });

  test("is left when it says something before hello, or wants what is not there", async () => {
    await using stage = await makeStage(2);
    const { sender, taker } = stage;
    await stage.file("a", 100);
    await sender.host.offer(join(stage.path, "a"));
    const { id: offer } = offerOf(sender);
    introduce(offer, sender, taker);
    const want = encodePeerMessage({ type: "want", offer, chunks: [0], others: 0 });
    const hello = encodePeerMessage({ type: "hello", offer, token: new Uint8Array(16).fill(7) });
    const beyond = encodePeerMessage({ type: "want", offer, chunks: [1], others: 0 });
    const early = new PeerPair(sender, taker);
    early.ports[1].send(want);
    await until(() => !early.isOpen);
    expect(early.ports[0].closedWith).toBe("want before hello");
    await untilState(sender, "waiting");
    const late = new PeerPair(sender, taker);
    late.ports[1].send(hello);
    late.ports[1].send(beyond);
    await until(() => !late.isOpen);
    expect(late.ports[0].closedWith).toBe("it wants what is not here");
  });

  test("F4: who gave a wrong chunk is asked for nothing more when it comes back", async () => {
    await using stage = await makeStage(3);
    const [sender, liar, taker] = stage.devices as [FileDevice, FileDevice, FileDevice];
    const bytes = await stage.file("a", 20 * chunkBytesMin);
    const offer = await stage.offerTo("a", [liar, taker]);
    introduce(offer, liar, taker);
    new PeerPair(sender, liar);
    const { path: falsePath } = await untilState(liar, "received");
    const { atime, mtime } = await stat(falsePath);
    await writeFile(falsePath, Buffer.alloc(bytes.length, 1));
    await utimes(falsePath, atime, mtime);
    const brief = new PeerPair(sender, taker);
    await until(() => 0 < progressOf(taker));
    brief.cut();
    const first = new PeerPair(liar, taker);
    await until(() => !first.isOpen);
    expect(first.ports[1].closedWith).toContain("another hash");
    const again = new PeerPair(liar, taker);
    await turns(50);
    expect([again.isOpen, again.dataBytes]).toEqual([true, 0]);
    new PeerPair(sender, taker);
    const { path } = await untilState(taker, "received");
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  test("F4: who offers more files, or more bytes, than it said gets no chance", async () => {
    for (const lie of [{ fileCount: 2 }, { bytes: 99 }, { bytes: 101 }, { fileCount: 0 }]) {
      await using stage = await makeStage(2);
      const { sender, taker } = stage;
      await stage.file("a", 100);
      await sender.host.offer(join(stage.path, "a"));
      const offer = { ...offerOf(sender), ...lie };
      taker.host.take(offer, stage.target);
      introduce(offer.id, sender, taker);
      new PeerPair(sender, taker);
      expect(await untilState(taker, "failed")).toMatchObject({ code: "file-changed" });
      expect(await readdir(stage.target)).toEqual([]);
    }
  });
});

test("what was kept of a transfer is left out when it is damaged", async () => {
  await using stage = await makeStage(2);
  const { taker } = stage;
  await writeFile(join(stage.path, "device 2", `${"x".repeat(21)}.json`), "{");
  await restartDevice(taker);
  expect(taker.host.unfinished).toEqual([]);
});

test("an offer whose file is gone after a restart has failed", async () => {
  await using stage = await makeStage(2);
  const { sender } = stage;
  await stage.file("a", 10);
  await sender.host.offer(join(stage.path, "a"));
  await untilState(sender, "waiting");
  await rm(join(stage.path, "a"));
  await restartDevice(sender);
  expect(await untilState(sender, "failed")).toMatchObject({ code: "file-unusable" });
});

interface FileStage extends AsyncDisposable {
  readonly path: string;
  readonly target: string;
  readonly devices: readonly FileDevice[];
  readonly sender: FileDevice;
  readonly taker: FileDevice;
  file(name: string, bytes: number): Promise<Uint8Array>;
  /** The first offers something, and others take it; they are introduced. */
  offerTo(name: string, takers: readonly FileDevice[]): Promise<string>;
}

/** Who waits long waits 20 ms. */
const impatientClock: Clock = {
  ...systemClock,
  setTimer: (at, onTime) => systemClock.setTimer(Math.min(at, performance.now() + 20), onTime),
};

async function makeStage(count: number, clock?: Clock): Promise<FileStage> {
  const directory = await temporaryDirectory();
  const { path } = directory;
  const target = join(path, "target");
  await mkdir(target);
  const started: FileDevice[] = [];
  for (let number = 1; number <= count; number += 1) {
    started.push(await startDevice(number, path, clock));
  }
  const [sender, taker] = started as [FileDevice, FileDevice];
  return {
    ...{ path, target, devices: started, sender, taker },
    async file(name, bytes) {
      const content = Buffer.from(new SeededRandom(bytes).bytes(Math.min(bytes, 100_003)));
      const whole = Buffer.alloc(bytes, content);
      await writeFile(join(path, name), whole);
      return whole;
    },
    async offerTo(name, takers) {
      const { id } = await sender.host.offer(join(path, name));
      for (const [index, each] of takers.entries()) {
        each.host.take(offerOf(sender), index === 0 ? target : join(target, `${index}`));
        introduce(id, sender, each);
      }
      return id;
    },
    async [Symbol.asyncDispose]() {
      for (const { host } of started) await host.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function progressOf(device: FileDevice): number {
  return device.host.transfers[0]?.bytes ?? 0;
}

async function until(isSo: () => boolean): Promise<void> {
  const endsAt = performance.now() + 10_000;
  while (!isSo() && performance.now() < endsAt) await turns(1);
  expect(isSo()).toBe(true);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
