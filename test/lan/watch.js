// Prints the list of servers as a JSON line whenever it changes.
import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { startBrowser } from "../../dist/discovery/browser.js";
import { defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

let startedAt = performance.now();
const browser = await startBrowser({
  interfaces: [],
  discoveryPort: defaultDiscoveryPort,
  clock: systemClock,
  random: systemRandom,
  onChange: () => {
    const servers = browser.servers();
    const [first] = servers;
    print({
      type: "servers",
      ms: Math.round(performance.now() - startedAt),
      count: servers.length,
      names: servers.map(({ name }) => name).join(),
      sharedCount: servers.filter(({ isNameShared }) => isNameShared).length,
      name: first?.name,
      via: first?.via,
      host: first?.address.host,
      port: first?.address.port,
    });
  },
});
startedAt = performance.now();
print({ type: "watching", isHearing: browser.isHearing });
