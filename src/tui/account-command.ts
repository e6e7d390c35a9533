import type { CommandAction } from "./command-action.ts";
import type { CommandName } from "./command-table.ts";
import { words } from "./typed-words.ts";

/** What a command about the own account means; `undefined` when it is about something else. */
export function accountAction(name: CommandName, arg: string): CommandAction | undefined {
  const [first, second] = words(arg);
  switch (name) {
    case "register": {
      const nick = first === undefined ? {} : { nick: first };
      const invited = second === undefined ? {} : { invitation: second };
      return { type: "password", purpose: { type: "register", ...nick, ...invited } };
    }
    case "login":
      return { type: "password", purpose: { type: "login", nick: first ?? "" } };
    case "passwd":
      return { type: "password", purpose: { type: "set-password" } };
    case "profile":
      return profile(arg);
    case "receipts":
      if (arg !== "on" && arg !== "off") return { type: "refused", reason: "on or off" };
      return { type: "ask", question: { type: "set-profile", isReadShared: arg === "on" } };
    case "unregister":
      return { type: "account", action: { type: "unregister", nick: first ?? "" } };
    case "devices":
      return devices(arg);
    default:
      return undefined;
  }
}

function devices(arg: string): CommandAction {
  const [first, second = ""] = words(arg);
  if (first === undefined) return { type: "account", action: { type: "devices" } };
  const device = /^\d{1,3}$/.test(second) ? Number(second) : 0;
  if (first !== "revoke" || device === 0) {
    return { type: "refused", reason: "/devices lists them; /devices revoke 2 takes one away" };
  }
  return { type: "account", action: { type: "revoke", device } };
}

/** `name`, `role` or `text`, and what others are to read there; `-` takes it away. */
function profile(arg: string): CommandAction {
  const [, key, value = ""] = /^(name|role|text)\s+(.+)$/is.exec(arg) ?? [];
  const field = (["name", "role", "text"] as const).find((each) => each === key?.toLowerCase());
  if (field === undefined) {
    return { type: "refused", reason: "/profile role desk 4: name, role or text; - takes it away" };
  }
  const text = value === "-" ? "" : value;
  return { type: "ask", question: { type: "set-profile", [field]: text } };
}
