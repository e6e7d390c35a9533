import { EarshotError } from "../base/errors.ts";
import type { CareResult, CareTask } from "./care-port.ts";
import { careWaitingMax } from "./limits.ts";
import type { CareRequest } from "./message-care.ts";
import type { ServerState } from "./server-state.ts";
import type { Member } from "./session.ts";

interface WaitingTask {
  readonly member: Member;
  readonly ref: number;
  readonly task: CareTask;
}

/** Care for a running server, by its owners and admins: how it is, and a copy of what is stored. */
export class CareDesk {
  readonly #state: ServerState;
  readonly #startedAt: number;
  /** The first of them is being done. */
  readonly #waiting: WaitingTask[] = [];

  constructor(state: ServerState) {
    this.#state = state;
    this.#startedAt = state.wallNow();
  }

  handle(member: Member, { type, ref }: CareRequest): void {
    const task = type === "health" ? "measure" : "backup";
    this.#requireRole(member, task);
    if (careWaitingMax <= this.#waiting.length) {
      throw new EarshotError("too-fast", "others care for the server now: try again");
    }
    this.#waiting.push({ member, ref, task });
    if (this.#waiting.length === 1) this.#begin();
  }

  /** The answer to the effect `care`. */
  handleDone(result: CareResult): void {
    const done = this.#waiting.shift();
    if (done !== undefined) this.#answer(done, result);
    this.#begin();
  }

  #begin(): void {
    const [next] = this.#waiting;
    if (next !== undefined) this.#state.output.add({ type: "care", task: next.task });
  }

  #answer({ member, ref }: WaitingTask, result: CareResult): void {
    const { output, sessions, rooms, accounts } = this.#state;
    if (result.type === "failed") {
      const { code, message } = result;
      output.answer(member, { type: "error", ref, code, message });
    } else if (result.type === "backed-up") {
      const { directory, entryCount } = result;
      output.answer(member, { type: "backup", ref, directory, entryCount });
    } else {
      let entryCount = 0;
      for (const { end } of rooms.after("")) entryCount += end.sequence - end.firstSequence + 1;
      output.answer(member, {
        ...{ type: "health", ref, entryCount, bytes: result.bytes, startedAt: this.#startedAt },
        memberCount: sessions.memberCount,
        roomCount: rooms.size,
        accountCount: accounts.size,
      });
    }
  }

  /** A copy holds everything, private chats too: it is for owners, who have the disk anyway. */
  #requireRole(member: Member, task: CareTask): void {
    const role = this.#state.accounts.get(member.state.person.person)?.role;
    if (role === "owner" || (role === "admin" && task === "measure")) return;
    const who = task === "measure" ? "owners and admins" : "owners";
    throw new EarshotError("not-allowed", `that is for ${who} of the server`);
  }
}
