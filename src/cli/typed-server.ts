import { parseIpv4 } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";

/** What somebody who typed a server meant; `port` is `undefined` where none was given. */
export type TypedServer =
  | { readonly type: "address"; readonly host: string; readonly port: number | undefined }
  | { readonly type: "host"; readonly host: string; readonly port: number }
  /** A server's name or id on the network or, when no server has it, the name of a host. */
  | { readonly type: "name"; readonly name: string };

/**
 * Reads `NAME`, `HOST:PORT`, `IPV4` or `IPV4:PORT`.
 *
 * @throws {EarshotError} WHEN it is empty or the port is not one `argument-invalid`.
 */
export function parseTypedServer(text: string): TypedServer {
  const name = text.trim();
  if (name === "") throw new EarshotError("argument-invalid", "the server's name is empty");
  const [, host, digits] = /^([^\s:]+)(?::(\d+))?$/.exec(name) ?? [];
  if (host === undefined) return { type: "name", name };
  const port = digits === undefined ? undefined : parsePort(digits);
  if (parseIpv4(host) !== undefined) return { type: "address", host, port };
  return port === undefined ? { type: "name", name } : { type: "host", host, port };
}

function parsePort(digits: string): number {
  const port = Number(digits);
  if (1 <= port && port <= 65_535) return port;
  throw new EarshotError("argument-invalid", `port is ${digits}, must be 1 to 65535`);
}
