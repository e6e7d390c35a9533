import { assertNever } from "../base/assert.ts";
import type { ClientEvent } from "../room/client-port.ts";
import type { Transfer } from "../room/files/file-port.ts";
import { takingText, transferNews } from "./file-text.ts";

/** What the client tells about files. */
export type FileNewsEvent = Extract<ClientEvent, { type: "transfer" | "taking" | "file" }>;

/** Transfers that are kept for showing; of those that are over the oldest go first. */
const transfersMax = 100;

/** Those who take what we offer and are remembered. */
const takersMax = 1_000;

/** What is known of files that move, and of who takes ours. It does not change. */
export interface FileNews {
  /** The oldest first. */
  readonly transfers: readonly Transfer[];
  /** How far somebody was, by offer and nickname. */
  readonly takers: ReadonlyMap<string, Extract<FileNewsEvent, { type: "taking" }>["state"]>;
}

/** Nothing yet. */
export const noFileNews: FileNews = { transfers: [], takers: new Map() };

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
    case "taking": {
      const key = `${event.offer} ${event.nick}`;
      const name = news.transfers.find(({ offer }) => offer.id === event.offer)?.offer.name;
      const text = takingText(event, name ?? "your files", news.takers.get(key));
      const takers = new Map([...news.takers].slice(-takersMax + 1)).set(key, event.state);
      return { news: { ...news, takers }, text };
    }
    default:
      return assertNever(event);
  }
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

function withoutOldest(transfers: readonly Transfer[]): readonly Transfer[] {
  if (transfers.length < transfersMax) return transfers;
  const index = Math.max(
    0,
    transfers.findIndex(({ state }) => isOver(state.type)),
  );
  return transfers.filter((_, each) => each !== index);
}

function isOver(type: Transfer["state"]["type"]): boolean {
  return type === "received" || type === "failed" || type === "cancelled";
}
