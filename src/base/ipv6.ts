import { parseIpv4 } from "./address.ts";

/**
 * The 16 bytes of an IPv6 address (RFC 4291 section 2.2, with `::` and a dotted quad at the end), or
 * `undefined` when the text is none. A zone such as `%eth0` is passed over.
 */
export function parseIpv6(host: string): Uint8Array | undefined {
  const [text = "", zone, ...more] = host.split("%");
  if (0 < more.length || zone === "" || 45 < text.length) return undefined;
  const [left = "", right, ...others] = text.split("::");
  if (0 < others.length) return undefined;
  const head = parseGroups(left, right === undefined);
  const tail = parseGroups(right ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const gap = 16 - head.length - tail.length;
  // `::` stands for at least one group; without it there is nothing to fill.
  if (right === undefined ? gap !== 0 : gap < 2) return undefined;
  return Uint8Array.from([...head, ...Array.from({ length: gap }, () => 0), ...tail]);
}

/** Whether the address is of one link only (fe80::/10), so that it needs a zone to be of use. */
export function isLinkLocalIpv6(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
}

function parseGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (isLast && index === groups.length - 1 && group.includes(".")) {
      const quad = parseIpv4(group);
      if (quad === undefined) return undefined;
      bytes.push(quad >>> 24, (quad >>> 16) & 255, (quad >>> 8) & 255, quad & 255);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >>> 8, value & 255);
    } else return undefined;
  }
  return bytes.length <= 16 ? bytes : undefined;
}
