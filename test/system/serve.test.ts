import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { CliLan } from "../support/cli.ts";

describe("earshot serve", () => {
  test("says on its first line where it listens", async () => {
    await using lan = await CliLan.open();
    const name = "Office".padEnd(48, "x");
    const server = lan.start("serve", "--json", "--name", name);
    const first = await server.line({ type: "listening" });
    expect(server.lines[0]).toBe(first);
    expect(first).toEqual({
      type: "listening",
      name,
      port: expect.any(Number),
      addresses: ["127.0.0.1"],
      links: [`earshot://127.0.0.1:${first.port}/?k=${first.id}&n=${name}`],
      data: join(lan.data, "servers", name.toLowerCase()),
      id: expect.stringMatching(/^[\w-]{43}$/),
      fingerprint: fingerprintOf(first.id),
      // Whoever has it owns the server; only the console shows it.
      claim: expect.stringMatching(/^[A-Za-z0-9_-]{21}$/),
    });
  });

  test("tells people how to join and where the data is", async () => {
    await using lan = await CliLan.open();
    const server = lan.start("serve", "--name", "Office");
    await server.until(() => server.stdout.includes("to stop"), "its description");
    expect(server.stdout).toMatch(
      /^server {4}Office \(\S{8}\)\nwords {5}([a-z]+ ){7}[a-z]+\naddress {3}127\.0\.0\.1:\d+\n/,
    );
    expect(server.stdout).toMatch(/\nlink {6}earshot:\/\/127\.0\.0\.1:\d+\/\?k=\S{43}&n=Office\n/);
    expect(server.stdout, "a code for a terminal only").not.toContain("█");
    expect(server.stdout).toContain(`data      ${join(lan.data, "servers", "office")}\n`);
    expect(server.stdout).toMatch(/earshot --server 127\.0\.0\.1:\d+\n/);
  });

  test("has the same id after a restart, and its files are for nobody else", async () => {
    await using lan = await CliLan.open();
    const first = lan.start("serve", "--json", "--name", "office");
    const { id, data } = await first.line({ type: "listening" });
    await first.kill("SIGTERM");
    expect(await first.exit()).toBe(0);
    const second = lan.start("serve", "--json", "--name", "office");
    expect((await second.line({ type: "listening" })).id).toBe(id);
    if (process.platform === "win32") return;
    expect(statSync(data).mode & 0o077).toBe(0);
    expect(statSync(join(data, "server.key")).mode & 0o077).toBe(0);
    expect(statSync(join(data, "history")).mode & 0o077).toBe(0);
  });

  test("names the process that uses its data directory", async () => {
    await using lan = await CliLan.open();
    const { server, data } = await lan.serve("--name", "office");
    const second = lan.start("serve", "--name", "office");
    expect(await second.exit()).toBe(1);
    expect(second.stderr).toBe(
      `earshot: data directory ${join(data, "history")} is in use by process ${server.pid}: stop it, or give another with --data\n`,
    );
  });

  test("refuses a port that is in use when that port was asked for", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "one");
    const [, port] = address.split(":");
    const second = lan.start("serve", "--name", "two", "--port", port!);
    expect(await second.exit()).toBe(1);
    expect(second.stderr).toContain(`UDP port ${port} on 127.0.0.1 is in use by another program`);
  });

  test("does not start with a key that is damaged or that others can read", async () => {
    await using lan = await CliLan.open();
    const { server, data } = await lan.serve("--name", "office");
    await server.kill("SIGTERM");
    await server.exit();
    const key = join(data, "server.key");
    const content = readFileSync(key);
    writeFileSync(key, "damaged");
    const damaged = lan.start("serve", "--name", "office");
    expect(await damaged.exit()).toBe(4);
    expect(damaged.stderr).toContain(`${key} is no X25519 private key`);
    if (process.platform === "win32") return;
    writeFileSync(key, content);
    chmodSync(key, 0o644);
    const exposed = lan.start("serve", "--name", "office");
    expect(await exposed.exit()).toBe(4);
    expect(exposed.stderr).toContain(`${key} has mode 0644`);
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s tells the members and ends it within 2 s",
    async (signal) => {
      await using lan = await CliLan.open();
      const { server } = await lan.serve("--name", "office");
      const bot = await lan.bot("ann");
      await bot.ask({ type: "say", room: "lobby", text: "before" });
      const startedAt = performance.now();
      await server.kill(signal);
      expect(await server.exit()).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      await bot.line({ type: "shutdown", reason: "the server was stopped" });
      await bot.line({ type: "connection", state: "reconnecting" });
    },
  );

  test("goes on when nobody reads what it prints", async () => {
    await using lan = await CliLan.open();
    const { server } = await lan.serve("--name", "office");
    server.hangUp();
    const bot = await lan.bot("ann");
    expect(await bot.ask({ type: "say", room: "lobby", text: "hi" })).toMatchObject({ type: "ok" });
  });
});
