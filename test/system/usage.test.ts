import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

describe("usage", () => {
  test("help and version go to stdout", async () => {
    await using lan = await CliLan.open();
    const [help, serveHelp, version] = [["help"], ["serve", "--help"], ["--version"]].map((words) =>
      lan.startBare(...words),
    );
    expect(await help!.exit()).toBe(0);
    expect(help!.stdout).toContain("Usage: earshot [command] [options]");
    expect(await serveHelp!.exit()).toBe(0);
    expect(serveHelp!.stdout).toContain("--port PORT");
    expect(await version!.exit()).toBe(0);
    const { version: expected } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(version!.stdout).toBe(`${expected}\n`);
  });

  test.each([
    [["serv"], "serv is no command; did you mean serve?"],
    [["list", "--jsn"], "--jsn is no option; did you mean --json?"],
    [["bot"], "a bot needs a nickname"],
    [["bot", "--nick", "no spaces"], "nickname no spaces has characters that are not allowed"],
    [["serve", "--port", "80"], "--port is 80, must be a whole number from 1024 to 65535"],
    [["serve", "--name", "n".repeat(49)], "the server's name is 49 bytes long, at most 48"],
    [["serve", "--interface", "nonesuch0"], "there is no interface nonesuch0, only lo"],
  ])("earshot %j exits 1 and says why on stderr", async (words, message) => {
    await using lan = await CliLan.open();
    const run = lan.startBare(...words, ...(words[0] === "serve" ? ["--data", lan.data] : []));
    expect(await run.exit()).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain(`earshot: ${message}`);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
  });
});
