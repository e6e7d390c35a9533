import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "./lan.ts";

/** Why Avahi cannot run here, or `undefined`. It wants to be root, and asks whether it is installed. */
export function whyNoAvahi(): string | undefined {
  for (const program of ["avahi-daemon", "avahi-browse", "dbus-daemon"]) {
    if (spawnSync(program, ["--version"]).status !== 0) return `${program} is not installed`;
  }
  // Where root is only mapped, its files cannot be given to its own user.
  const { stdout } = spawnSync("cat", ["/proc/self/uid_map"], { encoding: "utf8" });
  const [, , count] = stdout.trim().split(/\s+/);
  return Number(count) < 65_536 ? "avahi-daemon cannot change its user here" : undefined;
}

const busConfig = (socket: string) => `<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_type="method_return"/>
    <allow send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="signal"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
  </policy>
</busconfig>
`;

const avahiConfig = `[server]
use-ipv4=yes
use-ipv6=no
[wide-area]
enable-wide-area=no
[publish]
disable-publishing=yes
`;

/** Avahi on a host, with a bus and a runtime directory of its own. */
export class Avahi implements Disposable {
  readonly #host: Host;
  readonly #directory = mkdtempSync(join(tmpdir(), "earshot-avahi-"));

  constructor(host: Host) {
    this.#host = host;
    const file = (name: string, text: string) => {
      const path = join(this.#directory, name);
      writeFileSync(path, text);
      return path;
    };
    const bus = file("bus.conf", busConfig(join(this.#directory, "bus")));
    const avahi = file("avahi.conf", avahiConfig);
    host.start("dbus-daemon", `--config-file=${bus}`, "--nofork", "--nopidfile");
    const options = `--no-drop-root --no-chroot --no-rlimits -f ${avahi}`;
    // The system's own one keeps its directory.
    const mount = "mkdir -p /run/avahi-daemon && mount -t tmpfs none /run/avahi-daemon";
    host.start(
      ...this.#withBus(
        "unshare",
        "--mount",
        "--",
        "sh",
        "-c",
        `${mount}; sleep 0.3; exec avahi-daemon ${options}`,
      ),
    );
  }

  /** The services of a type as `avahi-browse -rpt` prints them, as soon as there is one. */
  async browse(type: string, waitMs: number): Promise<string> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const found = this.#browseOnce(type);
      if (found.includes("\n=") || deadline < performance.now()) return found;
      await sleep(200);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #browseOnce(type: string): string {
    try {
      return this.#host.output(...this.#withBus("timeout", "3", "avahi-browse", "-rpt", type));
    } catch (error) {
      return String(error);
    }
  }

  #withBus(...command: readonly string[]): readonly string[] {
    const address = `DBUS_SYSTEM_BUS_ADDRESS=unix:path=${join(this.#directory, "bus")}`;
    return ["env", address, ...command];
  }
}
