import { assertNever } from "../base/assert.ts";
import type { ClientEvent } from "../room/client-port.ts";
import type { Transfer } from "../room/files/file-port.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { Taking } from "../room/message-file.ts";
import { takingText, transferNews } from "./file-text.ts";

/** What the client tells about files. */
export type FileNewsEvent = Extract<ClientEvent, { type: "transfer" | "taking" | "file" }>;

/** Transfers that are kept for showing; of those that are over the oldest go first. */
export const transfersMax = 100;

/** Those who take what we offer and are remembered. */
export const takersMax = 1_000;

/** Offers that commands mean when nothing else is said. */
export const offersMax = 100;

/** An offer of somebody else, or of ours, that stands in a log. */
export interface OfferLine {
  readonly id: string;
  readonly room: string;
  readonly sequence: number;
  readonly nick: string;
  readonly name: string;
  readonly isOwn: boolean;
}

/** What is known of files: what is offered, what moves, and who takes ours. It does not change. */
export interface FileNews {
  /** The oldest first. */
  readonly offers: readonly OfferLine[];
  /** The oldest first. */
  readonly transfers: readonly Transfer[];
  /** How far somebody was, by offer and nickname. */
  readonly takers: ReadonlyMap<string, Taking["state"]>;
}

/** Whether the event is about files. */
export function isFileNews(event: ClientEvent): event is FileNewsEvent {
  return event.type === "transfer" || event.type === "taking" || event.type === "file";
}

/** Nothing yet. */
export const noFileNews: FileNews = { offers: [], transfers: [], takers: new Map() };

/** What is known after the event, and what is to be said about it. */
export function withFileNews(
  news: FileNews,
  event: FileNewsEvent,
): { readonly news: FileNews; readonly text: string | undefined } {
  switch (event.type) {
    case "file":
      return { news, text: undefined };
    case "transfer":
      return withTransfer(news, event.transfer);
    case "taking":
      return withTaking(news, event);
    default:
      return assertNever(event);
  }
}

/** What is known after the client has told these entries of a log; any other event says nothing. */
export function withOffers(news: FileNews, event: ClientEvent, ownPerson: string): FileNews {
  if (event.type === "said") return withEntry(news, event.room, event.entry, ownPerson);
  if (event.type === "asked") return withAsked(news, event);
  if (event.type !== "page") return news;
  return event.entries.reduce(
    (known, entry) => withEntry(known, event.room, entry, ownPerson),
    news,
  );
}

/** In a private chat to which nobody here has agreed. */
function withAsked(
  news: FileNews,
  { room, by: nick, offer }: Extract<ClientEvent, { type: "asked" }>,
): FileNews {
  if (offer === undefined || news.offers.some(({ id }) => id === offer.id)) return news;
  const { id, sequence, name } = offer;
  return withLine(news, { id, room, sequence, nick, name, isOwn: false });
}

function withLine(news: FileNews, offer: OfferLine): FileNews {
  return { ...news, offers: [...news.offers.slice(1 - offersMax), offer] };
}

function withEntry(
  news: FileNews,
  room: string,
  { id, sequence, author, body }: LogEntry,
  ownPerson: string,
): FileNews {
  if (body.type === "delete") {
    const { target } = body;
    const isOther = (offer: OfferLine) => offer.room !== room || offer.sequence !== target;
    return { ...news, offers: news.offers.filter(isOther) };
  }
  if (body.type !== "offer" || news.offers.some((offer) => offer.id === id)) return news;
  const isOwn = author.person === ownPerson;
  return withLine(news, { id, room, sequence, nick: author.nick, name: body.name, isOwn });
}

function withTransfer(
  news: FileNews,
  transfer: Transfer,
): { readonly news: FileNews; readonly text: string | undefined } {
  const isSame = (other: Transfer) =>
    other.offer.id === transfer.offer.id && other.direction === transfer.direction;
  const before = news.transfers.find(isSame);
  const transfers =
    before === undefined
      ? [...withoutOldest(news.transfers), transfer]
      : news.transfers.map((other) => (isSame(other) ? transfer : other));
  return { news: { ...news, transfers }, text: transferNews(transfer, before?.state.type) };
}

function withTaking(
  news: FileNews,
  event: Taking,
): { readonly news: FileNews; readonly text: string | undefined } {
  const { offer, nick, state } = event;
  const key = `${offer} ${nick}`;
  const name =
    news.transfers.find((each) => each.offer.id === offer)?.offer.name ??
    news.offers.find(({ id }) => id === offer)?.name ??
    "your files";
  const text = takingText(event, name, news.takers.get(key));
  const takers = new Map([...news.takers].slice(1 - takersMax)).set(key, state);
  return { news: { ...news, takers }, text };
}

function withoutOldest(transfers: readonly Transfer[]): readonly Transfer[] {
  if (transfers.length < transfersMax) return transfers;
  const oldest = transfers.findIndex(isOver);
  return transfers.filter((_, index) => index !== Math.max(0, oldest));
}

/** Whether nothing more comes of it. */
export function isOver({ state: { type } }: Transfer): boolean {
  return type === "received" || type === "failed" || type === "cancelled";
}
