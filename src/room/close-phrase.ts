import { assertNever } from "../base/assert.ts";
import { sanitizeLine } from "../base/text.ts";
import type { CloseReason } from "../transport/endpoint-port.ts";

/** Why there is no connection, for people. */
export function closePhrase({ cause, text }: CloseReason): string {
  switch (cause) {
    case "timed-out":
      return "connection was lost";
    case "unreachable":
      return "server does not answer";
    case "refused":
    case "peer":
      return sanitizeLine(text) || "server closed the connection";
    case "protocol-violation":
      return "server broke the protocol";
    case "reset":
      return "server has started anew";
    case "key-changed":
      return "another server answers: its key has changed";
    case "local":
      return "connection was closed";
    default:
      return assertNever(cause);
  }
}
