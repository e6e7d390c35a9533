import type { ClientEvent } from "../../src/room/client-port.ts";
import type { ListedServer, ServerTarget } from "../../src/tui/chat-options.ts";
import type { KeyEvent, KeyName } from "../../src/tui/key.ts";
import type { Picture, Size } from "../../src/tui/picture.ts";
import { pictureOf } from "../../src/tui/picture-of.ts";
import { type StartSettings, withContent } from "../../src/tui/preferences.ts";
import { readSettings } from "../../src/tui/settings-text.ts";
import type { TimeFormat } from "../../src/tui/time-format.ts";
import type { KeyChange } from "../../src/tui/trust.ts";
import { reduce, startView } from "../../src/tui/view.ts";
import type { Effect, Settings, ViewEvent, ViewState } from "../../src/tui/view-state.ts";
import { sampleId } from "../discovery/samples.ts";
import { enteredEvent, readyEvent } from "./client-events.ts";
import { entry, someTime } from "./fake-client.ts";

/** Times as in UTC, wherever the test runs. */
export const utcTimeFormat: TimeFormat = {
  time: (at) => new Date(at).toISOString().slice(11, 16),
  date: (at) => new Date(at).toUTCString().slice(0, 16).replace(",", ""),
};

/** "lab" shows another key than before. */
export const sampleChange: KeyChange = {
  label: { type: "name", text: "lab" },
  key: sampleId(2),
  knownKey: sampleId(1),
  lastSeenAt: someTime,
};

/** A server that was heard; its id is its name. */
export function heardServer(name: string, options: Partial<ListedServer> = {}): ListedServer {
  return {
    id: name,
    name,
    address: { host: "192.168.1.20", port: 28198 },
    members: 12,
    rooms: 3,
    versionMin: 1,
    versionMax: 1,
    via: "eth0",
    rttMs: 1.6,
    heardAt: 0,
    trust: { type: "known" },
    ...options,
  };
}

/** A key by the name that the key table gives it; one character is typed text. */
export function keyEvent(name: string): KeyEvent {
  if (name.length === 1) return { type: "text", text: name };
  const parts = name.split("+");
  const isWith = (modifier: string) => parts.slice(0, -1).includes(modifier);
  return {
    type: "key",
    name: (parts.at(-1) ?? "") as KeyName,
    isCtrl: isWith("ctrl"),
    isAlt: isWith("alt"),
    isShift: isWith("shift"),
  };
}

/** The rows of a picture as text, without blanks at their ends. */
export function pictureText(picture: Picture): string {
  return picture.rows
    .map((row) =>
      row
        .map(({ text }) => text)
        .join("")
        .trimEnd(),
    )
    .join("\n")
    .trimEnd();
}

export interface ViewOptions {
  readonly size?: Size;
  readonly target?: ServerTarget;
  readonly isAscii?: boolean;
  readonly settings?: Partial<Settings>;
  /** What the settings file says. */
  readonly settingsText?: string;
}

/** The view without a terminal and without a client: events in, effects and pictures out. */
export class ViewRun {
  state: ViewState;
  effects: Effect[];
  now = 1_000_000;
  /** Members of the server that this program hosts. */
  hostedMemberCount: number | undefined;
  /** Own lines that wait for the next visit. */
  keptCount = 0;

  constructor(options: ViewOptions = {}) {
    const start: StartSettings = {
      isAscii: options.isAscii ?? false,
      themeName: "auto",
      hasBell: true,
      timeFormat: utcTimeFormat,
      rooms: ["lobby"],
      nick: undefined,
      nickDefault: "alice",
      version: 1,
      discoveryPort: 28197,
      ...options.settings,
    };
    const settings: Settings = {
      ...withContent(start, readSettings(options.settingsText ?? "")),
      ...options.settings,
    };
    const size = options.size ?? { columns: 80, rows: 24 };
    const moment = this.#moment();
    const step = startView({ moment, settings, size, target: options.target });
    this.state = step.state;
    this.effects = [...step.effects];
  }

  event(event: ViewEvent): this {
    const step = reduce(this.#moment(), this.state, event);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }

  client(...events: ClientEvent[]): this {
    for (const event of events) this.event({ type: "client", event });
    return this;
  }

  keys(...names: string[]): this {
    for (const name of names) this.event({ type: "key", key: keyEvent(name) });
    return this;
  }

  type(text: string): this {
    return this.keys(...text);
  }

  paste(text: string): this {
    return this.event({ type: "key", key: { type: "paste", text } });
  }

  /** Time passes, and the view notices. */
  pass(ms: number): this {
    this.now += ms;
    return this.event({ type: "tick" });
  }

  resize(size: Size): this {
    return this.event({ type: "resized", size });
  }

  servers(...servers: ListedServer[]): this {
    return this.event({ type: "servers", servers, adapters: ["eth0", "wlan0"] });
  }

  /** In the lobby of "lab" as alice, with these others there, at the beginning of the room. */
  enter(...others: string[]): this {
    this.event({ type: "client", event: { type: "connection", state: "open", attempt: 1 } });
    this.client(readyEvent("alice"));
    const nicks = ["alice", ...others];
    this.client(enteredEvent("lobby", nicks));
    return this.page(1, 0, false);
  }

  /** Lines `from`..`to` of the lobby's past. */
  page(from: number, to: number, hasMore: boolean): this {
    const entries = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) =>
      entry(from + index, `line ${from + index}`),
    );
    return this.client({ type: "page", room: "lobby", entries, damaged: [], hasMore });
  }

  said(sequence: number, text: string, author = "bob", sentAt: number = someTime): this {
    const said = entry(sequence, text, { author, sentAt });
    return this.client({ type: "said", room: "lobby", entry: said, isOwn: author === "alice" });
  }

  /** The effects since the last time, as their types. */
  takeEffects(): Effect[] {
    const { effects } = this;
    this.effects = [];
    return effects;
  }

  picture(): Picture {
    return pictureOf(this.state);
  }

  text(): string {
    return pictureText(this.picture());
  }

  #moment() {
    const { hostedMemberCount, keptCount } = this;
    const moment = { now: this.now, wallNow: someTime, keptCount };
    return hostedMemberCount === undefined ? moment : { ...moment, hostedMemberCount };
  }
}

/** A view that is on its way to the server "lab". */
export function joiningView(options: ViewOptions = {}): ViewRun {
  const target = { type: "discovered", server: heardServer("lab") } as const;
  return new ViewRun({ target, ...options, settings: { nick: "alice", ...options.settings } });
}
