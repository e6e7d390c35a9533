import type { ErrorCode } from "../../base/errors.ts";
import type { PeerListener, PeerPath } from "./peer-port.ts";

/** A file or a folder, as it is offered to others. */
export interface OfferSummary {
  /** A nanoid, which the offering client chose. */
  readonly id: string;
  /** The name of the file or the folder, as it was given and safe to show; not yet one to save under. */
  readonly name: string;
  readonly kind: "file" | "folder";
  /** Files in it, 1 for a file; directories do not count. */
  readonly fileCount: number;
  /** Bytes of all its files. */
  readonly bytes: number;
}

/** An offer of somebody else. */
export interface TakenOffer extends OfferSummary {
  /** The device key of who offers it, 32 bytes: only its list of contents is believed. */
  readonly key: Uint8Array;
  /** Where the offer stands, by which the server is asked for it. */
  readonly room: string;
  readonly sequence: number;
}

/**
 * That the server lets two devices meet for one offer: both are told. Each says hello with the token to
 * the other as soon as they are connected.
 */
export interface Introduction {
  /** The offer's id. */
  readonly offer: string;
  /** The device key of the other side. */
  readonly key: Uint8Array;
  /** What the other side says, and is told, so that it knows what was agreed to: 16 bytes. */
  readonly token: Uint8Array;
}

/** Why a transfer does not go on by itself. */
export type PauseReason =
  | "owner"
  /** The disk is full, or a quota is used up: it goes on by itself when there is space. */
  | "disk-full"
  /** Too many others are under way: it begins when one has ended. */
  | "queue";

/** How far a transfer is. */
export type TransferState =
  /** Nobody who has it is connected. */
  | { readonly type: "waiting" }
  /** What is offered, or what is here already, is being read and hashed: so many bytes of it are done. */
  | { readonly type: "checking"; readonly bytes: number }
  | { readonly type: "running"; readonly path: PeerPath }
  | { readonly type: "paused"; readonly reason: PauseReason }
  /** All is here, compared with its hashes, and saved under `path`. `sha256` in hex, of a file. */
  | { readonly type: "received"; readonly path: string; readonly sha256?: string }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string }
  | { readonly type: "cancelled" };

/** One taking of an offer, here or, where we are who offers, by all who take it. */
export interface Transfer {
  readonly offer: OfferSummary;
  readonly direction: "send" | "receive";
  readonly state: TransferState;
  /** Received and compared with their hashes; on the sending side, sent to all takers together. */
  readonly bytes: number;
  /** Smoothed. */
  readonly bytesPerSecond: number;
  /** `undefined` while nobody can say. */
  readonly leftMs: number | undefined;
  /** Peers that we are connected to for it. */
  readonly peerCount: number;
}

/** What a client may ask of its files, and what it tells them. Progress comes back as `Transfer`s. */
export interface FilePort extends PeerListener {
  /**
   * Lists what is under a path, so that it can be offered; hashing it begins at once and goes on.
   * Rejects with an `EarshotError` `file-unusable` or `limit-reached`.
   */
  offer(path: string): Promise<OfferSummary>;
  /**
   * What was offered is not offered any more, or an offer that we take is gone or no longer wanted: all
   * that was kept for it is removed, but for what was received whole.
   */
  cancel(offer: string): void;
  /** Receives an offer into a directory; one that was begun, also before a restart, goes on there. */
  take(offer: TakenOffer, directory: string): void;
  pause(offer: string): void;
  resume(offer: string): void;
  /** The server has introduced somebody. */
  introduce(introduction: Introduction): void;
  /** Offers whose takings have not ended, as after a restart: the server must be asked for them again. */
  readonly unfinished: readonly TakenOffer[];
  /** What we still offer, as after a restart. */
  readonly offered: readonly OfferSummary[];
}
