import type { Clock } from "../base/clock.ts";
import { transportVersion } from "../transport/limits.ts";
import type { HostedServer, HostWish, ListedServer } from "../tui/chat-options.ts";
import type { ChatCommand } from "./args.ts";
import type { Device } from "./device.ts";
import { type Hosting, startHosting } from "./hosting.ts";
import type { Network } from "./network.ts";

/** A server in this process, for who wants to chat and found none; as `startHosting`. */
export function hostHere(
  network: Network,
  { data }: ChatCommand,
  wish: HostWish = {},
): Promise<Hosting> {
  const { name, port, interfaces = network.interfaces } = wish;
  return startHosting({ ...network, interfaces }, { name, port, data, hasMdns: true });
}

/**
 * The server as a target to join. There is no doubt about one that runs in this process, whoever had
 * its name before. Rejects when its key cannot be kept.
 */
export async function hostedServer(
  hosting: Hosting,
  clock: Clock,
  { knownServers }: Device,
): Promise<HostedServer> {
  const { id, name } = hosting;
  const label = { type: "name", text: name } as const;
  await knownServers
    .remember({ label, key: id, isCompared: true })
    .catch(async (error: unknown) => {
      await hosting.close("starting failed");
      throw error;
    });
  const server: ListedServer = {
    id,
    name,
    address: hosting.localAddress,
    members: 0,
    rooms: 0,
    versionMin: transportVersion,
    versionMax: transportVersion,
    via: "this computer",
    heardAt: clock.now(),
    trust: { type: "known" },
  };
  return {
    target: { type: "discovered", server },
    memberCount: () => hosting.memberCount,
    close: () => hosting.close("its host has left"),
  };
}
