// Prints the list of servers as a JSON line whenever it changes.
import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { startBrowser } from "../../dist/discovery/browser.js";
import { defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

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
      count: servers.length,
      name: first?.name,
      via: first?.via,
      host: first?.address.host,
    });
  },
});
print({ type: "watching", isHearing: browser.isHearing });
