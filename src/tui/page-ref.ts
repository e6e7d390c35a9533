/** Lines in one page of the past: two screens and more. */
export const pastLimit = 100;

/** What a page of history is for; `window` counts the parts of the past that were gone to, 0 is what is live. */
export interface PageRef {
  readonly part: "past" | "future" | "jump";
  readonly window: number;
  readonly room: string;
}

/** `ref` of a question for a page. */
export function pageRef({ part, window, room }: PageRef): string {
  return `${part} ${window} ${room}`;
}

/** What a page was asked for, or `undefined` for another `ref`. */
export function parsePageRef(ref: string | undefined): PageRef | undefined {
  const [, part, window, room] = /^(past|future|jump) (\d+) (.+)$/s.exec(ref ?? "") ?? [];
  if (part === undefined || window === undefined || room === undefined) return undefined;
  return { part: part as PageRef["part"], window: Number(window), room };
}
