import type { ClientEvent, ServerInfo } from "../room/client-port.ts";
import type { OwnPerson } from "../room/entry.ts";
import { guestText } from "./entering.ts";
import { type LinkState, linkAfter, noLink } from "./link-state.ts";
import { type Status, statusText } from "./status-text.ts";

/** Where one is in line mode, as whom, and how the way there is. */
export class PlainPlace {
  #server: ServerInfo | undefined;
  #nick: string | undefined;
  #own: OwnPerson | undefined;
  #connection: Status["connection"] | undefined;
  #link: LinkState = noLink;
  #accountLostText: string | undefined;

  handleEvent(event: ClientEvent): void {
    this.#link = linkAfter(this.#link, event);
    switch (event.type) {
      case "connection":
        this.#connection = event.state;
        return;
      case "remembered":
        if (this.isKnown) return;
        this.#enter(event);
        return;
      case "ready":
        this.#accountLostText = this.#lostText(event);
        this.#enter(event);
        return;
      case "renamed":
        this.#nick = event.nick;
        return;
      case "identified":
        this.#own = event.own;
        return;
      default:
    }
  }

  /** Whether the server was met, now or at an earlier visit. */
  get isKnown(): boolean {
    return this.#nick !== undefined;
  }

  get connection(): Status["connection"] | undefined {
    return this.#connection;
  }

  get nick(): string | undefined {
    return this.#nick;
  }

  /** Our person's name in logs; empty before it is known. */
  get person(): string {
    return this.#own?.person ?? "";
  }

  get serverName(): string {
    return this.#server?.name ?? "the server";
  }

  /** That we were logged in before the last `ready` and are not any more, if it is so. */
  get accountLostText(): string | undefined {
    return this.#accountLostText;
  }

  /** What `/status` says. */
  get lines(): readonly string[] {
    const [server, nick, own] = [this.#server, this.#nick, this.#own];
    if (server === undefined || nick === undefined || own === undefined) {
      return ["not connected yet"];
    }
    const { quality } = this.#link;
    return statusText({ connection: this.#connection ?? "connecting", server, nick, own, quality });
  }

  #lostText({ own, nick }: Extract<ClientEvent, { type: "ready" }>): string | undefined {
    const isLost = this.#own !== undefined && this.#own.isGuest !== true && own.isGuest === true;
    return isLost ? guestText(this.#nick ?? nick, nick) : undefined;
  }

  #enter({ server, nick, own }: Extract<ClientEvent, { type: "ready" | "remembered" }>): void {
    this.#server = server;
    this.#nick = nick;
    this.#own = own;
  }
}
