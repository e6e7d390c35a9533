import type { Clock } from "../base/clock.ts";
import { startBrowser } from "../discovery/browser.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import { hintSources } from "./hint-sources.ts";
import type { Network } from "./network.ts";

/** When one server has answered, the others are due: questions go out at 0, 100 and 300 ms. */
export const settleMs = 350;

/**
 * The servers that answer within `waitMs`, each once.
 *
 * @throws {EarshotError} NAMING an interface that is not there `interface-not-found`.
 */
export async function listServers(
  network: Network,
  waitMs: number,
): Promise<readonly DiscoveredServer[]> {
  const browser = await startBrowser({ ...network, sources: hintSources(network) });
  try {
    await sleep(network.clock, waitMs);
    return browser.servers();
  } finally {
    await browser.close();
  }
}

/**
 * The servers that match, as soon as one has answered and the others had time to; none when there was
 * no answer within `waitMs`.
 *
 * @throws {EarshotError} NAMING an interface that is not there `interface-not-found`.
 */
export async function searchServers(
  network: Network,
  waitMs: number,
  isMatch: (server: DiscoveredServer) => boolean,
): Promise<readonly DiscoveredServer[]> {
  const { clock } = network;
  let onChange: () => void = () => undefined;
  const browser = await startBrowser({
    ...network,
    sources: hintSources(network),
    onChange: () => onChange(),
  });
  const matching = () => browser.servers().filter(isMatch);
  try {
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(clock.now() + waitMs, resolve);
      onChange = () => {
        if (matching().length === 0) return;
        timer.cancel();
        resolve();
      };
      onChange();
    });
    if (0 < matching().length) await sleep(clock, settleMs);
    return matching();
  } finally {
    await browser.close();
  }
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(clock.now() + ms, resolve);
  });
}
