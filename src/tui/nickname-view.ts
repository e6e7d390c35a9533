import { formatAddress } from "../base/address.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import type { ServerTarget } from "./chat-options.ts";
import { connectionReport } from "./connection-text.ts";
import { type InputRows, inputRows } from "./input-rows.ts";
import { isWaiting } from "./nickname.ts";
import type { NicknameScreen } from "./nickname-state.ts";
import { passwordStrength } from "./password-strength.ts";
import type { Picture, Row } from "./picture.ts";
import { warningText } from "./quitting.ts";
import { barRow, fitRow, span } from "./row.ts";
import { clip, padEnd, textWidth, wrap } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** Where there are fewer rows, none is left blank. */
const blankFromRows = 12;

/** Cells of a line's name: the longest is `Nickname`. */
const labelCells = 9;

/** The picture of the nickname form. */
export function nicknamePicture(state: ViewState, screen: NicknameScreen): Picture {
  const { size, settings } = state;
  const { theme } = settings;
  const { separator, ellipsis } = theme.glyphs;
  const title = barRow(` ${targetText(screen.target)}`, "F1 help ", size.columns, theme);
  const form = formRows(state, screen);
  const blank: Row[] = blankFromRows <= size.rows ? [[]] : [];
  const top: Row[] = [title, ...blank];
  const hints = `   ${warningText(state) ?? keysOf(screen).join(` ${separator} `)}`;
  const bottom: Row[] = [[span(clip(hints, size.columns, ellipsis), theme.dim)]];
  const middle = [
    ...form.rows,
    ...blank,
    ...firstVisitRows(state, screen.target),
    ...newsRows(state, screen),
    ...blank,
  ];
  const rows = [...top, ...middle.slice(0, size.rows - top.length - bottom.length), ...bottom];
  if (isWaiting(screen)) return { rows };
  const { column, row } = form.cursor;
  return { rows, cursor: { column, row: top.length + row } };
}

function keysOf(screen: NicknameScreen): readonly string[] {
  const { progress, field, password } = screen;
  if (isWaiting(screen)) return ["Esc back to the servers"];
  if (progress.type === "registering") {
    const isGuest = password.reveal() === "";
    return [isGuest ? "Enter come as a guest" : "Enter register", "F2 show", "Esc back"];
  }
  const others = field === "nick" ? ["Tab password"] : ["Tab nickname", "F2 show"];
  return ["Enter join", ...others, "Esc back to the servers"];
}

/** The lines to be filled in, and where the cursor is in them. */
function formRows(state: ViewState, screen: NicknameScreen): Required<InputRows> {
  const { progress } = screen;
  const lines = [
    fieldRows(state, screen, { name: "nick", label: "Nickname" }),
    fieldRows(state, screen, { name: "password", label: "Password" }),
    ...(progress.type === "registering"
      ? [fieldRows(state, screen, { name: "again", label: "Again" })]
      : []),
  ];
  const names = ["nick", "password", "again"];
  const row = names.indexOf(screen.field);
  const column = lines[row]?.cursor.column ?? 0;
  return { rows: lines.flatMap(({ rows }) => rows), cursor: { column, row } };
}

function fieldRows(
  state: ViewState,
  screen: NicknameScreen,
  { name, label }: { readonly name: NicknameScreen["field"]; readonly label: string },
): InputRows {
  const { theme } = state.settings;
  const prompt = `   ${padEnd(`${label}:`, labelCells)} `;
  const note = noteOf(screen, name);
  const { columns } = state.size;
  // Where it is narrow, what is typed is worth more than what there is to say of it.
  const noteCells = note === undefined || columns < 60 ? 0 : textWidth(note) + 2;
  const input = inputRows(typedIn(screen, name), {
    prompt,
    columns: columns - noteCells,
    rowsMax: 1,
  });
  const rows = input.rows.map((row) =>
    noteCells === 0
      ? row
      : [...fitRow(row, columns - noteCells), span(`${note ?? ""}  `, theme.dim)],
  );
  return { rows, cursor: input.cursor };
}

function typedIn(
  { editor, password, again, isPasswordShown }: NicknameScreen,
  name: NicknameScreen["field"],
): { readonly text: string; readonly cursor: number } {
  if (name === "nick") return editor;
  const text = (name === "password" ? password : again).reveal();
  const shown = isPasswordShown ? text : "*".repeat([...text].length);
  return { text: shown, cursor: shown.length };
}

function noteOf(screen: NicknameScreen, name: NicknameScreen["field"]): string | undefined {
  const { progress, password, again, editor } = screen;
  const text = password.reveal();
  const isRegistered = progress.type === "refused" && progress.registered !== undefined;
  switch (name) {
    case "nick":
      return isRegistered ? "registered here" : nickNote(screen);
    case "password":
      if (isRegistered) return undefined;
      return text === "" ? "none: come as a guest" : passwordStrength(text, editor.text.trim());
    case "again":
      if (again.reveal() === "") return undefined;
      return again.reveal() === text ? "matches" : "does not match yet";
  }
}

function nickNote({ progress, editor, isProposal }: NicknameScreen): string | undefined {
  if (progress.type === "registering") return "free here";
  return isProposal && editor.text !== "" ? "or type another" : undefined;
}

function newsRows(state: ViewState, { progress }: NicknameScreen): Row[] {
  const { theme } = state.settings;
  const cells = state.size.columns - 6;
  const alert = (text: string) =>
    wrap(text, cells).map(
      (line, index): Row => [span(`${index === 0 ? "   ! " : "     "}${line}`, theme.alert)],
    );
  const told = (text: string) =>
    wrap(text, cells).map((line): Row => [span(`   ${line}`, theme.dim)]);
  switch (progress.type) {
    case "asking":
      return told("This is how the others will see you.");
    case "refused":
      return alert(progress.message);
    case "joining":
      return [[span(`   ${connectionReport(progress.connection, state.now, theme)}`)]];
    case "proving":
      return told(`Asking whether you are ${progress.nick}${theme.glyphs.ellipsis}`);
    case "registering":
      return progress.problem === undefined
        ? told(
            "Nobody has registered that nickname: with the password once more it is yours, here and on your other devices.",
          )
        : alert(progress.problem);
  }
}

/** A server that is met for the first time shows its words, for the person to compare. */
function firstVisitRows({ settings, size }: ViewState, target: ServerTarget): Row[] {
  if (target.type === "typed" || target.server.trust.type !== "new") return [];
  const cells = size.columns - 6;
  const rows = (text: string) => wrap(text, cells);
  return [
    ...rows("First visit: the server's screen must show").map((line) => [span(`   ${line}`)]),
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
