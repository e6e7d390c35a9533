import type { Clock } from "../base/clock.ts";
import type { DiscoveredServer } from "../discovery/discovered-server.ts";
import type { ClientEvent, ClientPort } from "../room/client-port.ts";
import type { SettingsContent } from "./settings-text.ts";
import type { TimeFormat } from "./time-format.ts";
import type { Trust } from "./trust.ts";

/** A server that was heard, with what is known about its key. */
export interface ListedServer extends DiscoveredServer {
  readonly trust: Trust;
  /** What this computer remembers of it, where there was a visit. */
  readonly remembered?: { readonly nick: string; readonly visitedAt: number };
  /** It is remembered and not heard now: what is kept of it can be read, and answered for later. */
  readonly isSilent?: true;
}

/** Which server a person wants: one that was heard, or what they typed: `host`, `host:port`, a link. */
export type ServerTarget =
  | { readonly type: "discovered"; readonly server: ListedServer }
  | { readonly type: "typed"; readonly text: string };

/**
 * Starts a client of that server. Events come from then on, also before the promise is kept.
 * Rejects with an EarshotError only when the target makes no sense or shows another key than the
 * known one (`ServerChangedError`); a server that does not answer is a `connection` event.
 */
export type Connect = (
  target: ServerTarget,
  nick: string,
  onEvent: (event: ClientEvent) => void,
) => Promise<ClientPort>;

/** How a server is to be hosted; what is absent is as usual. */
export interface HostWish {
  readonly name?: string;
  readonly port?: number;
  /** Names of adapters; all of them when absent. */
  readonly interfaces?: readonly string[];
}

/** A server that runs in this process because somebody asked for it in the picker. */
export interface HostedServer {
  readonly target: Extract<ServerTarget, { type: "discovered" }>;
  /** Who is in it now, ourselves too. */
  memberCount(): number;
  /** Tells the members and stops. */
  close(): Promise<void>;
}

/** What the picker shows: the discovery browser, or a list in tests. */
export interface ServerBrowser {
  servers(): readonly ListedServer[];
  /** The adapters that were asked. */
  adapters(): readonly { readonly name: string }[];
  /** Why no server answers, in one sentence, once that was found out. */
  cause(): string | undefined;
  /** Asks again now. */
  refresh(): void;
  close(): Promise<void>;
}

/** The settings file. */
export interface KeptSettings {
  /** What it said at the start. */
  readonly content: SettingsContent;
  /**
   * Changes one setting in the file as it is then, and gives the whole text. Rejects with an EarshotError
   * when it cannot be read or written.
   */
  change(name: string, value: string | undefined): Promise<string>;
}

/** What full-screen and line mode both need. */
export interface ChatOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  /** Names of the rooms to join; the first is shown. */
  readonly rooms: readonly string[];
  /** How times are written; this machine's time zone when absent. */
  readonly timeFormat?: TimeFormat;
  /** Aborting it is as good as `/quit`: signals come this way. */
  readonly signal?: AbortSignal;
}
