import { sanitizeLine } from "../base/text.ts";
import { dataPortMin } from "./announcement.ts";
import { type DnsAnswer, type DnsName, type DnsRecord, dnsNameKey } from "./dns-message.ts";
import { hintsMax, type ServerHint } from "./server-hint.ts";

/** Under which the servers of a domain are found: `_earshot._udp` and the domain (RFC 6763 section 4). */
export const serviceLabels: DnsName = ["_earshot", "_udp"];

/** The domain of multicast DNS (RFC 6762 section 3). */
export const localDomain = "local";

/** Addresses of one server that are tried: two adapters with both families. */
export const addressesPerInstanceMax = 4;

/** What is advertised beside name and port: nothing that changes while the server runs. */
export interface ServiceText {
  /** The server's public identity key, base64url. */
  readonly key: string;
  readonly versionMin: number;
  readonly versionMax: number;
}

/** The TXT record as keys and values (RFC 6763 section 6). */
export function serviceTxt(text: ServiceText): Readonly<Record<string, string>> {
  return { txtvers: "1", k: text.key, v: `${text.versionMin}-${text.versionMax}` };
}

/**
 * The servers of which an answer to a question for `_earshot._udp.local` tells, as hints. An answer
 * without port or address of an instance leads nowhere and gives none; responders add both (RFC 6763
 * section 12.1). `from` is who answered: a host with several adapters may tell another one's address.
 */
export function hintsOf(
  { records }: DnsAnswer,
  from: { readonly host: string; readonly adapter: string },
): readonly ServerHint[] {
  const service = dnsNameKey([...serviceLabels, localDomain]);
  const hints: ServerHint[] = [];
  for (const record of records) {
    if (record.type !== "ptr" || dnsNameKey(record.name) !== service) continue;
    hints.push(...hintsOfInstance(records, record.target, from));
  }
  return hints.slice(0, hintsMax);
}

function hintsOfInstance(
  records: readonly DnsRecord[],
  instance: DnsName,
  from: { readonly host: string; readonly adapter: string },
): readonly ServerHint[] {
  const key = dnsNameKey(instance);
  const hints: ServerHint[] = [];
  for (const record of records) {
    if (record.type !== "srv" || dnsNameKey(record.name) !== key) continue;
    const { port } = record;
    if (port < dataPortMin) continue;
    const known = { ...keyOf(records, key), ...nameOf(instance) };
    const hosts = new Set([from.host, ...addressesOf(records, record.target, from.adapter)]);
    const tried = [...hosts].slice(0, addressesPerInstanceMax);
    hints.push(...tried.map((host) => ({ address: { host, port }, ...known })));
  }
  return hints;
}

function addressesOf(
  records: readonly DnsRecord[],
  target: DnsName,
  adapter: string,
): readonly string[] {
  const key = dnsNameKey(target);
  return records.flatMap((record) => {
    if ((record.type !== "a" && record.type !== "aaaa") || dnsNameKey(record.name) !== key) {
      return [];
    }
    const isOfLink = record.address.startsWith("fe80:");
    return [isOfLink ? `${record.address}%${adapter}` : record.address];
  });
}

function keyOf(records: readonly DnsRecord[], instance: string): Pick<ServerHint, "key"> {
  for (const record of records) {
    if (record.type !== "txt" || dnsNameKey(record.name) !== instance) continue;
    const entry = record.entries.find((text) => /^k=[\w-]{43}$/i.test(text));
    if (entry !== undefined) return { key: entry.slice(2) };
  }
  return {};
}

function nameOf([label = ""]: DnsName): Pick<ServerHint, "name"> {
  const name = sanitizeLine(label).trim();
  return name === "" ? {} : { name };
}
