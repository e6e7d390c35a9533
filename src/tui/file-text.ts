import { bytesText } from "../room/bytes-text.ts";
import type { PauseReason, Transfer, TransferState } from "../room/files/file-port.ts";
import type { PeerPath } from "../room/files/peer-port.ts";
import type { Taking } from "../room/message-file.ts";

/** What people are told when a transfer is in another state than before, if that says anything. */
export function transferNews(
  transfer: Transfer,
  before: TransferState["type"] | undefined,
): string | undefined {
  const { offer, direction, state } = transfer;
  const { name } = offer;
  if (state.type === before) return undefined;
  switch (state.type) {
    case "checking":
      return undefined;
    case "waiting":
      return direction === "send" ? undefined : `${name}: waiting for somebody who has it`;
    case "running":
      return direction === "send"
        ? `sending ${name}, ${bytesText(offer.bytes)}, ${pathText(state.path)}`
        : `receiving ${name}, ${bytesText(offer.bytes)}, ${pathText(state.path)}`;
    case "paused":
      return `${name} is paused${pauseText(state.reason)}`;
    case "received":
      return `${name} is here whole, compared with its hashes: ${state.path}`;
    case "failed":
      return `${name} failed: ${state.message}`;
    case "cancelled":
      return `${name} is cancelled`;
  }
}

/** What somebody does with what we offer; `name` is that of the offer. */
export function takingText(
  { nick, state }: Taking,
  name: string,
  before: Taking["state"] | undefined,
): string | undefined {
  if (state === before) return undefined;
  switch (state) {
    case "active":
      return `${nick} takes ${name}`;
    case "paused":
      return `${nick} has paused ${name}`;
    case "done":
      return `${nick} has received ${name}`;
    case "ended":
      return before === "done" ? undefined : `${nick} takes ${name} no more`;
    case "declined":
      return `${nick} does not want ${name}`;
  }
}

/** A transfer in one line: how much of it, how fast, how long yet, and by which way. */
export function transferText(transfer: Transfer): string {
  const { offer, direction, state, bytes, bytesPerSecond, leftMs } = transfer;
  const arrow = direction === "send" ? "to others" : "to here";
  const share = `${percentOf(transfer)} % of ${bytesText(offer.bytes)}`;
  const parts = [`${offer.name} ${arrow}`, stateText(state)];
  if (state.type === "running") {
    parts.push(direction === "send" ? bytesText(bytes) : share);
    parts.push(`${bytesText(Math.round(bytesPerSecond))}/s`);
    if (leftMs !== undefined) parts.push(`${durationText(leftMs)} left`);
  } else if (state.type === "paused" || state.type === "waiting") parts.push(share);
  return parts.join(", ");
}

/** How much of it is done, 0..100; only what is done whole is 100. */
export function percentOf({ offer, bytes, state }: Transfer): number {
  if (state.type === "received") return 100;
  return offer.bytes === 0 ? 0 : Math.min(99, Math.floor((100 * bytes) / offer.bytes));
}

/** By which way it goes. */
export function pathText(path: PeerPath): string {
  return path.type === "direct" ? `direct ${path.address}` : "through the server";
}

/** So many milliseconds for people, rounded up to what is worth saying. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How a transfer is, in words. */
export function stateText(state: TransferState): string {
  switch (state.type) {
    case "waiting":
      return "waiting";
    case "checking":
      return "being read";
    case "running":
      return pathText(state.path);
    case "paused":
      return `paused${pauseText(state.reason)}`;
    case "received":
      return `verified, ${state.path}`;
    case "failed":
      return `failed: ${state.message}`;
    case "cancelled":
      return "cancelled";
  }
}

function pauseText(reason: PauseReason): string {
  switch (reason) {
    case "owner":
      return "";
    case "disk-full":
      return ": the disk is full; it goes on when there is space";
    case "queue":
      return ": it begins when another one has ended";
  }
}
