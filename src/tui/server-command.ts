import type { Question } from "../room/client-question.ts";
import { stopMsMax } from "../room/limits.ts";
import { lockedRef } from "./account-text.ts";
import { unreadRef } from "./answer-text.ts";
import type { CommandAction } from "./command-action.ts";
import type { CommandName } from "./command-table.ts";
import { typedInvitation } from "./invitation-command.ts";
import { parseSearch } from "./search-request.ts";
import { nickOf, parseDuration, roomName, words } from "./typed-words.ts";

/** What a command about the server and its rooms means; `undefined` when it is about something else. */
export function serverAction(name: CommandName, arg: string): CommandAction | undefined {
  switch (name) {
    case "list":
      return ask({ type: "rooms" });
    case "join": {
      const [room = "", invitation] = words(arg);
      return { type: "join", room: roomName(room), invitation };
    }
    case "create":
      return created(arg);
    case "search": {
      const question = parseSearch(arg);
      return typeof question === "string" ? refused(question) : ask(question);
    }
    case "uptime":
      return ask({ type: "health" });
    case "backup":
      return ask({ type: "backup" });
    case "unread":
      return { type: "ask", question: { type: "rooms" }, ref: unreadRef };
    case "registration": {
      const made = typedInvitation(arg);
      return typeof made === "string" ? refused(made) : ask({ type: "make-registration", ...made });
    }
    case "registrations":
      if (arg !== "" && arg !== "revoke") return refused("/registrations, or revoke behind it");
      return ask({ type: arg === "" ? "registrations" : "revoke-registrations" });
    case "mentions":
      return ask({ type: "search", words: [], isMention: true, limit: 20 });
    case "claim":
      return ask({ type: "claim", token: arg });
    case "admin": {
      const [nick = "", off] = words(arg);
      return ask({ type: "grant", nick: nickOf(nick), isAdmin: off !== "off" });
    }
    case "shutdown":
    case "restart":
      return stop(arg, name === "restart");
    default:
      return undefined;
  }
}

function created(arg: string): CommandAction {
  const [typed = "", word = "public"] = words(arg);
  const kind = word.replace(/^--/, "");
  const room = roomName(typed);
  if (kind === "public" || kind === "invite") return ask({ type: "create", room, kind });
  if (kind !== "password") return refused(`${kind} is no kind of room`);
  // Nobody comes in before the password is set.
  return { type: "ask", question: { type: "create", room, kind: "invite" }, ref: lockedRef };
}

function stop(arg: string, isRestart: boolean): CommandAction {
  const [, time, text = ""] = /^in\s+(\S+)(?:\s+(.*))?$/s.exec(arg) ?? [undefined, undefined, arg];
  const delayMs = time === undefined ? 0 : parseDuration(time);
  if (delayMs === undefined || stopMsMax < delayMs) {
    return refused("how long from now: like `in 30s` or `in 10m`, an hour at most");
  }
  const reason = text === "" ? (isRestart ? "back in a moment" : "goodbye") : text;
  return ask({ type: "stop", delayMs, reason, isRestart });
}

function ask(question: Question): CommandAction {
  return { type: "ask", question };
}

function refused(reason: string): CommandAction {
  return { type: "refused", reason };
}
