import { spawn } from "node:child_process";
import { EarshotError } from "../base/errors.ts";

/**
 * Hands an address to the program that this system opens such with, which goes on without us. The address
 * must be one that `safeLink` gives; no shell ever reads it.
 *
 * @throws {EarshotError} FILE `file-unusable`: there is no such program.
 */
export async function openLink(link: string, platform: string = process.platform): Promise<void> {
  const [program, ...args] = openerOf(platform);
  await new Promise<void>((resolve, reject) => {
    // In a session of its own it has no terminal to draw on.
    const child = spawn(program, [...args, link], { stdio: "ignore", detached: true });
    child.on("spawn", () => {
      child.unref();
      resolve();
    });
    child.on("error", (cause) => {
      reject(new EarshotError("file-unusable", `${program} cannot be started`, { cause }));
    });
  });
}

function openerOf(platform: string): readonly [string, ...string[]] {
  if (platform === "darwin") return ["open"];
  return platform === "win32" ? ["rundll32", "url.dll,FileProtocolHandler"] : ["xdg-open"];
}
