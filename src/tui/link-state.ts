import type { ClientEvent } from "../room/client-port.ts";
import type { LinkQuality } from "../room/link-meter.ts";

/** From this round trip on people notice that they wait (Nielsen: 0.1 s feels instant). */
const slowMs = 150;

/** With more of its packets lost a LAN is ill: a sound one loses next to none. */
const lossyShare = 0.02;

/** How the way to the server is and was. */
export interface LinkState {
  /** `undefined` until it was measured on this connection. */
  readonly quality: LinkQuality | undefined;
  /** How often the connection was lost since this server was chosen. */
  readonly lossCount: number;
  /** Whether there is a connection that can be lost. */
  readonly isOpen: boolean;
}

/** Before there is a connection. */
export const noLink: LinkState = { quality: undefined, lossCount: 0, isOpen: false };

/** The state after what a client tells. */
export function linkAfter(link: LinkState, event: ClientEvent): LinkState {
  if (event.type === "link") {
    const { rttMs, lossShare } = event;
    return { ...link, quality: { rttMs, lossShare } };
  }
  if (event.type !== "connection") return link;
  if (event.state === "open") return { ...link, isOpen: true };
  // A client begins with this, and another one with another server.
  if (event.state === "connecting" && event.attempt <= 1) return noLink;
  const lossCount = link.lossCount + (link.isOpen ? 1 : 0);
  return { quality: undefined, lossCount, isOpen: false };
}

/** Whether people have to reckon with it. */
export function isPoor({ rttMs, lossShare }: LinkQuality): boolean {
  return slowMs <= rttMs || lossyShare < lossShare;
}

/** The quality in few words: `2 ms`, `180 ms, 4 % lost`. */
export function qualityText(quality: LinkQuality): string {
  const lost = lostPercent(quality);
  return lost === 0 ? rttText(quality) : `${rttText(quality)}, ${lost} % lost`;
}

/** The quality in words: `2 ms there and back`, `180 ms there and back, 4 % lost: that is poor`. */
export function qualitySentence(quality: LinkQuality): string {
  const lost = lostPercent(quality);
  const loss = lost === 0 ? "" : `, ${lost} % lost`;
  return `${rttText(quality)} there and back${loss}${isPoor(quality) ? ": that is poor" : ""}`;
}

function rttText({ rttMs }: LinkQuality): string {
  return rttMs < 1 ? "<1 ms" : `${Math.round(rttMs)} ms`;
}

function lostPercent({ lossShare }: LinkQuality): number {
  return Math.round(lossShare * 100);
}
