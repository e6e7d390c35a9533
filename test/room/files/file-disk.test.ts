import { createHash } from "node:crypto";
import {
  chmod,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  statfs,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chunkBytesFor } from "../../../src/room/files/chunk-layout.ts";
import { type Contents, decodeContents, makeContents } from "../../../src/room/files/contents.ts";
import type { DiskPort, DiskProgress } from "../../../src/room/files/disk-port.ts";
import { diskInThread } from "../../../src/room/files/disk-thread.ts";
import type { Listing } from "../../../src/room/files/file-listing.ts";
import { chunkBytesMin, hashBytes } from "../../../src/room/files/limits.ts";
import { checkSaveDirectory } from "../../../src/room/files/save-directory.ts";
import type { CheckedChunk } from "../../../src/room/files/target-files.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { SeededRandom } from "../../support/random.ts";

const offer = "o".repeat(21);
const incoming = "i".repeat(21);

describe("what is offered", () => {
  test("is listed with its structure, and links are not followed", async () => {
    await using stage = await Stage.make();
    await mkdir(join(stage.path, "folder", "leer"), { recursive: true });
    await writeFile(join(stage.path, "secret"), "x");
    await writeFile(join(stage.path, "folder", "ファイル"), "abc");
    await symlink(join(stage.path, "secret"), join(stage.path, "folder", "link"));
    await symlink(stage.path, join(stage.path, "folder", "up"));
    const listing = await stage.disk.ask<"list">({
      type: "list",
      path: join(stage.path, "folder"),
    });
    expect(listing).toMatchObject({ name: "folder", kind: "folder", skippedCount: 2 });
    expect(listing.entries.map(({ kind, parts }) => [kind, ...parts])).toEqual([
      ["directory", "leer"],
      ["file", "ファイル"],
    ]);
  });

  test.each(["nothing", "empty"])("must be there and hold something: %s", async (name) => {
    await using stage = await Stage.make();
    await mkdir(join(stage.path, "empty"));
    await expect(
      stage.disk.ask<"list">({ type: "list", path: join(stage.path, name) }),
    ).rejects.toMatchObject({ code: "file-unusable" });
  });

  test("is hashed by chunks and as a whole, and its progress told", async () => {
    await using stage = await Stage.make();
    const bytes = new SeededRandom(3).bytes(chunkBytesMin + 10);
    await writeFile(join(stage.path, "a"), bytes);
    const { contents, told } = await stage.offer("a");
    expect(Buffer.from(contents.files[0]?.sha256 ?? [])).toEqual(sha256(bytes));
    expect(Buffer.from(contents.hashes.subarray(hashBytes))).toEqual(
      sha256(bytes.subarray(chunkBytesMin)),
    );
    expect(told.at(-1)).toBe(bytes.length);
  });

  test("is not given when it has changed since", async () => {
    await using stage = await Stage.make();
    const path = join(stage.path, "a");
    await writeFile(path, "before");
    await utimes(path, 1, 1);
    await stage.offer("a");
    await writeFile(path, "after!");
    const read = stage.disk.ask<"read">({
      type: "read",
      offer,
      chunk: 0,
      into: new Uint8Array(6),
    });
    await expect(read).rejects.toMatchObject({ code: "file-changed" });
  });

  test("is not given when it has become shorter, or another file is there", async () => {
    await using stage = await Stage.make();
    const path = join(stage.path, "a");
    await writeFile(path, "before");
    const listing = await stage.disk.ask<"list">({ type: "list", path });
    await truncate(path, 3);
    const hash = stage.disk.ask<"hash">({ type: "hash", offer, entries: listing.entries });
    await expect(hash).rejects.toMatchObject({ code: "file-changed" });
  });
});

describe("what is received", () => {
  test("is a folder as it was, with empty files and directories and their times", async () => {
    await using stage = await Stage.make();
    const from = join(stage.path, "Ordner");
    await mkdir(join(from, "leer"), { recursive: true });
    await mkdir(join(from, "tief", "er"), { recursive: true });
    await writeFile(join(from, "nichts"), "");
    const large = new SeededRandom(1).bytes(2 * chunkBytesMin + 1);
    await writeFile(join(from, "tief", "er", "groß"), large);
    await chmod(join(from, "tief", "er", "groß"), 0o755);
    await utimes(join(from, "tief", "er", "groß"), 1_600_000_000, 1_600_000_000);
    await utimes(join(from, "leer"), 1_500_000_000, 1_500_000_000);
    const { contents } = await stage.offer("Ordner");
    const path = await stage.receive(contents, { kind: "folder", name: "Ordner" });
    expect(path).toBe(join(stage.target, "Ordner"));
    expect((await readdir(path, { recursive: true })).sort()).toEqual(
      ["leer", "nichts", "tief", join("tief", "er"), join("tief", "er", "groß")].sort(),
    );
    expect(Buffer.compare(await readFile(join(path, "tief", "er", "groß")), large)).toBe(0);
    const stats = await stat(join(path, "tief", "er", "groß"));
    expect(stats.mtimeMs).toBe(1_600_000_000_000);
    expect((await stat(join(path, "leer"))).mtimeMs).toBe(1_500_000_000_000);
    expect((await readdir(stage.target)).sort()).toEqual(["Ordner"]);
  });

  test("F9: cannot be started and is not readable for others", async () => {
    await using stage = await Stage.make();
    await writeFile(join(stage.path, "run.sh"), "#!/bin/sh");
    await chmod(join(stage.path, "run.sh"), 0o777);
    const { contents } = await stage.offer("run.sh");
    expect(contents.files[0]?.isExecutable).toBe(true);
    const path = await stage.receive(contents, { kind: "file", name: "run.sh" });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("F3: never takes the place of anything: it gets a number", async () => {
    await using stage = await Stage.make();
    await writeFile(join(stage.path, "a.txt"), "new");
    await mkdir(stage.target);
    await writeFile(join(stage.target, "a.txt"), "old");
    await symlink("/nowhere", join(stage.target, "a (1).txt"));
    const { contents } = await stage.offer("a.txt");
    const path = await stage.receive(contents, { kind: "file", name: "a.txt" });
    expect(path).toBe(join(stage.target, "a (2).txt"));
    expect(await readFile(join(stage.target, "a.txt"), "utf8")).toBe("old");
    expect(await readFile(path, "utf8")).toBe("new");
  });

  test("F3: never takes the place of a folder, also of an empty one", async () => {
    await using stage = await Stage.make();
    await mkdir(join(stage.path, "x"));
    await writeFile(join(stage.path, "x", "a"), "1");
    await mkdir(join(stage.target, "x"), { recursive: true });
    const { contents } = await stage.offer("x");
    const path = await stage.receive(contents, { kind: "folder", name: "x" });
    expect(path).toBe(join(stage.target, "x (1)"));
    expect(await readdir(join(stage.target, "x"))).toEqual([]);
  });

  test("F2: is not written through a link that lies where it would be kept meanwhile", async () => {
    await using stage = await Stage.make();
    await writeFile(join(stage.path, "victim"), "precious");
    await mkdir(stage.target);
    await symlink(join(stage.path, "victim"), join(stage.target, `.earshot-${incoming}.part`));
    const contents = textContents("evil");
    await expect(stage.receive(contents, { kind: "file", name: "a" })).rejects.toMatchObject({
      code: "file-unusable",
    });
    expect(await readFile(join(stage.path, "victim"), "utf8")).toBe("precious");
  });

  test("F2: is not written into a file that has another name, too", async () => {
    await using stage = await Stage.make();
    await writeFile(join(stage.path, "victim"), "precious");
    await mkdir(stage.target);
    await link(join(stage.path, "victim"), join(stage.target, `.earshot-${incoming}.part`));
    await expect(
      stage.receive(textContents("evil"), { kind: "file", name: "a" }),
    ).rejects.toMatchObject({ code: "file-unusable" });
    expect(await readFile(join(stage.path, "victim"), "utf8")).toBe("precious");
  });

  test("F2: is not written through a directory that was swapped for a link", async () => {
    await using stage = await Stage.make();
    await mkdir(join(stage.path, "x", "sub"), { recursive: true });
    await mkdir(join(stage.path, "elsewhere"));
    await writeFile(join(stage.path, "x", "sub", "a"), "1");
    const { contents } = await stage.offer("x");
    await stage.open(contents, { kind: "folder", name: "x" });
    await symlink(
      join(stage.path, "elsewhere"),
      join(stage.target, `.earshot-${incoming}.part`, "sub"),
    );
    const bytes = new Uint8Array(Buffer.from("1"));
    const store = stage.disk.ask<"store">({ type: "store", offer: incoming, chunk: 0, bytes });
    await expect(store).rejects.toMatchObject({ code: "file-unusable" });
    expect(await readdir(join(stage.path, "elsewhere"))).toEqual([]);
  });

  test("F1: is a file in the directory whatever its name says", async () => {
    await using stage = await Stage.make();
    for (const name of ["../../up", "/etc/passwd", ".bashrc", "CON", "a:b", "\u202egpj.exe"]) {
      const path = await stage.receive(textContents("x"), { kind: "file", name });
      expect(join(path, "..")).toBe(stage.target);
    }
    expect((await readdir(stage.target)).sort()).toEqual(
      ["_.bashrc", "_CON", "a_b", "gpj.exe", "passwd", "up"].sort(),
    );
  });

  test("F4: does not keep a chunk with another hash", async () => {
    await using stage = await Stage.make();
    await stage.open(textContents("right"), { kind: "file", name: "a" });
    const store = (text: string) =>
      stage.disk.ask<"store">({
        type: "store",
        offer: incoming,
        chunk: 0,
        bytes: new Uint8Array(Buffer.from(text)),
      });
    expect(await store("wrong")).toBe(false);
    expect(await store("right, and more")).toBe(false);
    expect(await store("")).toBe(false);
    expect(await store("right")).toBe(true);
  });

  test("F4: is not saved when the hash of a whole file was a lie", async () => {
    await using stage = await Stage.make();
    const bytes = new SeededRandom(1).bytes(chunkBytesMin + 1);
    await writeFile(join(stage.path, "a"), bytes);
    const { contents } = await stage.offer("a");
    const entries = contents.entries.map((entry) => ({
      ...entry,
      sha256: new Uint8Array(hashBytes),
    }));
    const lie = makeContents(entries, contents.hashes);
    await stage.open(lie, { kind: "file", name: "a" });
    await stage.storeAll(lie);
    expect(await stage.disk.ask<"finish">({ type: "finish", offer: incoming })).toBeUndefined();
    expect((await readdir(stage.target)).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  test("F4: is not saved without what somebody has moved away meanwhile", async () => {
    await using stage = await Stage.make();
    await mkdir(join(stage.path, "x"));
    await writeFile(join(stage.path, "x", "a"), "1");
    await writeFile(join(stage.path, "x", "b"), "2");
    const { contents } = await stage.offer("x");
    await stage.open(contents, { kind: "folder", name: "x" });
    await stage.storeAll(contents, [0]);
    await rename(join(stage.target, `.earshot-${incoming}.part`), join(stage.target, "away"));
    await stage.storeAll(contents, [1]);
    await expect(
      stage.disk.ask<"finish">({ type: "finish", offer: incoming }),
    ).rejects.toMatchObject({ code: "file-unusable" });
    expect((await readdir(stage.target)).filter((name) => !name.startsWith("."))).toEqual(["away"]);
  });

  test("F6: is refused when it cannot fit, and then nothing is written", async () => {
    await using stage = await Stage.make();
    const { bavail, bsize } = await statfs(stage.path);
    const huge = hugeContents(Math.min(bavail * bsize, 2 ** 42));
    await expect(stage.open(huge, { kind: "file", name: "huge" })).rejects.toMatchObject({
      code: "disk-full",
    });
    expect(await readdir(stage.target)).toEqual([]);
  });

  test("goes on after a restart with what was right, and nothing else", async () => {
    await using stage = await Stage.make();
    const bytes = new SeededRandom(1).bytes(4 * chunkBytesMin);
    await writeFile(join(stage.path, "a"), bytes);
    const { contents } = await stage.offer("a");
    await stage.open(contents, { kind: "file", name: "a" });
    await stage.storeAll(contents, [0, 1, 3]);
    await stage.disk.ask<"close">({ type: "close", offer: incoming });
    const part = await open(join(stage.target, `.earshot-${incoming}.part`), "r+");
    await part.write(Buffer.from("!"), 0, 1, chunkBytesMin);
    await part.close();
    const missing = await stage.open(contents, { kind: "file", name: "a" });
    expect(missing).toEqual([1, 2]);
    await stage.storeAll(contents, missing);
    const path = await stage.finish();
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  test("is removed when it is not wanted any more", async () => {
    await using stage = await Stage.make();
    await stage.open(textContents("x"), { kind: "file", name: "a" });
    await stage.disk.ask<"discard">({ type: "discard", offer: incoming });
    expect(await readdir(stage.target)).toEqual([]);
  });

  test("may be longer than 4 GiB", async () => {
    await using stage = await Stage.make();
    const contents = hugeContents(2 ** 32 + 10);
    const last = contents.layout.chunkCount - 1;
    await stage.open(contents, { kind: "file", name: "long" });
    const bytes = new Uint8Array(contents.layout.place(last).bytes);
    expect(bytes.length).toBe(10);
    expect(
      await stage.disk.ask<"store">({ type: "store", offer: incoming, chunk: last, bytes }),
    ).toBe(true);
    const stats = await stat(join(stage.target, `.earshot-${incoming}.part`));
    expect(stats.size).toBe(2 ** 32 + 10);
  });
});

test.each([
  ["/home/eve", false],
  ["/home/eve/.ssh", false],
  ["/home/eve/.config/autostart", false],
  ["/", false],
  ["/home/eve/Downloads", true],
  ["/home/eve/files/.hidden", true],
  ["/mnt/disk", true],
])("F10: files are received into %s: %s", (path, isAllowed) => {
  const check = () => checkSaveDirectory(path, "/home/eve");
  if (isAllowed) expect(check).not.toThrow();
  else expect(check).toThrow("files are not received into");
});

/** A disk, a place for what is offered and one for what is received. */
class Stage implements AsyncDisposable {
  readonly path: string;
  readonly target: string;
  readonly disk: DiskPort = diskInThread();
  readonly #directory: AsyncDisposable;

  constructor(directory: AsyncDisposable & { readonly path: string }) {
    this.#directory = directory;
    this.path = directory.path;
    this.target = join(directory.path, "received");
  }

  static async make(): Promise<Stage> {
    return new Stage(await temporaryDirectory());
  }

  async offer(
    name: string,
  ): Promise<{ contents: Contents; listing: Listing; told: DiskProgress[] }> {
    const told: DiskProgress[] = [];
    const listing = await this.disk.ask<"list">({ type: "list", path: join(this.path, name) });
    const { entries } = listing;
    const encoded = await this.disk.ask<"hash">({ type: "hash", offer, entries }, (progress) =>
      told.push(progress),
    );
    return { contents: decodeContents(encoded)!, listing, told };
  }

  /** The chunks that are not here. */
  async open(
    { encoded }: Contents,
    options: { kind: "file" | "folder"; name: string },
  ): Promise<readonly number[]> {
    const checked: CheckedChunk[] = [];
    await this.disk.ask<"open-target">(
      { type: "open-target", directory: this.target, offer: incoming, ...options, encoded },
      (progress) => checked.push(...(progress as readonly CheckedChunk[])),
    );
    return checked.filter(({ isRight }) => !isRight).map(({ chunk }) => chunk);
  }

  /** Chunks of what is offered. */
  async storeAll(
    { layout }: Contents,
    chunks: readonly number[] = [...Array(layout.chunkCount).keys()],
  ): Promise<void> {
    for (const chunk of chunks) {
      const bytes = new Uint8Array(layout.place(chunk).bytes);
      await this.disk.ask<"read">({ type: "read", offer, chunk, into: bytes });
      expect(await this.disk.ask<"store">({ type: "store", offer: incoming, chunk, bytes })).toBe(
        true,
      );
    }
  }

  async finish(): Promise<string> {
    const path = await this.disk.ask<"finish">({ type: "finish", offer: incoming });
    await this.disk.ask<"close">({ type: "close", offer: incoming });
    return path!;
  }

  async receive(
    contents: Contents,
    options: { kind: "file" | "folder"; name: string },
  ): Promise<string> {
    const missing = await this.open(contents, options);
    const only = texts.get(contents);
    if (only === undefined) await this.storeAll(contents, missing);
    else {
      const bytes = new Uint8Array(Buffer.from(only));
      await this.disk.ask<"store">({ type: "store", offer: incoming, chunk: 0, bytes });
    }
    return await this.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disk.stop();
    await this.#directory[Symbol.asyncDispose]();
  }
}

const texts = new Map<Contents, string>();

/** A file with this text. */
function textContents(text: string): Contents {
  const hash = new Uint8Array(sha256(Buffer.from(text)));
  const contents = makeContents(
    [
      {
        kind: "file",
        parts: ["a"],
        modifiedAt: 0,
        isExecutable: false,
        bytes: text.length,
        sha256: hash,
      },
    ],
    hash,
  );
  texts.set(contents, text);
  return contents;
}

/** A file of zeros. */
function hugeContents(bytes: number): Contents {
  const chunkBytes = chunkBytesFor(bytes);
  const count = Math.ceil(bytes / chunkBytes);
  const full = sha256(Buffer.alloc(chunkBytes));
  const hashes = Buffer.alloc(count * hashBytes);
  for (let chunk = 0; chunk < count; chunk += 1) hashes.set(full, chunk * hashBytes);
  const rest = bytes % chunkBytes;
  if (0 < rest) hashes.set(sha256(Buffer.alloc(rest)), (count - 1) * hashBytes);
  const sha = new Uint8Array(hashBytes);
  return makeContents(
    [{ kind: "file", parts: ["z"], modifiedAt: 0, isExecutable: false, bytes, sha256: sha }],
    new Uint8Array(hashes),
  );
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
