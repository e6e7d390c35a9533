import type { FileAction } from "../room/files/file-action.ts";
import type { Transfer } from "../room/files/file-port.ts";
import type { CommandAction, CommandContext } from "./command-action.ts";
import type { CommandName } from "./command-table.ts";
import { isOver, type OfferLine } from "./file-news.ts";
import { transferText } from "./file-text.ts";

/** What a command about files means where it was typed; `undefined` for any other. */
export function fileAction(
  name: CommandName,
  arg: string,
  context: CommandContext,
): CommandAction | undefined {
  switch (name) {
    case "send":
      return send(arg);
    case "accept":
    case "decline":
      return answer(name, arg, context);
    case "cancel":
    case "pause":
    case "resume":
      return change(name, arg, context);
    case "transfers": {
      const { transfers } = context.files;
      const lines = transfers.map(transferText);
      return { type: "print", lines: lines.length === 0 ? ["no files are under way"] : lines };
    }
    default:
      return undefined;
  }
}

function send(arg: string): CommandAction {
  const [, to = "", path = ""] = /^(\S+)\s+(.*)$/s.exec(arg) ?? [];
  if (path === "") return { type: "refused", reason: "/send needs NICK|#ROOM PATH" };
  const target = /^[#&]/.test(to)
    ? { room: to.startsWith("#") ? to.slice(1).toLowerCase() : to }
    : { nick: to.replace(/^@/, "") };
  return file({ type: "offer", to: target, path: unquoted(path.trim()) });
}

/**
 * A private chat that is asked for goes first: with the files that are offered in it, if there are any,
 * for who takes them agrees to it. Else the offer at that line, the newest of that person, or the newest.
 */
function answer(
  type: "accept" | "decline",
  arg: string,
  { asked, files, room }: CommandContext,
): CommandAction {
  const typed = arg.replace(/^@/, "").toLowerCase();
  const chat = typed === "" ? asked.at(-1) : asked.findLast(({ by }) => by.toLowerCase() === typed);
  if (chat !== undefined) {
    const isAccepted = type === "accept";
    const offered = files.offers.findLast((offer) => offer.room === chat.room && !offer.isOwn);
    if (isAccepted && offered !== undefined) return file({ type, offer: offered.id });
    return { type: "ask", question: { type: "answer", room: chat.room, isAccepted } };
  }
  const others = files.offers.filter(({ isOwn, id }) => !isOwn && !isTaken(files.transfers, id));
  const offer =
    typed === "" ? others.at(-1) : (atLine(others, room, typed) ?? others.findLast(isOf(typed)));
  if (offer !== undefined) return file({ type, offer: offer.id });
  return { type: "refused", reason: "nobody asks for a private chat or offers files" };
}

/** The transfer of that line or name, or the newest that is not over. */
function change(
  type: "cancel" | "pause" | "resume",
  arg: string,
  { files, room }: CommandContext,
): CommandAction {
  const going = files.transfers.filter((transfer) => !isOver(transfer));
  const typed = arg.toLowerCase();
  if (typed === "") {
    const newest = going.at(-1);
    return newest === undefined
      ? { type: "refused", reason: "no files are under way" }
      : file({ type, offer: newest.offer.id });
  }
  const named = going.findLast(({ offer }) => offer.name.toLowerCase().startsWith(typed));
  const id = atLine(files.offers, room, typed)?.id ?? named?.offer.id;
  return id === undefined
    ? { type: "refused", reason: "no such transfer: /transfers lists them" }
    : file({ type, offer: id });
}

function atLine(
  offers: readonly OfferLine[],
  room: string | undefined,
  typed: string,
): OfferLine | undefined {
  const [, digits] = /^#?(\d{1,15})$/.exec(typed) ?? [];
  if (digits === undefined) return undefined;
  return offers.find((offer) => offer.room === room && offer.sequence === Number(digits));
}

function isOf(typed: string): (offer: OfferLine) => boolean {
  return ({ nick }) => nick.toLowerCase() === typed;
}

function isTaken(transfers: readonly Transfer[], id: string): boolean {
  return transfers.some(({ offer, direction }) => offer.id === id && direction === "receive");
}

/** A path with spaces may stand in quotes, as a shell wants it and drag and drop writes it. */
function unquoted(path: string): string {
  const [, quoted] = /^"(.*)"$/s.exec(path) ?? /^'(.*)'$/s.exec(path) ?? [];
  return quoted ?? path;
}

function file(action: FileAction): CommandAction {
  return { type: "file", action };
}
