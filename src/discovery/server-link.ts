import assert from "node:assert/strict";
import { formatAddress, parseIpv4 } from "../base/address.ts";
import { parseIpv6 } from "../base/ipv6.ts";
import { toServerName } from "./announcement.ts";
import { defaultDataPort } from "./ports.ts";

/** What every link begins with. */
export const linkScheme = "earshot://";

/**
 * Longest link in UTF-16 units: a host's name of 253 (RFC 1035), a port, a key of 43, a name of 48
 * bytes of which each may be escaped in 3 characters, 462 in all, and something for later versions.
 */
export const linkUnitsMax = 1_024;

/** Where a server is and by which key to know it: `earshot://host:port/?k=KEY&n=NAME`. */
export interface ServerLink {
  /** A literal IP address, IPv6 with its `%adapter` where it needs one, or a host's name. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The server's public identity key, base64url (43 characters). Without it the server is new. */
  readonly key?: string;
  /** Sanitised, 1 to 48 bytes. */
  readonly name?: string;
}

/** Whether somebody meant a link; `parseServerLink` says whether it is one. */
export function isLinkLike(text: string): boolean {
  return text.trimStart().slice(0, linkScheme.length).toLowerCase() === linkScheme;
}

/**
 * The link that the text is, or `undefined`. A link that does not say everything right says nothing:
 * a key that is damaged must not become a link without a key. Parameters that later versions add are
 * passed over.
 */
export function parseServerLink(text: string): ServerLink | undefined {
  const link = text.trim();
  if (linkUnitsMax < link.length || !isLinkLike(link)) return undefined;
  const rest = link.slice(linkScheme.length);
  const [, v6, plain, digits, query] =
    /^(?:\[([^\]\s]*)\]|([^\s:/?#[\]%]+))(?::(\d{1,5}))?\/?(?:\?([^#\s]*))?$/.exec(rest) ?? [];
  const host = v6 === undefined ? plain : parseLiteralIpv6(v6);
  const port = digits === undefined ? defaultDataPort : Number(digits);
  if (host === undefined || !isHost(host) || port < 1 || 65_535 < port) return undefined;
  const parameters = parseQuery(query ?? "");
  if (parameters === undefined) return undefined;
  const key = parameters.get("k");
  if (key !== undefined && !isKey(key)) return undefined;
  const name = toServerName(parameters.get("n") ?? "");
  return { host, port, ...(key !== undefined && { key }), ...(name !== "" && { name }) };
}

/** The inverse of `parseServerLink`. */
export function formatServerLink({ host, port, key, name }: ServerLink): string {
  assert(key === undefined || isKey(key), "a key is 32 bytes in base64url");
  const parameters = [
    ...(key === undefined ? [] : [`k=${key}`]),
    ...(name === undefined ? [] : [`n=${encodeURIComponent(name)}`]),
  ];
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  // RFC 6874: the percent sign of a zone is written as %25 within a link.
  return `${linkScheme}${formatAddress({ host: host.replace("%", "%25"), port })}/${query}`;
}

/** Names that hosts can have (RFC 1123 section 2.1). */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i.test(text);
}

function isHost(host: string): boolean {
  if (parseIpv4(host) !== undefined || parseIpv6(host) !== undefined) return true;
  // What looks like an IPv4 address and is none is no name either.
  return isHostName(host) && !/^[\d.]+$/.test(host);
}

function parseLiteralIpv6(text: string): string | undefined {
  const host = text.replace(/%25(?=.)/, "%");
  return parseIpv6(host) !== undefined && isZone(host.split("%")[1]) ? host : undefined;
}

/** The name of an adapter: Linux takes 15 characters, Windows has numbers, macOS short names. */
function isZone(zone: string | undefined): boolean {
  return zone === undefined || /^[\w.:@-]{1,32}$/.test(zone);
}

function parseQuery(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of query.split("&").filter((parameter) => parameter !== "")) {
    const at = part.indexOf("=");
    const name = at < 0 ? part : part.slice(0, at);
    const value = unescaped(at < 0 ? "" : part.slice(at + 1));
    // Two keys in one link, and nobody knows which one was meant; a damaged name may have been `k`.
    if (value === undefined || parameters.has(name) || !/^[a-z]{1,16}$/.test(name))
      return undefined;
    parameters.set(name, value);
  }
  return parameters;
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** 43 characters of which the last one has no stray bits: one encoding for each key. */
function isKey(text: string): boolean {
  return /^[\w-]{43}$/.test(text) && Buffer.from(text, "base64url").toString("base64url") === text;
}
