import { formatAddress } from "../base/address.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import { isLinkLike } from "../discovery/server-link.ts";
import type { ListedServer } from "./chat-options.ts";
import { hostPicture } from "./host-view.ts";
import { inputRows } from "./input-rows.ts";
import { keyBindings, keyLabel } from "./key-table.ts";
import { areAllSilent, isSilent, matchingServers, selectedServer } from "./picker.ts";
import type { Picture, Row, Style } from "./picture.ts";
import { warningText } from "./quitting.ts";
import { barRow, fitRow, span } from "./row.ts";
import { detailRows } from "./server-detail.ts";
import { refusalOf } from "./server-refusal.ts";
import { clip, padEnd, padStart, wrap } from "./text.ts";
import { trustWord } from "./trust.ts";
import type { PickerScreen, ViewState } from "./view-state.ts";

/** The picture of the server picker. */
export function pickerPicture(state: ViewState, screen: PickerScreen): Picture {
  const { size, settings } = state;
  const { theme } = settings;
  if (screen.mode.type === "host-form") return hostPicture(state, screen, screen.mode.form);
  const bottom = bottomRows(state, screen);
  const title = barRow(" Find a server", `${listening(state)} `, size.columns, theme);
  const room = size.rows - 2 - bottom.rows.length;
  const body = bodyRows(state, screen, room).slice(0, room);
  const blank: Row[] = Array.from({ length: Math.max(0, room - body.length) }, () => []);
  const rows = [title, [], ...body, ...blank, ...bottom.rows];
  const { column, row } = bottom.cursor;
  return { rows, cursor: { column, row: rows.length - bottom.rows.length + row } };
}

function listening(state: ViewState): string {
  if (state.adapters.length === 0) return "no network adapter";
  return `listening on ${state.adapters.join(", ")}`;
}

function bodyRows(state: ViewState, screen: PickerScreen, room: number): Row[] {
  const { theme } = state.settings;
  if (screen.mode.type === "hosting")
    return [[span("   starting a server here"), span(theme.glyphs.ellipsis)]];
  if (isSilent(state)) return silentRows(state, room);
  if (state.servers.length === 0) return [[span(`   asking${theme.glyphs.ellipsis}`, theme.dim)]];
  const rows = listRows(state, screen, room);
  if (!areAllSilent(state)) return rows;
  const strong = state.settings.theme.strong;
  return [...rows, [], [span("   No server answers now.", strong)], ...causeRows(state)];
}

/** Where there is no room for all of it, why comes first: the keys stand in the last row, too. */
function silentRows(state: ViewState, room: number): Row[] {
  const { adapters, settings } = state;
  const { strong } = settings.theme;
  const keys = keyBindings.filter(
    ({ context, help }) => context === "silence" && help !== undefined,
  );
  const asked =
    adapters.length === 0 ? "no network adapter is up" : `asked on ${adapters.join(", ")}`;
  const head: Row[] = [
    [span("   No server answers.", strong)],
    [span(`   ${asked}, UDP port ${settings.discoveryPort}`)],
    [],
  ];
  const help = keys.map(
    (binding): Row => [
      span(`   ${padEnd(binding.keys.slice(0, 2).map(keyLabel).join(" "), 8)}`, strong),
      span(binding.help ?? ""),
    ],
  );
  const cause = causeRows(state);
  const isRoomy = head.length + help.length + 1 + cause.length <= room;
  return isRoomy ? [...head, ...help, [], ...cause] : [...head, ...cause, [], ...help];
}

/** What is known better than that it may be a firewall takes as many rows as it needs. */
function causeRows({ cause, size, settings }: ViewState): Row[] {
  const { dim, strong } = settings.theme;
  const rowsOf = (text: string, style: Style) =>
    wrap(text, Math.max(1, size.columns - 6)).map((line): Row => [span(`   ${line}`, style)]);
  if (cause === undefined) {
    return rowsOf("A firewall may drop that port, here or at the server.", dim);
  }
  return [...rowsOf(cause, strong), [span("   More by: earshot doctor", dim)]];
}

interface Columns {
  readonly name: number;
  readonly trust: number;
  readonly address: number;
  /** Whether rooms, members and round trip have a place, too. */
  readonly isWide: boolean;
  readonly hasVia: boolean;
}

/** From this width on there is a place for facts, and for the adapter. */
const factsFromColumns = 70;
const viaFromColumns = 88;

function columnsOf(cells: number): Columns {
  const isWide = factsFromColumns <= cells;
  const name = isWide ? 18 : 13;
  // As wide as "same name"; the address, at most 21 characters, is cut where there is no place.
  const trust = 9;
  const address = Math.min(21, cells - name - trust - 5);
  return { name, trust, address, isWide, hasVia: viaFromColumns <= cells };
}

function listRows(state: ViewState, screen: PickerScreen, room: number): Row[] {
  const { size, settings, servers } = state;
  const { theme } = settings;
  const shown = matchingServers(servers, screen.filter.text);
  if (isLinkLike(screen.filter.text)) return [[span("   Enter follows the link", theme.dim)]];
  if (shown.length === 0) return [[span("   no server matches the filter", theme.dim)]];
  const columns = columnsOf(size.columns);
  const selected = selectedServer(shown, screen.selectedId);
  const rowsMax = Math.max(1, room - 1);
  const index = selected === undefined ? 0 : shown.indexOf(selected);
  const first = Math.max(0, Math.min(index - Math.floor(rowsMax / 2), shown.length - rowsMax));
  return [
    [span(headerText(columns), theme.dim)],
    ...shown.slice(first, first + rowsMax).map((server) => {
      const isSelected = server === selected;
      return fitRow(serverRow(server, isSelected, state, columns), size.columns);
    }),
  ];
}

function headerText({ name, trust, address, isWide, hasVia }: Columns): string {
  const facts = isWide
    ? `${padStart("ROOMS", 6)}${padStart("MEMBERS", 9)}${padStart("RTT", 8)}`
    : "";
  const left = `   ${padEnd("NAME", name)} ${padEnd("TRUST", trust)} ${padEnd("ADDRESS", address)}`;
  return `${left}${facts}${hasVia ? "  VIA" : ""}`;
}

function serverRow(
  server: ListedServer,
  isSelected: boolean,
  state: ViewState,
  columns: Columns,
): Row {
  const { theme, version } = state.settings;
  const { glyphs } = theme;
  const name = padEnd(clip(server.name, columns.name, glyphs.ellipsis), columns.name);
  const address = clip(formatAddress(server.address), columns.address, glyphs.ellipsis);
  const refusal = refusalOf(server, version);
  if (server.isSilent) return silentRow(name, isSelected, columns, state);
  const { type } = server.trust;
  const trust = type === "new" && server.isNameShared ? "same name" : trustWord(server.trust);
  return [
    span(` ${isSelected ? glyphs.marker : " "} `, theme.strong),
    span(name, isSelected ? theme.strong : theme.plain),
    span(` ${padEnd(trust, columns.trust)}`, type === "changed" ? theme.alert : theme.plain),
    span(` ${padEnd(address, columns.address)}`, refusal === undefined ? theme.plain : theme.dim),
    refusal === undefined ? span(factsText(server, columns)) : span(` ${refusal}`, theme.alert),
  ];
}

/** What is not here now can be read. */
function silentRow(name: string, isSelected: boolean, columns: Columns, state: ViewState): Row {
  const { theme } = state.settings;
  const { glyphs } = theme;
  const text = ` not here now ${glyphs.separator} Enter reads what you have`;
  return [
    span(` ${isSelected ? glyphs.marker : " "} `, theme.strong),
    span(name, isSelected ? theme.strong : theme.dim),
    span(clip(text, state.size.columns - columns.name - 3, glyphs.ellipsis), theme.dim),
  ];
}

function factsText(server: DiscoveredServer, { isWide, hasVia }: Columns): string {
  if (!isWide) return "";
  const { rooms, members, rttMs, via } = server;
  const rtt = rttMs === undefined ? "-" : `${Math.max(1, Math.round(rttMs))} ms`;
  const facts = `${padStart(String(rooms), 6)}${padStart(String(members), 9)}${padStart(rtt, 8)}`;
  return hasVia ? `${facts}  ${via}` : facts;
}

function bottomRows(
  state: ViewState,
  screen: PickerScreen,
): Picture & Required<Pick<Picture, "cursor">> {
  const { size, settings } = state;
  const { theme } = settings;
  const { mode } = screen;
  const input = inputRows(mode.type === "address" ? mode.editor : screen.filter, {
    prompt: mode.type === "address" ? " address: " : " filter: ",
    columns: size.columns,
    rowsMax: 1,
  });
  const news: readonly Row[] =
    screen.problem === undefined
      ? detailRows(state, mode.type === "list" ? markedServer(state, screen) : undefined)
      : [[span(` ! ${screen.problem}`, theme.alert)]];
  const hints = hintText(state, screen);
  return {
    rows: [
      ...news,
      ...input.rows,
      [span(clip(` ${hints}`, size.columns, theme.glyphs.ellipsis), theme.dim)],
    ],
    cursor: { column: input.cursor.column, row: news.length },
  };
}

function markedServer({ servers }: ViewState, { filter, selectedId }: PickerScreen) {
  return selectedServer(matchingServers(servers, filter.text), selectedId);
}

function hintText(state: ViewState, screen: PickerScreen): string {
  const { separator } = state.settings.theme.glyphs;
  return warningText(state) ?? hintsOf(state, screen).join(` ${separator} `);
}

function hintsOf(state: ViewState, screen: PickerScreen): readonly string[] {
  if (screen.mode.type === "address")
    return ["host, host:port or link", "Enter go there", "Esc back"];
  if (isSilent(state)) return ["Enter host here", "a address", "r ask again", "F1 help"];
  return ["Enter join", "type to filter", "F2 host", "F3 address", "F5 ask again", "F1 help"];
}
