import type { AccountAction } from "../../src/room/account-action.ts";
import type { ClientEvent, ClientPort, HistoryRange } from "../../src/room/client-port.ts";
import type { Question } from "../../src/room/client-question.ts";
import type { FileAction } from "../../src/room/files/file-action.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import { enteredEvent, readyEvent } from "./client-events.ts";
import { personOf } from "./log-entries.ts";

/** When everything in view tests happens: Fri 20 Nov 2026 09:31 UTC. */
export const someTime: number = Date.UTC(2026, 10, 20, 9, 31);

/** A line of a log; `minute` after `someTime`. */
export function entry(
  sequence: number,
  text: string,
  options: { readonly id?: string; readonly author?: string; readonly sentAt?: number } = {},
): LogEntry {
  const { id = `id-${sequence}`, author = "bob", sentAt = someTime } = options;
  return {
    ...{ sequence, id, sentAt, ordinal: sequence },
    author: { person: personOf(author), nick: author, isGuest: true },
    body: { type: "message", text },
  };
}

/** A client that does nothing by itself: tests look at what it was asked and tell what it answers. */
export class FakeClient implements ClientPort {
  readonly asked: string[] = [];
  readonly said: { readonly id: string; readonly room: string; readonly text: string }[] = [];
  readonly posted: PostBody[] = [];
  readonly questions: { readonly question: Question; readonly ref: string | undefined }[] = [];
  readonly accountActions: AccountAction[] = [];
  readonly fileActions: { readonly action: FileAction; readonly ref: string | undefined }[] = [];
  readonly #tell: (event: ClientEvent) => void;
  readonly #pending = new Set<string>();
  refusesSay = false;
  /** Joins are not answered. */
  isSlow = false;
  isClosed = false;

  constructor(tell: (event: ClientEvent) => void) {
    this.#tell = tell;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Lines that are kept for the next visit. */
  keptCount = 0;
  readonly traffic = { bytesSent: 1_500, bytesReceived: 2_500_000 };

  /** What is written in each room. */
  readonly drafts = new Map<string, string>();
  shownRoom: string | undefined;

  keepDraft(room: string, text: string): void {
    this.drafts.set(room, text);
  }

  shown(room: string): void {
    this.shownRoom = room;
  }

  forget(): void {
    this.asked.push("forget");
  }

  tell(event: ClientEvent): void {
    if (event.type === "stored" || event.type === "failed") this.#pending.delete(event.id);
    this.#tell(event);
  }

  join(room: string, ref?: string): void {
    this.asked.push(`join ${room}`);
    if (this.isSlow) return;
    if (room === "secret")
      this.tell({ type: "error", ...refOf(ref), code: "room-invalid", message: "no such room" });
    else this.tell(enteredEvent(room, ["alice", "bob"], refOf(ref)));
  }

  leave(room: string): void {
    this.asked.push(`leave ${room}`);
    this.tell({ type: "exited", room });
  }

  say(room: string, text: string): string | undefined {
    return this.post(room, { type: "message", text });
  }

  post(room: string, body: PostBody): string | undefined {
    if (this.refusesSay) {
      this.tell({ type: "error", code: "text-too-long", message: "text is too long" });
      return undefined;
    }
    const id = `own-${this.said.length + 1}`;
    this.said.push({ id, room, text: "text" in body ? body.text : "" });
    this.posted.push(body);
    this.#pending.add(id);
    this.tell({ type: "pending", room, id, body, at: someTime });
    return id;
  }

  ask(question: Question, ref?: string): void {
    this.questions.push({ question, ref });
  }

  account(action: AccountAction): void {
    this.accountActions.push(action);
  }

  file(action: FileAction, ref?: string): void {
    this.fileActions.push({ action, ref });
  }

  typing(): void {}

  read(): void {}

  history(room: string, range: HistoryRange, ref?: string): void {
    this.asked.push(`history ${room} ${range.before ?? "end"}`);
    this.lastHistoryRef = ref;
  }

  lastHistoryRef: string | undefined;

  members(room: string): void {
    this.asked.push(`members ${room}`);
  }

  changeNick(nick: string): void {
    this.asked.push(`nick ${nick}`);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** The server accepts us. */
  accept(nick = "alice", server = "lab"): void {
    this.tell({ type: "connection", state: "open", attempt: 1 });
    this.tell(readyEvent(nick, { server: { id: "key", name: server } }));
  }

  /** The server stores our line of this index and tells everybody. */
  store(index: number, sequence: number): void {
    const { id, room, text } = this.said[index]!;
    this.tell({ type: "stored", room, id, sequence });
    const stored = entry(sequence, text, { id, author: "alice" });
    this.tell({ type: "said", room, entry: stored, isOwn: true });
  }

  /** The answer to a question about the past. */
  page(room: string, entries: readonly LogEntry[], hasMore = false): void {
    this.tell({ type: "page", room, entries, damaged: [], hasMore });
  }
}

function refOf(ref: string | undefined): { readonly ref?: string } {
  return ref === undefined ? {} : { ref };
}
