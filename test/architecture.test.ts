import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const sourceRoot = resolve(import.meta.dirname, "../src");

/** Which folders a folder may import from, besides itself. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  base: [],
  discovery: ["base"],
  transport: ["base"],
  room: ["base", "transport"],
  tui: ["base", "room", "discovery"],
  cli: ["base", "discovery", "transport", "room", "tui"],
};

/** The one file that imports a package, so that replacing the package touches one file. */
const packageOwners: Readonly<Record<string, string>> = {
  "@homebridge/ciao": "discovery/dns-sd-worker.ts",
  "@scure/bip39": "base/fingerprint.ts",
  "@serenity-kit/opaque": "room/opaque.ts",
  blessed: "tui/screen.ts",
  cborg: "room/codec.ts",
  "dgram-as-promised": "base/datagram-socket.ts",
  "env-paths": "cli/data-dir.ts",
  "get-east-asian-width": "tui/text.ts",
  level: "room/database.ts",
  nanoid: "base/random.ts",
  "sodium-native": "transport/fastest-aead.ts",
  "unicode-segmenter": "tui/text.ts",
  uqr: "cli/qr-code.ts",
  valibot: "room/schema.ts",
};

/** The few files that touch the world: sockets, disk, terminal, clock, dice. All others are pure. */
const drivers = new Set([
  "base/clock.ts",
  "base/datagram-socket.ts",
  "base/dual-socket.ts",
  "base/private-file.ts",
  "base/random.ts",
  "discovery/adapters.ts",
  "discovery/beacon.ts",
  "discovery/browser.ts",
  "discovery/discovery-sockets.ts",
  "discovery/dns-sd-advertiser.ts",
  "discovery/dns-sd-responder.ts",
  "discovery/dns-sd-worker.ts",
  "discovery/dns-search.ts",
  "discovery/mdns-search.ts",
  "discovery/neighbours.ts",
  "discovery/packet-listener.ts",
  "discovery/survey.ts",
  "room/account-client.ts",
  "room/client.ts",
  "room/client-accounts.ts",
  "room/commit-mark.ts",
  "room/database.ts",
  "room/disk-probe.ts",
  "room/files/client-files.ts",
  "room/files/disk-port.ts",
  "room/files/disk-thread.ts",
  "room/files/file-disk-worker.ts",
  "room/files/file-disk.ts",
  "room/files/file-host.ts",
  "room/files/file-listing.ts",
  "room/files/file-system-sync.ts",
  "room/files/files-slot.ts",
  "room/files/handle-cache.ts",
  "room/files/heap-growth.ts",
  "room/files/offering.ts",
  "room/files/peer-host.ts",
  "room/files/placement.ts",
  "room/files/save-directory.ts",
  "room/files/source-files.ts",
  "room/files/taking.ts",
  "room/files/target-files.ts",
  "room/files/transfer-records.ts",
  "room/log-reader.ts",
  "room/memory/client-store.ts",
  "room/memory/memory-batch.ts",
  "room/memory/memory-open.ts",
  "room/message-index.ts",
  "room/opaque.ts",
  "room/search-backlog.ts",
  "room/search-run.ts",
  "room/segment-reader.ts",
  "room/server.ts",
  "room/store.ts",
  "room/store-backup.ts",
  "room/store-care.ts",
  "room/store-check.ts",
  "room/store-copy.ts",
  "room/store-directory.ts",
  "room/store-migration.ts",
  "room/store-open.ts",
  "room/store-repair.ts",
  "room/store-write.ts",
  "transport/fastest-aead.ts",
  "transport/path-limit.ts",
  "transport/transport.ts",
  "transport/udp-endpoint.ts",
  "transport/udp-sockets.ts",
  "tui/app.ts",
  "tui/ask-system.ts",
  "tui/captured-output.ts",
  "tui/file-list.ts",
  "tui/link-opener.ts",
  "tui/plain.ts",
  "tui/saved-file.ts",
  "tui/screen.ts",
  "tui/terminal.ts",
  "tui/text-editor.ts",
]);

/** Files of cli that only compute; the others drive the world by nature. */
const pureInCli = new Set([
  "cli/args.ts",
  "cli/bot-event.ts",
  "cli/bot-files.ts",
  "cli/bot-protocol.ts",
  "cli/bot-session.ts",
  "cli/exit-code.ts",
  "cli/help.ts",
  "cli/network-options.ts",
  "cli/option-table.ts",
  "cli/option-values.ts",
  "cli/pins.ts",
  "cli/qr-code.ts",
  "cli/script-command.ts",
  "cli/transcript.ts",
  "cli/typed-position.ts",
  "cli/typed-server.ts",
]);

/** Node modules that only compute or only name types. */
const pureNodeModules = new Set([
  "node:assert/strict",
  "node:crypto",
  "node:string_decoder",
  "node:util",
]);

const worldly =
  /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process\.|await|async|Promise\.|randomBytes|randomUUID|console\.)/;

const linesMax = 450;

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const files = readdirSync(sourceRoot, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readSource(path.replaceAll("\\", "/")));

describe("architecture", () => {
  test("the sources are there to be checked", () => {
    expect(new Set(files.map((file) => file.folder))).toEqual(new Set(Object.keys(allowedImports)));
  });

  test("imports go down only", () => {
    const upward = files.flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => folderOf(relativeTo(file, specifier)))
        .filter((folder) => folder !== file.folder)
        .filter((folder) => !allowedImports[file.folder]?.includes(folder))
        .map((folder) => `${file.path} imports from ${folder}`),
    );
    expect(upward).toEqual([]);
  });

  test("each package has one importer", () => {
    const strangers = files.flatMap((file) =>
      file.imports
        .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
        .map(packageName)
        .filter((name) => packageOwners[name] !== file.path)
        .map((name) => `${file.path} imports ${name}, which belongs to ${packageOwners[name]}`),
    );
    expect(strangers).toEqual([]);
  });

  test("every dependency in package.json has its importer", () => {
    const manifest = JSON.parse(readFileSync(resolve(sourceRoot, "../package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
      peerDependencies: Record<string, string>;
    };
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const named = [dependencies, optionalDependencies, peerDependencies].flatMap(Object.keys);
    expect(named.sort()).toEqual(Object.keys(packageOwners).sort());
    const imported = new Set(files.flatMap((file) => file.imports.map(packageName)));
    expect(Object.keys(packageOwners).filter((name) => !imported.has(name))).toEqual([]);
  });

  test("pure files touch no clock, dice, timer or I/O", () => {
    const worldlyFiles = files.filter(isPure).flatMap((file) => {
      const modules = file.imports.filter(
        (specifier) => specifier.startsWith("node:") && !pureNodeModules.has(specifier),
      );
      const found = worldly.exec(file.code)?.[0];
      return [...modules, ...(found === undefined ? [] : [found])].map(
        (what) => `${file.path} uses ${what}`,
      );
    });
    expect(worldlyFiles).toEqual([]);
  });

  test("no key is exported as JWK, which can block Node 20 for ever, but in one place that knows why not", () => {
    const exporting = files.filter((file) => /\.export\([^)]*jwk/s.test(file.code));
    expect(exporting.map((file) => file.path)).toEqual(["transport/noise.ts"]);
  });

  test("every driver in the list exists", () => {
    const paths = new Set(files.map((file) => file.path));
    expect([...drivers, ...pureInCli].filter((path) => !paths.has(path))).toEqual([]);
  });

  test("a file stays one concept", () => {
    const long = files
      .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
      .filter((file) => linesMax < file.lines);
    expect(long).toEqual([]);
  });

  test("names say what a thing is", () => {
    const vague = files.filter((file) =>
      /utils?|helpers?|misc|common|(^|\/)index\.ts/.test(file.path),
    );
    expect(vague.map((file) => file.path)).toEqual([]);
  });
});

function isPure(file: SourceFile): boolean {
  if (file.folder === "cli") return pureInCli.has(file.path);
  return !drivers.has(file.path);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(sourceRoot, path), "utf8");
  const imports = [...text.matchAll(/^(?:import|\} from)\b[^;"'\n]*["']([^"'\n]+)["'];$/gm)];
  const dynamic = [...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)];
  return {
    path,
    folder: folderOf(path),
    text,
    code: withoutComments(text),
    imports: [...imports, ...dynamic].flatMap((match) => match[1] ?? []),
  };
}

function folderOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function relativeTo(file: SourceFile, specifier: string): string {
  const target = resolve(sourceRoot, dirname(file.path), specifier);
  return relative(sourceRoot, target).replaceAll("\\", "/");
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
