import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { CliLan, freePort } from "./cli.ts";

/** A network with the server "office", which the bot "ann" has met by its name and by its address. */
export async function metOffice() {
  const lan = await CliLan.open();
  const port = String(await freePort());
  const { server, address, data, fingerprint } = await lan.serve(
    "--name",
    "office",
    "--port",
    port,
  );
  for (const target of ["office", address]) {
    const bot = await lan.bot("ann", "--server", target);
    expect(await bot.line({ type: "ready" })).toMatchObject({ fingerprint });
    bot.endInput();
    expect(await bot.exit()).toBe(0);
  }
  /** The same name and address again, with a new key; gives the first two words of it. */
  const replace = async () => {
    await server.kill("SIGTERM");
    await server.exit();
    rmSync(join(data, "server.key"));
    const other = await lan.serve("--name", "office", "--port", port);
    expect(other.fingerprint).not.toBe(fingerprint);
    return { words: other.fingerprint.split(" ").slice(0, 2).join(" "), before: fingerprint };
  };
  return { lan, address, server, replace };
}
