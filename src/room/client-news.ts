import type { ErrorCode } from "../base/errors.ts";
import { withRef } from "./call-queue.ts";
import type { ClientEvent } from "./client-port.ts";
import type { ClientRoom } from "./client-room.ts";
import type { FileEvent } from "./message-file.ts";
import type { OutboxLine } from "./outbox.ts";

/** What happens: for the owner of the client, or for its files. */
export type SessionNews = ClientEvent | FileEvent;

/** Words what a client session tells its owner. */
export class ClientNews {
  readonly tell: (event: SessionNews) => void;

  constructor(tell: (event: SessionNews) => void) {
    this.tell = tell;
  }

  /** Answers the owner's leave, once, if there was one. */
  tellExited(room: ClientRoom): void {
    if (room.leaveCall === undefined) return;
    this.tell({ type: "exited", ...withRef(room.leaveCall.ref), room: room.name });
    room.leaveCall = undefined;
  }

  /** The server stops, which takes us out of every room. */
  tellLeft(rooms: Iterable<ClientRoom>, nick: string | undefined): void {
    if (nick === undefined) return;
    for (const { name: room, phase } of rooms) {
      if (phase === "in") this.tell({ type: "left", room, nick, reason: "server" });
    }
  }

  /** The line is on the server's disk. */
  tellStored({ id, room, ownerRef }: OutboxLine, sequence: number): void {
    this.tell({ type: "stored", ...withRef(ownerRef), room, id, sequence });
  }

  /** The line will not be tried again. */
  tellFailed({ id, room, body, ownerRef }: OutboxLine, code: ErrorCode, message: string): void {
    this.tell({ type: "failed", ...withRef(ownerRef), room, id, body, code, message });
  }

  /** What was asked by this `ref` is refused. */
  tellError(ref: string | undefined, code: ErrorCode, message: string): void {
    this.tell({ type: "error", ...withRef(ref), code, message });
  }
}
