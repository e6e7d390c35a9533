import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

describe("earshot list", () => {
  test("finds servers without any address, as JSON and for people", async () => {
    await using lan = await CliLan.open();
    const kitchen = await lan.serve("--name", "kitchen");
    await lan.serve("--name", "Attic 2");

    const json = lan.start("list", "--json");
    expect(await json.exit()).toBe(0);
    expect(json.lines).toHaveLength(2);
    const [attic, found] = json.lines;
    expect(attic).toMatchObject({ name: "Attic 2" });
    expect(found).toEqual({
      name: "kitchen",
      address: "127.0.0.1",
      port: Number(kitchen.address.split(":")[1]),
      id: expect.stringMatching(/^[\w-]{43}$/),
      trust: "new",
      members: 0,
      rooms: expect.any(Number),
      rttMs: expect.any(Number),
    });

    const table = lan.start("list");
    expect(await table.exit()).toBe(0);
    expect(table.stdout).toMatch(/^ADDRESS .* NAME\n127\.0\.0\.1:\d+ .* Attic 2\n.* kitchen\n$/);
  });

  test("counts members and forgets a server that was stopped", async () => {
    await using lan = await CliLan.open();
    const { server } = await lan.serve("--name", "kitchen");
    await lan.bot("ann");
    const list = lan.start("list", "--json", "--wait", "300");
    expect(await list.exit()).toBe(0);
    expect(list.lines).toMatchObject([{ members: 1, rooms: 1 }]);

    await server.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    const after = lan.start("list", "--json", "--wait", "200");
    expect(await after.exit()).toBe(2);
  });

  test("says that nobody answered, where it asked, and exits 2", async () => {
    await using lan = await CliLan.open();
    const list = lan.start("list", "--json", "--wait", "100");
    expect(await list.exit()).toBe(2);
    expect(list.stdout).toBe("");
    expect(list.stderr).toMatch(
      /^earshot: no server answered on lo on UDP port \d+ within 100 ms; earshot doctor says why\n$/,
    );
  });
});
