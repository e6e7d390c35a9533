import type { Role } from "../../src/room/rights.ts";
import { encodeRoomRecord, plainRecord, type RoomRecord } from "../../src/room/room-record.ts";
import { accountOf, ServerDesk } from "./server-desk.ts";

/** The six who may be in a room, lowest first; each is the nickname of somebody who is it. */
export const insiders = [
  "guest",
  "member",
  "moderator",
  "owner",
  "server-admin",
  "server-owner",
] as const satisfies readonly Role[];

export type Insider = (typeof insiders)[number];

/** The nickname of somebody with this role; a second one is another of the same role. */
export function nickOf(role: Insider, number = 1): string {
  return `${role.replace("guest", "visitor")}${number}`;
}

/** The session of that person. */
export function sessionOf(role: Insider, number = 1): number {
  return insiders.indexOf(role) * 2 + number;
}

/** A room `club` in which there are two of each role. Everything is stored at once. */
export function roleStage(change: Partial<RoomRecord> = {}): ServerDesk {
  const accounts = insiders
    .filter((role) => role !== "guest")
    .flatMap((role) => [1, 2].map((number) => accountFor(role, number)));
  const roles = (["owner", "moderator"] as const).flatMap((role) =>
    [1, 2].map((number) => ({ ...named(role, number), role })),
  );
  const record = encodeRoomRecord({ ...plainRecord, roles, ...change });
  const desk = new ServerDesk({ accounts, records: { rooms: new Map([["club", record]]) } });
  desk.isQuick = true;
  for (const role of insiders) {
    for (const number of [1, 2]) {
      desk.enter(sessionOf(role, number), nickOf(role, number), "club");
    }
  }
  desk.advance(1_000);
  return desk;
}

function named(role: Insider, number: number) {
  const { person, nick } = accountFor(role, number);
  return { person, nick };
}

function accountFor(role: Insider, number: number) {
  const serverRoles = { "server-owner": "owner", "server-admin": "admin" } as const;
  const serverRole = Object.entries(serverRoles).find(([name]) => name === role)?.[1];
  return accountOf(nickOf(role, number), sessionOf(role, number), {
    ...(serverRole !== undefined && { role: serverRole }),
  });
}
