import { parseInput } from "./command.ts";
import { countdown } from "./count-text.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import type { RoomScreen, ViewState } from "./view-state.ts";

/** Something that waits for a yes or a no, above the input line. It takes no key but its own two. */
export interface Banner {
  readonly text: string;
  /** Clock.now() when it is too late to answer. */
  readonly until: number;
  /** What the two keys do, as one would type it. */
  readonly accept: string;
  readonly decline: string;
}

/** Everything that waits for an answer, the newest first. */
export function bannersOf({ asked }: RoomScreen): readonly Banner[] {
  return asked.toReversed().map(({ by, until }) => ({
    text: `${by} asks for a private chat`,
    until,
    accept: `/accept ${by}`,
    decline: `/decline ${by}`,
  }));
}

/** Rows that banners take above the input line. */
export function bannerHeight(screen: RoomScreen): number {
  return 0 < screen.asked.length ? 1 : 0;
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

/** The command that answers the newest banner, or `undefined` when there is none. */
export function bannerCommand(
  screen: RoomScreen,
  isAccepted: boolean,
): Extract<ReturnType<typeof parseInput>, { type: "command" }> | undefined {
  const [banner] = bannersOf(screen);
  if (banner === undefined) return undefined;
  const input = parseInput(isAccepted ? banner.accept : banner.decline);
  return input.type === "command" ? input : undefined;
}

/** The state without what nobody can answer any more. */
export function withoutOldBanners(state: ViewState): ViewState {
  const { screen, now } = state;
  if (screen.type !== "room" || screen.asked.every(({ until }) => now < until)) return state;
  return {
    ...state,
    screen: { ...screen, asked: screen.asked.filter(({ until }) => now < until) },
  };
}
