import { startBrowser } from "../discovery/browser.ts";
import type { RememberedServer } from "../room/memory/client-store.ts";
import type { ServerBrowser } from "../tui/chat-options.ts";
import type { Kept } from "./chat-screen.ts";
import { hintSources } from "./hint-sources.ts";
import { toListed, toSilent } from "./listed-server.ts";
import { type Network, withHints } from "./network.ts";
import { Silence } from "./silence.ts";

/** What discovery hears, with what is known about each server's key. */
export async function openBrowser(
  network: Network,
  { device: { knownServers }, openMemory }: Kept,
  onChange: () => void,
): Promise<ServerBrowser> {
  await knownServers.read();
  const sources = hintSources(network);
  const browser = await startBrowser({ ...withHints(network, knownServers), sources, onChange });
  // Who looks at the picker is going to join.
  void import("./joining.ts");
  let remembered: readonly RememberedServer[] = [];
  const remembering = openMemory().then((memory) => {
    remembered = memory.servers;
    onChange();
  });
  // What is wrong with it is told when somebody joins.
  remembering.catch(() => undefined);
  const isSilent = () => browser.servers().length === 0;
  const silence = new Silence({ network, isSilent, onCause: onChange });
  return {
    servers: () => {
      const heard = browser.servers();
      const known = new Map(remembered.map((server) => [server.id, server]));
      const listed = heard.map((server) => toListed(knownServers, server, known.get(server.id)));
      for (const { id } of heard) known.delete(id);
      return [...listed, ...[...known.values()].map((server) => toSilent(knownServers, server))];
    },
    // One of several addresses is one adapter to people.
    adapters: () => [...new Map(browser.adapters().map((found) => [found.name, found])).values()],
    cause: () => silence.cause,
    refresh: () => {
      silence.refresh();
      browser.refresh();
    },
    close: () => {
      silence.close();
      return browser.close();
    },
  };
}
