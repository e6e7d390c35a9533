import type { Announcement } from "../../src/discovery/announcement.ts";
import type { Hearing } from "../../src/discovery/server-list.ts";

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

/** A beacon from 10.0.0.1 on eth0 unless told otherwise. */
export function sampleHearing(
  changes: Partial<Announcement> = {},
  source: { host?: string; via?: string; rttMs?: number; cookie?: Uint8Array } = {},
): Hearing {
  return {
    announcement: sampleAnnouncement(changes),
    from: { host: source.host ?? "10.0.0.1", port: 50_000 },
    via: source.via ?? "eth0",
    ...(source.rttMs !== undefined && { rttMs: source.rttMs }),
    ...(source.cookie !== undefined && { cookie: source.cookie }),
  };
}
