import { parseIpv4 } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";
import { parseIpv6 } from "../base/ipv6.ts";
import { sanitizeLine } from "../base/text.ts";
import { isLinkLike, parseServerLink } from "../discovery/server-link.ts";

/**
 * What somebody who typed a server meant; `port` is `undefined` where none was given, `key` is the
 * only key to talk to, base64url, where a link named it.
 */
export type TypedServer =
  | {
      readonly type: "address";
      readonly host: string;
      readonly port: number | undefined;
      readonly key?: string;
    }
  | { readonly type: "host"; readonly host: string; readonly port: number; readonly key?: string }
  /** A server's name or id on the network or, when no server has it, the name of a host. */
  | { readonly type: "name"; readonly name: string };

/**
 * Reads `NAME`, `HOST:PORT`, an address with or without a port (`10.0.0.5:4000`, `[fe80::1%eth0]:4000`)
 * or a link (`earshot://…`).
 *
 * @throws {EarshotError} WHEN it is empty, the port is not one, or a link is damaged `argument-invalid`.
 */
export function parseTypedServer(text: string): TypedServer {
  const name = text.trim();
  if (name === "") throw invalid("the server's name is empty");
  if (isLinkLike(name)) return parseLink(name);
  if (parseIpv6(name) !== undefined) return { type: "address", host: name, port: undefined };
  const [, v6, plain, digits] = /^(?:\[([^\]\s]+)\]|([^\s:]+))(?::(\d+))?$/.exec(name) ?? [];
  if (v6 !== undefined && parseIpv6(v6) === undefined) {
    throw invalid(`[${v6}] is no IPv6 address`);
  }
  const host = v6 ?? plain;
  if (host === undefined) return { type: "name", name };
  const port = digits === undefined ? undefined : parsePort(digits);
  if (isLiteral(host)) return { type: "address", host, port };
  return port === undefined ? { type: "name", name } : { type: "host", host, port };
}

/** A host as somebody typed it, by its address or its name; `port` is `undefined` where none was given. */
export interface TypedHost {
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Reads `HOST` or `HOST:PORT`.
 *
 * @throws {EarshotError} WHEN it is no host, or the port is not one `argument-invalid`.
 */
export function parseTypedHost(text: string): TypedHost {
  const typed = parseTypedServer(text);
  if (typed.type !== "name") return { host: typed.host, port: typed.port };
  if (/^[\w.-]+$/.test(typed.name)) return { host: typed.name, port: undefined };
  throw invalid(`${sanitizeLine(typed.name)} is no host`);
}

function parseLink(text: string): TypedServer {
  const link = parseServerLink(text);
  if (link === undefined) {
    throw invalid("the link is damaged, a whole one is earshot://HOST:PORT/?k=KEY");
  }
  const { host, port, key } = link;
  const type = isLiteral(host) ? "address" : "host";
  return { type, host, port, ...(key !== undefined && { key }) };
}

function isLiteral(host: string): boolean {
  return parseIpv4(host) !== undefined || parseIpv6(host) !== undefined;
}

function parsePort(digits: string): number {
  const port = Number(digits);
  if (1 <= port && port <= 65_535) return port;
  throw invalid(`port is ${digits}, must be 1 to 65535`);
}

function invalid(message: string): EarshotError {
  return new EarshotError("argument-invalid", message);
}
