import type { Announcement } from "../../src/discovery/announcement.ts";
import type { Verification } from "../../src/discovery/server-list.ts";

/** An id in its encoding, different for each number. */
export function sampleId(number: number): string {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32BE(number, 28);
  return bytes.toString("base64url");
}

export function sampleAnnouncement(changes: Partial<Announcement> = {}): Announcement {
  return {
    id: sampleId(1),
    bootId: "0102030405060708",
    sequence: 1,
    port: 28198,
    versionMin: 1,
    versionMax: 1,
    members: 3,
    rooms: 2,
    name: "Küche",
    ...changes,
  };
}

/** An answer from 10.0.0.1 on eth0 after 5 ms unless told otherwise. */
export function sampleVerification(
  changes: Partial<Announcement> = {},
  source: Partial<Omit<Verification, "announcement" | "address">> & { readonly host?: string } = {},
): Verification {
  const { host = "10.0.0.1", ...rest } = source;
  const announcement = sampleAnnouncement(changes);
  const address = { host, port: announcement.port };
  return { announcement, address, rttMs: 5, via: "eth0", rank: 1, ...rest };
}
