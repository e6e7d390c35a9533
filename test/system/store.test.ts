import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

describe("earshot store", () => {
  test("backs up what a stopped server has, and restores it under another name", async () => {
    await using lan = await CliLan.open();
    const { server, address } = await lan.serve("--name", "office");
    const bot = await lan.bot("anna", "--server", address);
    await bot.ask({ type: "say", room: "lobby", text: "keep this" });
    const backup = join(lan.data, "backup");
    const run = async (...words: string[]) => {
      const started = lan.startBare("store", ...words, "--data", lan.data);
      const code = await started.exit();
      return { code, text: `${started.stdout}${started.stderr}` };
    };
    expect(await run("check", "--name", "office")).toEqual({
      code: 1,
      text: expect.stringContaining(`in use by process ${server.pid}`),
    });
    await server.kill("SIGTERM");
    await server.exit();
    const sound = { code: 0, text: expect.stringMatching(/\nsound {5}everything is there\n$/) };
    expect(await run("check", "--name", "office")).toEqual(sound);
    expect(await run("backup", backup, "--name", "office")).toEqual(sound);
    expect(await run("restore", backup, "--name", "copy")).toEqual(sound);
    expect(await run("restore", backup, "--name", "copy")).toEqual({
      code: 1,
      text: expect.stringContaining("there is a store in"),
    });
    expect((await run("repair", "--name", "copy")).text).toContain(
      "every acknowledged write was found",
    );
  });

  test("is what a server whose store is damaged advises", async () => {
    await using lan = await CliLan.open();
    const { server, data } = await lan.serve("--name", "office");
    await server.kill("SIGTERM");
    await server.exit();
    const database = join(data, "history", "store");
    for (const name of readdirSync(database)) {
      if (name === "CURRENT") rmSync(join(database, name));
    }
    const again = lan.start("serve", "--name", "office");
    expect(await again.exit()).toBe(1);
    expect(again.stderr).toMatch(/is damaged: .*`earshot store repair` saves what is left/);
  });
});
