import { bytesText } from "../room/bytes-text.ts";
import type { ClientEvent } from "../room/client-port.ts";
import type { FileOffer } from "../room/log-entry.ts";
import type { CommandAction } from "./command-action.ts";
import { countdown, countOf } from "./count-text.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import type { RoomScreen, ViewState, WaitingChat } from "./view-state.ts";

/** Something that waits for a yes or a no, above the input line. It takes no key but its own two. */
export interface Banner {
  readonly text: string;
  /** Clock.now() when it goes by itself. */
  readonly until: number;
  readonly accept: BannerAction;
  readonly decline: BannerAction;
}

/** What an answer does, as the command would. */
export type BannerAction = Extract<CommandAction, { type: "ask" | "file" }>;

/** An offer is shown so long; after that `/accept` still takes it. */
export const offerBannerMs: number = 10 * 60_000;

/** Offers that are shown: more are counted by nobody. */
export const offerBannersMax = 32;

/** Everything that waits for an answer, chats before files, the newest first. */
export function bannersOf({ asked, offered }: RoomScreen): readonly Banner[] {
  const chats = asked.toReversed().map(chatBanner);
  const offers = offered.toReversed().map(({ id, text, until }): Banner => {
    const answer = (type: "accept" | "decline"): BannerAction => ({
      type: "file",
      action: { type, offer: id },
    });
    return { text, until, accept: answer("accept"), decline: answer("decline") };
  });
  return [...chats, ...offers];
}

/** Who takes the files that are offered in a private chat agrees to it. */
function chatBanner({ room, by, until, offer }: WaitingChat): Banner {
  const answer = (isAccepted: boolean): BannerAction => ({
    type: "ask",
    question: { type: "answer", room, isAccepted },
  });
  if (offer === undefined) {
    const text = `${by} asks for a private chat`;
    return { text, until, accept: answer(true), decline: answer(false) };
  }
  const accept: BannerAction = { type: "file", action: { type: "accept", offer: offer.id } };
  return { text: offeredText(by, offer), until, accept, decline: answer(false) };
}

function offeredText(nick: string, offer: Omit<FileOffer, "type">): string {
  const files = offer.isFolder ? `, ${countOf(offer.fileCount, "file")}` : "";
  return `${nick} offers ${offer.name} (${bytesText(offer.bytes)}${files})`;
}

/** The screen with an offer that has just come waiting for an answer, and without answered ones. */
export function withOffered(screen: RoomScreen, event: ClientEvent, now: number): RoomScreen {
  if (event.type === "transfer") return withoutOffer(screen, event.transfer.offer.id);
  if (event.type === "file") return withoutOffer(screen, event.offer);
  if (event.type !== "said" || event.isOwn || event.entry.body.type !== "offer") return screen;
  const { id, author, body } = event.entry;
  const offer = { id, text: offeredText(author.nick, body), until: now + offerBannerMs };
  const others = screen.offered.filter((other) => other.id !== id);
  return { ...screen, offered: [...others, offer].slice(-offerBannersMax) };
}

function withoutOffer(screen: RoomScreen, id: string): RoomScreen {
  if (!screen.offered.some((offer) => offer.id === id)) return screen;
  return { ...screen, offered: screen.offered.filter((offer) => offer.id !== id) };
}

/** Rows that banners take above the input line. */
export function bannerHeight(screen: RoomScreen): number {
  return 0 < screen.asked.length + screen.offered.length ? 1 : 0;
}

/** The newest banner, how many there are, its keys and how long it waits. */
export function bannerRows({ settings, size, now }: ViewState, screen: RoomScreen): readonly Row[] {
  const banners = bannersOf(screen);
  const [banner] = banners;
  if (banner === undefined) return [];
  const { theme } = settings;
  const { separator, ellipsis } = theme.glyphs;
  const count = 1 < banners.length ? `(1/${banners.length}) ` : "";
  const long = ` Alt+Y accept ${separator} Alt+X decline ${separator} ${countdown(banner.until - now)} `;
  // Where it is narrow, who asks is worth more than how long they wait.
  const right = size.columns < 60 ? " Alt+Y yes Alt+X no " : long;
  const left = size.columns - textWidth(right);
  const text = padEnd(clip(` ${count}${banner.text}`, left, ellipsis), left);
  return [[span(text, theme.strong), span(right, theme.dim)]];
}

/** The state without what nobody can answer any more. */
export function withoutOldBanners(state: ViewState): ViewState {
  const { screen, now } = state;
  if (screen.type !== "room") return state;
  const isWaiting = ({ until }: { readonly until: number }): boolean => now < until;
  if (screen.asked.every(isWaiting) && screen.offered.every(isWaiting)) return state;
  const asked = screen.asked.filter(isWaiting);
  return { ...state, screen: { ...screen, asked, offered: screen.offered.filter(isWaiting) } };
}
