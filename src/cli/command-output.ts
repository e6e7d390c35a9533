import { execFile } from "node:child_process";

/** A tool of the system answers at once; one that asks for a password or a network does not. */
export const commandMsMax = 3_000;

/** `nft list ruleset` of a router with thousands of rules. */
const outputBytesMax = 4 * 1_024 * 1_024;

/** Where tools of administrators are, which are not on everybody's path. */
const systemPath = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/**
 * What a program prints, or `undefined` when it is not there, fails, or takes too long. It is run
 * without a shell and without input, and speaks English.
 */
export function commandOutput(
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  const { PATH = "" } = process.env;
  const isWindows = process.platform === "win32";
  const path = isWindows ? PATH : [PATH, ...systemPath].join(":");
  const env = { ...process.env, PATH: path, LC_ALL: "C" };
  const options = { timeout: commandMsMax, maxBuffer: outputBytesMax, windowsHide: true, env };
  return new Promise((resolve) => {
    const child = execFile(program, [...args], options, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
    child.stdin?.end();
  });
}
