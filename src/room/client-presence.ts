import type { ClientEvent } from "./client-port.ts";
import type { ClientRoom } from "./client-room.ts";
import { splitNicksMin } from "./limits.ts";
import type { Presence } from "./message-room.ts";

/** What a presence tells the owner of a client; the nicknames known in the room follow it. */
export function presenceNews(room: ClientRoom, presence: Presence): readonly ClientEvent[] {
  // Before the room is entered, the answer to joining will say who is there.
  if (room.phase !== "in") return [];
  return [
    ...leftNews(room, presence),
    ...joinedNews(room, presence),
    ...changedNews(room, presence),
  ];
}

function leftNews({ name, nicks }: ClientRoom, { left }: Presence): readonly ClientEvent[] {
  for (const { nick } of left) nicks.delete(nick);
  const lost = left.filter(({ reason }) => reason === "lost").map(({ nick }) => nick);
  const isSplit = splitNicksMin < lost.length;
  const told = isSplit ? left.filter(({ reason }) => reason !== "lost") : left;
  return [
    ...(isSplit ? [{ type: "split", room: name, nicks: lost } as const] : []),
    ...told.map((each) => ({ type: "left", room: name, ...each }) as const),
  ];
}

function joinedNews({ name, nicks }: ClientRoom, { joined }: Presence): readonly ClientEvent[] {
  return joined.flatMap((member) => {
    // What was told on entering may be told again by what came with it.
    if (nicks.has(member.nick)) return [];
    nicks.add(member.nick);
    return [{ type: "joined", room: name, ...member } as const];
  });
}

function changedNews({ name, nicks }: ClientRoom, { changed }: Presence): readonly ClientEvent[] {
  return changed.map((member) => {
    if (member.was !== undefined) nicks.delete(member.was);
    nicks.add(member.nick);
    return { type: "changed", room: name, ...member };
  });
}
