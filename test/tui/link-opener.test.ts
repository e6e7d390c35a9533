import { chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, test, vi } from "vitest";
import { openLink } from "../../src/tui/link-opener.ts";
import { temporaryDirectory } from "../support/directory.ts";

test.skipIf(process.platform === "win32")(
  "an address is handed to the system's opener as it is (needs a shell script)",
  async () => {
    await using directory = await temporaryDirectory();
    const { path } = directory;
    const program = join(path, "xdg-open");
    await writeFile(
      program,
      `#!/bin/sh\nprintf '%s|' "$@" > "${path}/new" && mv "${path}/new" "${path}/args"\n`,
    );
    await chmod(program, 0o700);
    const { PATH = "" } = process.env;
    vi.stubEnv("PATH", `${path}${delimiter}${PATH}`);
    await openLink("https://ci.lab/run?a=1&b=$(id)", "linux");
    vi.unstubAllEnvs();
    await expect
      .poll(() => readFile(join(path, "args"), "utf8").catch(() => ""))
      .toBe("https://ci.lab/run?a=1&b=$(id)|");
  },
);

test("a system without an opener says so", async () => {
  await using directory = await temporaryDirectory();
  vi.stubEnv("PATH", directory.path);
  const opening = openLink("https://ci.lab/", "linux");
  await expect(opening).rejects.toThrow("xdg-open cannot be started");
  vi.unstubAllEnvs();
});
