import { formatIpv4 } from "../base/address.ts";
import { sanitizeLine } from "../base/text.ts";
import { adapterKind } from "./adapter-kind.ts";
import type { AdapterFinding } from "./findings.ts";

/** A host on the link of an adapter, as the table of ARP has it. */
export interface Neighbour {
  readonly host: string;
  /** Empty where the system does not tell. */
  readonly adapter: string;
  /** Whether it has answered; otherwise it was asked in vain. */
  readonly isThere: boolean;
}

/** The default router and the adapter that leads to it. */
export interface Router {
  readonly host: string;
  readonly adapter: string;
}

/** What `ip -json -details address` lists; `undefined` when it is something else. */
export function parseIpAddresses(
  text: string,
): readonly Omit<AdapterFinding, "isUsed">[] | undefined {
  const links = parseJson(text);
  if (!Array.isArray(links)) return undefined;
  return links.filter(isFields).map((link) => {
    const name = String(link["ifname"] ?? "");
    const flags = Array.isArray(link["flags"]) ? link["flags"] : [];
    const info = isFields(link["linkinfo"]) ? link["linkinfo"]["info_kind"] : undefined;
    const isUp = flags.includes("UP");
    return {
      name: sanitizeLine(name),
      kind: adapterKind(name, typeof info === "string" ? info : undefined),
      addresses: addressesOf(link["addr_info"]),
      isUp,
      hasCarrier: isUp ? flags.includes("LOWER_UP") : undefined,
    };
  });
}

/** The lines of `/proc/net/arp`. */
export function parseArpTable(text: string): readonly Neighbour[] {
  return rowsOf(text).flatMap(([host, _type, flags, , , adapter]) =>
    host === undefined || adapter === undefined
      ? []
      : [{ host, adapter, isThere: (Number(flags) & arpComplete) !== 0 }],
  );
}

/** What `arp -a` lists on macOS and Windows, each in its way. */
export function parseArpCommand(text: string): readonly Neighbour[] {
  return text.split("\n").flatMap((line) => {
    const [, host] = /\b(\d{1,3}(?:\.\d{1,3}){3})\b/.exec(line) ?? [];
    const isThere = /\b[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){5}\b/i.test(line);
    const isAsked = /incomplete/i.test(line);
    const [, adapter = ""] = /\bon (\S+)/.exec(line) ?? [];
    return host === undefined || !(isThere || isAsked) ? [] : [{ host, adapter, isThere }];
  });
}

/** The default routers of `/proc/net/route`. */
export function parseRoutes(text: string): readonly Router[] {
  return rowsOf(text).flatMap(([adapter, destination, gateway]) => {
    if (adapter === undefined || gateway === undefined || destination !== "00000000") return [];
    const bytes = Buffer.from(gateway, "hex");
    // The kernel writes it in the order of the machine, which is little-endian wherever Node runs.
    return bytes.length === 4 ? [{ host: formatIpv4(bytes.readUInt32LE()), adapter }] : [];
  });
}

/** The inodes of the sockets on this UDP port, of `/proc/net/udp` or `/proc/net/udp6`. */
export function parseUdpInodes(text: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return rowsOf(text).flatMap((row) => {
    const [, local = ""] = row;
    const inode = row[9];
    return local.endsWith(suffix) && inode !== undefined && inode !== "0" ? [inode] : [];
  });
}

/** Bit of a complete entry, `ATF_COM` of the kernel. */
const arpComplete = 2;

interface Fields {
  readonly [name: string]: unknown;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** The JSON that a program printed, or `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addressesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isFields)
    .flatMap(({ local, prefixlen }) =>
      typeof local === "string" ? [`${local}/${Number(prefixlen)}`] : [],
    );
}

/** The columns of a table below its heading. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const [, ...lines] = text.trim().split("\n");
  return lines.map((line) => line.trim().split(/\s+/));
}
