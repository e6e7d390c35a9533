// Looks for servers on loopback as `earshot list` does, and says so when the first one has answered:
// `first-server.js DISCOVERY-PORT`.
import { systemNetwork } from "../dist/cli/network.js";
import { startBrowser } from "../dist/discovery/browser.js";

const discoveryPort = Number(process.argv[2]);
const network = systemNetwork({ interfaces: ["lo"], discoveryPort, isSweeping: false });
const browser = await startBrowser({
  ...network,
  onChange: () => {
    process.stdout.write(`${browser.servers().length}\n`);
    process.exit();
  },
});
