import type { ListedServer } from "./chat-options.ts";
import { countdown } from "./count-text.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";
import { refusalOf } from "./server-refusal.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** From this height on the picker says more of the marked server. */
const detailFromRows = 12;

/** What there is to say of the marked server: why it cannot be joined, or how well it is heard. */
export function detailRows(
  { settings, size, now }: ViewState,
  server: ListedServer | undefined,
): readonly Row[] {
  // Of what is only remembered its row says all.
  if (server === undefined || server.isSilent || size.rows < detailFromRows) return [];
  const { theme, version } = settings;
  const { separator, ellipsis } = theme.glyphs;
  const refusal = refusalOf(server, version);
  const parts = [
    ...(refusal === undefined ? [] : [`cannot be joined: it is ${refusal}`]),
    ...trustParts(server),
    heardText(now - server.heardAt),
    ...(server.otherAddresses === undefined || server.otherAddresses.length === 0
      ? []
      : [`${server.otherAddresses.length + 1} ways to it`]),
  ];
  const text = clip(`   ${parts.join(` ${separator} `)}`, size.columns, ellipsis);
  return [[span(text, refusal === undefined ? theme.dim : theme.alert)]];
}

function trustParts({ trust, isNameShared }: ListedServer): readonly string[] {
  if (trust.type === "changed") return ["another key than before: Enter says more"];
  if (trust.type === "known") return [];
  return [isNameShared ? "another server has this name too: compare its words" : "first visit"];
}

/** Answers come several times a minute; less than a minute is told to the tenth. */
function heardText(ms: number): string {
  const age = ms < 10_000 ? `${(Math.max(0, ms) / 1_000).toFixed(1)} s` : countdown(ms);
  return `heard ${age} ago`;
}
