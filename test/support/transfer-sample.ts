import type { OfferSummary, Transfer } from "../../src/room/files/file-port.ts";

/** A file of 2.4 MB that is received from a peer, 43 % of it. */
export function transferOf(
  offer: Partial<OfferSummary> = {},
  change: Partial<Transfer> = {},
): Transfer {
  const usual = {
    id: "1",
    name: "notes.pdf",
    kind: "file",
    fileCount: 1,
    bytes: 2_400_000,
  } as const;
  return {
    offer: { ...usual, ...offer },
    direction: "receive",
    state: { type: "running", path: { type: "direct", address: "192.168.1.43" } },
    bytes: 1_032_000,
    bytesPerSecond: 11_800_000,
    leftMs: 800,
    peerCount: 1,
    ...change,
  };
}
