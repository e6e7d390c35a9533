import { type NamedPerson, type RoomRecord, withoutPerson } from "./room-record.ts";

/** A guest has become an account. */
export interface PersonChange {
  readonly from: string;
  readonly to: string;
}

/**
 * The room after a guest has registered: what it may do and what was done to it goes on. The same
 * record when the room does not know the guest.
 */
export function afterRegistration(record: RoomRecord, change: PersonChange): RoomRecord {
  if (!knows(record, change.from)) return record;
  return {
    ...record,
    roles: renamed(record.roles, change),
    bans: renamed(record.bans, change),
    mutes: renamed(record.mutes, change),
    invited: renamed(record.invited, change),
    persons: renamed(record.persons, change).map((each) => {
      const { isGuest: _isGuest, ...rest } = each;
      return each.person === change.to ? rest : each;
    }),
  };
}

/**
 * The room after the account was deleted: it has no role and no private chat any more, but a mute and
 * a ban go on for the guest that is left of it. The same record when the room does not know it.
 */
export function afterDeletion(record: RoomRecord, change: PersonChange): RoomRecord {
  if (!knows(record, change.from)) return record;
  return {
    ...record,
    roles: withoutPerson(record.roles, change.from),
    bans: renamed(record.bans, change),
    mutes: renamed(record.mutes, change),
    invited: withoutPerson(record.invited, change.from),
    persons: record.persons.map((each) =>
      each.person === change.from ? { ...each, answer: "declined" } : each,
    ),
  };
}

function knows({ roles, bans, mutes, invited, persons }: RoomRecord, person: string): boolean {
  const all: readonly (readonly NamedPerson[])[] = [roles, bans, mutes, invited, persons];
  return all.some((list) => list.some((each) => each.person === person));
}

function renamed<T extends NamedPerson>(all: readonly T[], { from, to }: PersonChange): T[] {
  return all.map((each) => (each.person === from ? { ...each, person: to } : each));
}
