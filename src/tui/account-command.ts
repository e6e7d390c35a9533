import type { CommandAction } from "./command-action.ts";
import type { CommandName } from "./command-table.ts";

/** What a command about the own account means; `undefined` when it is about something else. */
export function accountAction(name: CommandName, arg: string): CommandAction | undefined {
  const [first, second] = arg.split(/\s+/).filter((word) => word !== "");
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
    case "unregister":
      return { type: "account", action: { type: "unregister", nick: first ?? "" } };
    case "devices": {
      if (first === undefined) return { type: "account", action: { type: "devices" } };
      const device = /^\d{1,3}$/.test(second ?? "") ? Number(second) : 0;
      if (first !== "revoke" || device === 0) {
        return { type: "refused", reason: "/devices lists them; /devices revoke 2 takes one away" };
      }
      return { type: "account", action: { type: "revoke", device } };
    }
    default:
      return undefined;
  }
}
