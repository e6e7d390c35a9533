import { describe, expect, test } from "vitest";
import {
  type Action,
  isAllowed,
  type Role,
  type RoomRights,
  roles,
} from "../../src/room/rights.ts";

/** The six who may be in a room, lowest first. */
const insiders = ["guest", "member", "moderator", "owner", "server-admin", "server-owner"] as const;

const open: RoomRights = { kind: "public", isOwned: true, isReadOnly: false };

/** Who of `insiders` may do what in an owned, public room. */
const table: Readonly<Record<Action, string>> = {
  read: "yes yes yes yes yes yes",
  write: "yes yes yes yes yes yes",
  react: "yes yes yes yes yes yes",
  edit: "yes yes yes yes yes yes",
  "delete-own": "yes yes yes yes yes yes",
  invite: "yes yes yes yes yes yes",
  "delete-any": "no no yes yes yes yes",
  announce: "no no yes yes yes yes",
  topic: "no no yes yes yes yes",
  mode: "no no yes yes yes yes",
  unban: "no no yes yes yes yes",
  "see-bans": "no no yes yes yes yes",
  kick: "no no yes yes yes yes",
  ban: "no no yes yes yes yes",
  mute: "no no yes yes yes yes",
  unmute: "no no yes yes yes yes",
  role: "no no no yes yes yes",
  configure: "no no no yes yes yes",
  grant: "no no no no no yes",
  stop: "no no no no no yes",
};

const actions = Object.keys(table) as Action[];

/** These are done to a person. */
const personal: readonly Action[] = ["kick", "ban", "mute", "unmute", "role"];

function isListed(action: Action, actor: (typeof insiders)[number]): boolean {
  return table[action].split(" ")[insiders.indexOf(actor)] === "yes";
}

describe("rights", () => {
  test.each(actions)("to %s are those of the table, for each of six roles", (action) => {
    for (const actor of insiders) {
      // The lowest target there is: whether it is high enough is another question.
      expect([actor, isAllowed({ actor, action, room: open, target: "banned" })]).toEqual([
        actor,
        isListed(action, actor),
      ]);
    }
  });

  test.each(personal)("to %s somebody are for those above them only", (action) => {
    for (const actor of insiders) {
      for (const target of roles) {
        const isAbove = roles.indexOf(target) < roles.indexOf(actor);
        expect([actor, target, isAllowed({ actor, action, room: open, target })]).toEqual([
          actor,
          target,
          isAbove && isListed(action, actor),
        ]);
      }
      expect(isAllowed({ actor, action, room: open })).toBe(false);
    }
  });

  test.each(["banned", "outsider"] as const)("are none at all for who is %s", (actor: Role) => {
    for (const action of actions) {
      for (const kind of ["public", "invite", "password", "private"] as const) {
        const room = { ...open, kind, isOwned: false };
        expect(isAllowed({ actor, action, room, target: "banned" })).toBe(false);
      }
    }
  });

  test("in a read-only room are the moderators' as far as it is written", () => {
    const room = { ...open, isReadOnly: true };
    for (const actor of insiders) {
      const isModerator = insiders.indexOf("moderator") <= insiders.indexOf(actor);
      for (const action of ["write", "react", "edit"] as const) {
        expect(isAllowed({ actor, action, room })).toBe(isModerator);
      }
      expect(isAllowed({ actor, action: "read", room })).toBe(true);
      expect(isAllowed({ actor, action: "delete-own", room })).toBe(true);
    }
  });

  test("to set the topic are everybody's where nobody owns the room", () => {
    for (const actor of insiders) {
      expect(isAllowed({ actor, action: "topic", room: { ...open, isOwned: false } })).toBe(true);
    }
  });

  test("to invite are the moderators' where one must be invited", () => {
    for (const kind of ["invite", "password"] as const) {
      const may = insiders.filter((actor) =>
        isAllowed({ actor, action: "invite", room: { ...open, kind } }),
      );
      expect(may).toEqual(["moderator", "owner", "server-admin", "server-owner"]);
    }
  });

  test("in a private chat are the same for all, and nobody can be put out", () => {
    const room: RoomRights = { kind: "private", isOwned: false, isReadOnly: false };
    for (const actor of insiders) {
      const may = actions.filter((action) => isAllowed({ actor, action, room, target: "banned" }));
      expect(may.sort()).toEqual(["delete-own", "edit", "react", "read", "topic", "write"]);
    }
  });
});
