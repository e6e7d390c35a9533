import type { ErrorCode } from "../base/errors.ts";

/** What the program tells its caller; part of the bot contract. */
export const exitCodes = {
  ok: 0,
  /** Wrong usage, or somebody refused. */
  refused: 1,
  noServer: 2,
  notDelivered: 3,
  untrusted: 4,
  /** A server was found, but something is in the way. */
  impaired: 5,
} as const;

/** The exit code for an operating failure. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case "no-server":
      return exitCodes.noServer;
    case "connection-lost":
      return exitCodes.notDelivered;
    case "identity-unusable":
    case "known-servers-unusable":
    case "server-untrusted":
      return exitCodes.untrusted;
    default:
      return exitCodes.refused;
  }
}
