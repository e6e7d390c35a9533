import { formatAddress } from "../base/address.ts";
import { defaultDataPort } from "../discovery/ports.ts";
import type { RememberedServer } from "../room/memory/client-store.ts";
import { defaultNick } from "./default-nick.ts";
import type { KnownServers } from "./known-servers.ts";
import { parseTypedServer } from "./typed-server.ts";

/**
 * The nickname to propose on the server that was typed, or has this id: the one that we had there last, as an account
 * is only come into by its name; else the user's name on this machine.
 */
export function usualNick(
  text: string,
  knownServers: Pick<KnownServers, "keyOf">,
  remembered: readonly RememberedServer[],
): string {
  try {
    return (find(text, knownServers, remembered) ?? { nick: defaultNick() }).nick;
  } catch {
    // What is wrong with it is told when it is joined.
    return defaultNick();
  }
}

/** @throws {EarshotError} WHEN it makes no sense `argument-invalid`. */
function find(
  text: string,
  knownServers: Pick<KnownServers, "keyOf">,
  remembered: readonly RememberedServer[],
): RememberedServer | undefined {
  const typed = parseTypedServer(text);
  if (typed.type === "name") {
    const name = typed.name.toLowerCase();
    return remembered.find((server) => {
      return server.id === typed.name || server.name.toLowerCase() === name;
    });
  }
  const { host, port = defaultDataPort, key } = typed;
  const address = formatAddress({ host, port });
  const known = key ?? knownServers.keyOf({ type: "address", text: address });
  return remembered.find(({ id }) => id === known);
}
