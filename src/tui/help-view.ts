import { commandUsage } from "./command.ts";
import { commands } from "./command-table.ts";
import { editingKeys, type KeyContext, keyBindings, keyLabel } from "./key-table.ts";
import type { Picture, Row, Size } from "./picture.ts";
import { barRow, span } from "./row.ts";
import { clip, padEnd } from "./text.ts";
import type { Theme } from "./theme.ts";
import type { Screen } from "./view-state.ts";

const keyCells = 22;

/** The help of a screen: its keys, and while chatting the commands, all from their tables. */
export function helpPicture(screen: Screen, firstRow: number, size: Size, theme: Theme): Picture {
  const rows = helpRows(screen, size.columns, theme);
  const isMore = firstRow + size.rows - 1 < rows.length;
  const keys = isMore ? `PageDown more ${theme.glyphs.separator} Esc closes ` : "Esc closes ";
  const title = barRow(` Help: ${helpTitle(screen)}`, keys, size.columns, theme);
  return { rows: [title, ...rows.slice(firstRow, firstRow + size.rows - 1)] };
}

/** The last row that may be the first one seen. */
export function helpRowMax(screen: Screen, size: Size, theme: Theme): number {
  return Math.max(0, helpRows(screen, size.columns, theme).length - (size.rows - 1));
}

function helpTitle(screen: Screen): string {
  switch (screen.type) {
    case "picker":
      return "choosing a server";
    case "nickname":
      return "choosing a nickname";
    case "changed":
      return "a server that has changed";
    case "room":
      return "chatting";
  }
}

function helpRows(screen: Screen, columns: number, theme: Theme): Row[] {
  const entry = (left: string, right: string): Row => [
    span(` ${padEnd(left, keyCells)} `, theme.strong),
    span(clip(right, Math.max(1, columns - keyCells - 2), theme.glyphs.ellipsis)),
  ];
  const section = (title: string): Row[] => [[], [span(` ${title}`, theme.dim)]];
  const rows: Row[] = [];
  for (const context of contextsOf(screen)) {
    rows.push(...section(context.title));
    for (const { keys, help } of keyBindings.filter(
      (binding) => binding.context === context.name,
    )) {
      if (help !== undefined) rows.push(entry(keyLabel(keys[0] ?? ""), help));
    }
  }
  rows.push(...section("WRITING"), ...editingKeys.map(([keys, help]) => entry(keys, help)));
  if (screen.type === "room") {
    rows.push(...section("COMMANDS"));
    rows.push(...commands.map((command) => entry(commandUsage(command), command.help)));
    rows.push(entry("//text", "say something that starts with a slash"));
  }
  return rows.slice(1);
}

function contextsOf(
  screen: Screen,
): readonly { readonly name: KeyContext; readonly title: string }[] {
  const everywhere = { name: "everywhere", title: "EVERYWHERE" } as const;
  switch (screen.type) {
    case "picker":
      return [
        { name: "picker", title: "SERVERS" },
        { name: "silence", title: "WHILE NO SERVER ANSWERS" },
        { name: "address", title: "AN ADDRESS" },
        everywhere,
      ];
    case "nickname":
      return [{ name: "nickname", title: "NICKNAME" }, everywhere];
    case "changed":
      return [{ name: "changed", title: "A SERVER THAT HAS CHANGED" }, everywhere];
    case "room":
      return [
        { name: "room", title: "ROOM" },
        { name: "reader", title: "READING A FOLDED MESSAGE" },
        { name: "paste", title: "A LONG PASTE" },
        { name: "input-search", title: "LOOKING FOR WHAT YOU SAID" },
        everywhere,
      ];
  }
}
