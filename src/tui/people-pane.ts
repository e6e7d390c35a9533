import type { RoomMember } from "../room/message-room.ts";
import { formatCount } from "./count-text.ts";
import { headingRow, type PaneRow, seenRows } from "./pane-rows.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import { nickStyle, type Theme } from "./theme.ts";
import type { RoomScreen, RoomState } from "./view-state.ts";

/** Somebody who belongs to a room. */
export interface Person extends RoomMember {
  readonly presence: "online" | "away" | "offline";
}

const peopleOfMembers = new WeakMap<readonly RoomMember[], readonly Person[]>();

/** Who is there, then who is away, then who belongs to a private chat and is not there; each by name. */
export function peopleOf({ members, persons }: RoomState): readonly Person[] {
  const known = peopleOfMembers.get(members);
  if (known !== undefined) return known;
  const here = new Set(members.map(({ nick }) => nick));
  const people = [
    ...members.filter(({ isAway }) => !isAway).map(personAs("online")),
    ...members.filter(({ isAway }) => isAway).map(personAs("away")),
    ...persons.filter((nick) => !here.has(nick)).map((nick) => personAs("offline")({ nick })),
  ];
  peopleOfMembers.set(members, people);
  return people;
}

/** The people of a room, of whom so many rows are seen. */
export function peoplePane(
  screen: RoomScreen,
  room: RoomState,
  theme: Theme,
  { cells, rows }: { readonly cells: number; readonly rows: number },
): readonly PaneRow[] {
  const people = peopleOf(room);
  const rowAt = (index: number): PaneRow => {
    const person = people[index - 1];
    if (person === undefined) {
      return headingRow(`PEOPLE ${formatCount(room.members.length)}`, theme);
    }
    const isOwn = person.nick === screen.nick;
    return { row: personRow(person, { isOwn, theme, cells }), target: person.nick };
  };
  const view = { top: screen.panes.peopleTop, rows, kept: 0 };
  return seenRows(people.length + 1, rowAt, view, theme);
}

function personAs(presence: Person["presence"]): (member: RoomMember) => Person {
  return (member) => ({ ...member, presence });
}

/** Who somebody is stands in letters, too: colours and dots are not seen by everybody. */
function personRow(
  { nick, role, presence }: Person,
  look: { readonly isOwn: boolean; readonly theme: Theme; readonly cells: number },
): Row {
  const { isOwn, theme, cells } = look;
  const { ellipsis } = theme.glyphs;
  const rank = role === "owner" ? "~" : role === "moderator" ? "@" : "";
  const state = presence === "online" ? "" : presence === "away" ? " away" : " off";
  const lead = ` ${theme.glyphs[presence]} `;
  const nameCells = cells - textWidth(lead) - state.length;
  const name = clip(`${rank}${nick}`, Math.max(1, nameCells), ellipsis);
  if (presence !== "online") return [span(`${lead}${padEnd(name, nameCells)}${state}`, theme.dim)];
  return [span(lead), span(name, isOwn ? theme.ownNick : nickStyle(theme, nick))];
}
