import { formatAddress } from "../base/address.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import type { ServerTarget } from "./chat-options.ts";
import { connectionReport } from "./connection-text.ts";
import { inputRows } from "./input-rows.ts";
import type { Picture, Row } from "./picture.ts";
import { warningText } from "./quitting.ts";
import { barRow, span } from "./row.ts";
import { clip, wrap } from "./text.ts";
import type { NicknameScreen, ViewState } from "./view-state.ts";

/** The picture of the nickname form. */
export function nicknamePicture(state: ViewState, screen: NicknameScreen): Picture {
  const { size, settings } = state;
  const { theme } = settings;
  const { separator } = theme.glyphs;
  const title = barRow(` ${targetText(screen.target)}`, "F1 help ", size.columns, theme);
  const input = inputRows(screen.editor, {
    prompt: "   Nickname: ",
    columns: size.columns,
    rowsMax: 1,
  });
  const news = newsRows(state, screen);
  const top: Row[] = [title, []];
  const hints = `   ${warningText(state) ?? `Enter join ${separator} Esc back to the servers`}`;
  const rows = [
    ...top,
    ...input.rows,
    [],
    ...firstVisitRows(state, screen.target),
    ...news,
    [],
    [span(clip(hints, size.columns, theme.glyphs.ellipsis), theme.dim)],
  ];
  const shown = rows.slice(0, size.rows);
  if (screen.progress.type === "joining") return { rows: shown };
  const cursor = { column: input.cursor.column, row: top.length + input.cursor.row };
  return { rows: shown, cursor };
}

function newsRows(state: ViewState, { progress }: NicknameScreen): Row[] {
  const { theme } = state.settings;
  const cells = state.size.columns - 6;
  switch (progress.type) {
    case "asking":
      return [[span("   This is how the others will see you.", theme.dim)]];
    case "refused":
      return wrap(progress.message, cells).map((line, index) => [
        span(`${index === 0 ? "   ! " : "     "}${line}`, theme.alert),
      ]);
    case "joining":
      return [[span(`   ${connectionReport(progress.connection, state.now, theme)}`)]];
  }
}

/** A server that is met for the first time shows its words, for the person to compare. */
function firstVisitRows({ settings, size }: ViewState, target: ServerTarget): Row[] {
  if (target.type === "typed" || target.server.trust.type !== "new") return [];
  const cells = size.columns - 6;
  const rows = (text: string) => wrap(text, cells);
  return [
    ...rows("First visit: compare with the words on the server's screen.").map((line) => [
      span(`   ${line}`),
    ]),
    ...rows(fingerprintOf(target.server.id)).map((line) => [
      span(`   ${line}`, settings.theme.strong),
    ]),
    [],
  ];
}

/** How a server is called before it has told its name. */
function targetText(target: ServerTarget): string {
  if (target.type === "typed") return target.text;
  return `${target.server.name} ${formatAddress(target.server.address)}`;
}
