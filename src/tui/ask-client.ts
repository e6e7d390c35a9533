import { assertNever } from "../base/assert.ts";
import type { ClientPort } from "../room/client-port.ts";
import type { Effect } from "./view-state.ts";

/** The effects that are requests to the server, which the client answers with events. */
export type ClientRequest = Extract<
  Effect,
  {
    type:
      | "account"
      | "change-nick"
      | "file"
      | "join"
      | "leave"
      | "ask"
      | "history"
      | "typing"
      | "read"
      | "forget";
  }
>;

/** Asks the client; without one nobody waits for an answer. */
export function askClient(client: ClientPort | undefined, effect: ClientRequest): void {
  switch (effect.type) {
    case "change-nick":
      client?.changeNick(effect.nick);
      break;
    case "account":
      client?.account(effect.action);
      break;
    case "file":
      client?.file(effect.action);
      break;
    case "join":
      client?.join(effect.room, effect.ref, effect.invitation);
      break;
    case "leave":
      client?.leave(effect.room);
      break;
    case "ask":
      client?.ask(effect.question, effect.ref);
      break;
    case "history":
      client?.history(effect.room, effect.range, effect.ref);
      break;
    case "typing":
      client?.typing(effect.room, effect.state);
      break;
    case "forget":
      client?.forget();
      break;
    case "read":
      client?.read(effect.room, effect.sequence, effect.ordinal);
      break;
    default:
      assertNever(effect);
  }
}
