import { channelMax } from "./limits.ts";

/**
 * Names a stream of one direction of a connection. 0..7 are the channels, which are always open;
 * from 8 on even numbers are message streams and odd ones data streams, each kind counted up by the
 * side that sends on it and never used again.
 */
export type StreamId = number;

/** A stream that is opened, used once and ended. */
export type OneShotKind = "message" | "data";

/** Strict priorities, from 0: nothing of a class is sent while one before it has something. */
export const classes = { control: 0, chat: 1, large: 2, files: 3 } as const;

export const classCount = 4;

const firstOneShot = channelMax + 1;

/** The classes of the channels, in their order. */
const channelClasses: readonly number[] = [
  classes.control,
  classes.chat,
  ...new Array<number>(channelMax - 2).fill(classes.large),
  classes.files,
];

/** Whether it is one of the streams that are always open and carry message after message. */
export function isChannel(id: StreamId): boolean {
  return id <= channelMax;
}

/** The kind of a stream that is no channel. */
export function oneShotKind(id: StreamId): OneShotKind {
  return id % 2 === 0 ? "message" : "data";
}

/** How many of its kind were opened before it. */
export function oneShotIndex(id: StreamId): number {
  return Math.floor((id - firstOneShot) / 2);
}

/** The stream of a kind before which so many were opened. */
export function oneShotId(kind: OneShotKind, index: number): StreamId {
  return firstOneShot + 2 * index + (kind === "data" ? 1 : 0);
}

/** The class in which it is sent; what is received has none. */
export function classOf(id: StreamId): number {
  if (!isChannel(id)) return oneShotKind(id) === "message" ? classes.large : classes.files;
  return channelClasses[id] ?? classes.files;
}
