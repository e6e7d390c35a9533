import { describe, expect, test } from "vitest";
import { CliLan, freePort } from "../support/cli.ts";
import { noTmux } from "../support/tmux.ts";

const why = noTmux === undefined ? "" : ` (not tried: ${noTmux})`;

describe("earshot doctor", () => {
  test("finds a server and says that all is well, in one sentence at the end", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "Office");
    const doctor = lan.start("doctor");
    expect(await doctor.exit()).toBe(0);
    expect(doctor.stdout).toMatch(/^adapter {4}ok {4}lo: this computer only, 127\.0\.0\.1\/8/m);
    expect(doctor.stdout).toMatch(/^send {7}ok {4}loopback on lo .*: sent, and heard here$/m);
    expect(doctor.stdout).toMatch(/\nAll is well: Office \(127\.0\.0\.1:\d+\) can be joined\.\n$/);
    expect(doctor.stdout).toContain(`(${address}) can be joined`);
    expect(doctor.stderr).toBe("");
  });

  test("ends with 2 when there is none, and says so as JSON too", async () => {
    await using lan = await CliLan.open();
    const doctor = lan.start("doctor", "--json");
    expect(await doctor.exit()).toBe(2);
    expect(doctor.lines).toHaveLength(1);
    expect(doctor.lines[0]).toMatchObject({
      type: "diagnosis",
      outcome: "not-found",
      sentence: expect.stringMatching(/\.$/),
      checks: expect.arrayContaining([expect.objectContaining({ subject: "adapter" })]),
      findings: { isLoopbackOnly: true },
    });
  });

  test("looks into one server by its link, and into a port where none runs", async () => {
    await using lan = await CliLan.open();
    const { server } = await lan.serve("--name", "Office");
    const { links, id } = await server.line({ type: "listening" });
    const well = lan.start("doctor", "--server", links[0]!);
    expect(await well.exit()).toBe(0);
    const otherKey = lan.start("doctor", "--server", links[0]!.replace(id, "A".repeat(43)));
    expect(await otherKey.exit()).toBe(2);
    expect(otherKey.stdout).toMatch(/answers another server \("[a-z ]+"\) than the link names/);
    const empty = lan.start("doctor", "--server", `127.0.0.1:${await freePort()}`);
    expect(await empty.exit()).toBe(2);
    expect(empty.stdout).toContain("The computer 127.0.0.1 is there, but no server runs");
  });

  test("prints what is heard, and ends with 2 when that is nothing", async () => {
    await using lan = await CliLan.open();
    const quiet = lan.start("doctor", "--listen", "1");
    expect(await quiet.exit()).toBe(2);
    expect(quiet.stdout).toBe("");
    await lan.serve("--name", "Office");
    const listening = lan.start("doctor", "--listen", "5", "--json");
    const packet = await listening.line({ type: "packet" });
    expect(packet).toMatchObject({ from: expect.stringContaining("127.") });
    expect(await listening.exit()).toBe(0);
    const seen = listening.lines.map((line) => JSON.stringify(line)).join("\n");
    expect(seen).toContain('"type":"beacon","announcement":{');
  });
});

describe.skipIf(noTmux !== undefined)(`a terminal${why}`, () => {
  test("says in the server picker why nobody answers", async () => {
    await using lan = await CliLan.open();
    await using terminal = lan.terminal();
    const screen = await terminal.shows(/More by: earshot doctor/);
    expect(screen).toContain("Only this computer was asked, and no server runs on it.");
    terminal.press("C-q");
    await terminal.shows(/ended with 0/);
  });

  test("has the link of a server as a code, unless that is not wanted", async () => {
    await using lan = await CliLan.open();
    await using terminal = lan.terminal("serve", "--name", "Office");
    const screen = await terminal.shows(/to stop {3}press/);
    expect(screen).toMatch(/^[ ▀▄█]{37,65}$/m);
    await using plain = lan.terminal("serve", "--name", "Other", "--no-qr");
    expect(await plain.shows(/to stop {3}press/)).not.toMatch(/[▀▄█]/);
  });
});
