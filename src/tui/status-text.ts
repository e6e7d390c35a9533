import { fingerprintOf } from "../base/fingerprint.ts";
import type { ServerInfo } from "../room/client-port.ts";
import type { OwnPerson } from "../room/entry.ts";
import type { LinkQuality } from "../room/link-meter.ts";
import { qualitySentence } from "./link-state.ts";

/** What is known of where we are, and as whom. */
export interface Status {
  readonly connection: "connecting" | "open" | "reconnecting" | "closed";
  readonly server: ServerInfo;
  readonly nick: string;
  readonly own: OwnPerson;
  /** How the way to the server is, where that is known. */
  readonly quality?: LinkQuality | undefined;
}

/** Where we are, as whom, and what we may do, in lines. */
export function statusText({ connection, server, nick, own, quality }: Status): readonly string[] {
  const place = connection === "open" ? "connected to" : `${connection}: the server is`;
  const rank = own.role === undefined ? "" : `, ${own.role} of this server`;
  const isMeasured = connection === "open" && quality !== undefined;
  return [
    `${place} ${server.name}${isMeasured ? `, ${qualitySentence(quality)}` : ""}`,
    `its words: ${fingerprintOf(server.id)}`,
    `you are ${nick}: ${own.isGuest ? "a guest; /register keeps the name" : `registered${rank}`}`,
  ];
}
