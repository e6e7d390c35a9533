import type { Size } from "./picture.ts";

/** From this width on the rooms have a pane of their own; below it they are tabs in the title. */
export const roomsFromColumns = 70;

/** From this width on the people of a room have one, too. */
export const peopleFromColumns = 100;

/** Cells of the rooms pane, without the line beside it. */
const roomsCells = 16;

/** What a person wants to see beside the messages. */
export interface PaneChoice {
  readonly areRoomsHidden: boolean;
  readonly arePeopleHidden: boolean;
  /** People in the place of rooms or messages, where there is no room for a pane of theirs. */
  readonly arePeopleOver: boolean;
  /** Nothing but messages, over the whole width, to be copied. */
  readonly isBare: boolean;
  /** First row of the rooms that is seen; while `undefined` the shown room is always among them. */
  readonly roomsTop: number | undefined;
  /** First row of the people that is seen. */
  readonly peopleTop: number;
}

/** How a room is seen before anybody has chosen. */
export const usualPanes: PaneChoice = {
  areRoomsHidden: false,
  arePeopleHidden: false,
  arePeopleOver: false,
  isBare: false,
  roomsTop: undefined,
  peopleTop: 0,
};

/** Cells of what stands beside the messages, 0 for what is not shown; the lines between not counted. */
export interface PaneCells {
  readonly rooms: number;
  readonly people: number;
  /** People stand where the messages would. */
  readonly arePeopleAlone: boolean;
}

/** What of the panes has room at this width. */
export function paneCells({ columns }: Size, choice: PaneChoice): PaneCells {
  if (choice.isBare) return { rooms: 0, people: 0, arePeopleAlone: false };
  const people = Math.min(20, Math.max(14, Math.floor(columns / 7)));
  const rooms = choice.areRoomsHidden ? 0 : roomsCells;
  if (peopleFromColumns <= columns) {
    return { rooms, people: choice.arePeopleHidden ? 0 : people, arePeopleAlone: false };
  }
  if (roomsFromColumns <= columns) {
    return choice.arePeopleOver
      ? { rooms: 0, people: roomsCells, arePeopleAlone: false }
      : { rooms, people: 0, arePeopleAlone: false };
  }
  return { rooms: 0, people: 0, arePeopleAlone: choice.arePeopleOver };
}

/** The people are shown, or not any more. */
export function withPeopleToggled({ columns }: Size, choice: PaneChoice): PaneChoice {
  return columns < peopleFromColumns
    ? { ...choice, arePeopleOver: !choice.arePeopleOver, peopleTop: 0 }
    : { ...choice, arePeopleHidden: !choice.arePeopleHidden, peopleTop: 0 };
}
