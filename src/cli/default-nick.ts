import { userInfo } from "node:os";
import { parseNick } from "../room/name.ts";

/** The user's name on this machine as far as it can be a nickname. */
export function defaultNick(): string {
  try {
    return parseNick(userInfo().username.replace(/[^\p{L}\p{M}\p{Nd}_.-]/gu, ""));
  } catch {
    return "visitor";
  }
}
