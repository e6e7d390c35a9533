/** A UDP address. `host` is a literal IP address, never a name. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The address as `host:port`, with brackets around IPv6; equal addresses give equal strings. */
export function formatAddress(address: Address): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** The inverse of `formatAddress`, or `undefined`; whether the host is an address is not looked at. */
export function parseAddress(text: string): Address | undefined {
  const [, ipv6, other, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = ipv6 ?? other;
  const port = Number(digits);
  return host === undefined || !(1 <= port && port <= 65_535) ? undefined : { host, port };
}

/** The IPv4 address as an unsigned 32-bit number, or `undefined` when it is not a dotted quad. */
export function parseIpv4(host: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  if (match === null) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    const octet = Number(part);
    if (255 < octet) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** The inverse of `parseIpv4`. */
export function formatIpv4(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}

/** The address of these 16 bytes as the system writes it (RFC 5952), without a zone. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  // What a URL does to its host is the canonical form.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/** Whether the literal address is of IPv6, else of IPv4. */
export function isIpv6(host: string): boolean {
  return host.includes(":");
}

/**
 * The virtual address of this number, 0..2^32 - 1: a path that is on no network. Its host is of
 * 240.0.0.0/8, which no network has (RFC 1112 section 4).
 */
export function virtualAddress(number: number): Address {
  const host = ["240", (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join(".");
  return { host, port: 1 + (number >>> 24) };
}

/** The inverse of `virtualAddress`; `undefined` for every address of a network. */
export function virtualNumber({ host, port }: Address): number | undefined {
  if (!host.startsWith("240.")) return undefined;
  return (((port - 1) << 24) | ((parseIpv4(host) ?? 0) & 0xffffff)) >>> 0;
}
