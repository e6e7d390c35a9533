import { hostname } from "node:os";
import { sanitizeLine } from "../base/text.ts";
import { deviceNameLengthMax } from "../room/limits.ts";
import type { KeyPair } from "../transport/noise.ts";
import { AccountKeys } from "./account-keys.ts";
import { openClientDirectory } from "./data-dir.ts";
import { loadIdentity } from "./identity.ts";
import { KnownServers } from "./known-servers.ts";
import type { Network } from "./network.ts";

/** What all clients of this user on this machine share. */
export interface Device {
  readonly keyPair: KeyPair;
  readonly knownServers: KnownServers;
  readonly accountKeys: AccountKeys;
  /** What the other devices of an account see it as. */
  readonly name: string;
}

/**
 * The device of this user; made at the first use. `data` overrides the platform's place for data.
 *
 * @throws {EarshotError} WHAT is kept cannot be trusted `identity-unusable`, `known-servers-unusable`;
 * it cannot be kept `data-directory-unusable`.
 */
export async function openDevice(network: Network, data: string | undefined): Promise<Device> {
  const directory = await openClientDirectory(data);
  const { keyPair } = await loadIdentity(directory, "client");
  return {
    keyPair,
    knownServers: await KnownServers.open({ ...network, directory }),
    accountKeys: new AccountKeys(directory),
    name: sanitizeLine(hostname()).slice(0, deviceNameLengthMax).toWellFormed(),
  };
}
