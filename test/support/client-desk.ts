import type { Address } from "../../src/base/address.ts";
import { ChatClient } from "../../src/room/chat-client.ts";
import type { ClientEvent, ServerLocation, ShownKey, Verdict } from "../../src/room/client-port.ts";
import { decodeClientMessage, encodeCbor } from "../../src/room/codec.ts";
import type { Request, ServerMessage } from "../../src/room/message.ts";
import type { Entered } from "../../src/room/message-room.ts";
import type { CloseReason } from "../../src/transport/endpoint-port.ts";
import { messageEntry, personOf } from "./log-entries.ts";
import { SeededRandom } from "./random.ts";
import { logId } from "./server-desk.ts";

export const serverAddress: Address = { host: "10.0.0.1", port: 4000 };

/** The key of the server that is met. */
export const serverKey: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => index);

/** A client whose effects are collected; the test is the server. */
export class ClientDesk {
  readonly client: ChatClient;
  readonly events: ClientEvent[] = [];
  readonly requests: Request[] = [];
  readonly channels: number[] = [];
  readonly connects: ServerLocation[] = [];
  readonly judged: ShownKey[] = [];
  /** What the owner thinks of any key; it takes its time while absent. */
  verdict: Verdict | undefined = { type: "accepted", isFirstVisit: false };
  readonly closes: number[] = [];
  resolveCount = 0;
  now = 1_000;

  constructor(nick = "anna", takesSuggestion?: boolean) {
    const naming = takesSuggestion === undefined ? { nick } : { nick, takesSuggestion };
    this.client = new ChatClient({ ...naming, program: "test", random: new SeededRandom(1) });
  }

  /** Connected and greeted. */
  static open(nick = "anna", takesSuggestion?: boolean): ClientDesk {
    const desk = new ClientDesk(nick, takesSuggestion);
    desk.do((client) => client.start());
    desk.connect();
    desk.welcome(nick);
    return desk;
  }

  /** Open and in a room whose log ends there. */
  static inRoom(lastSequence = 0): ClientDesk {
    const desk = ClientDesk.open();
    desk.do((client) => client.join("lobby"));
    desk.enter({ lastSequence });
    return desk;
  }

  do<T>(action: (client: ChatClient) => T): T {
    const result = action(this.client);
    this.#collect();
    return result;
  }

  connect(): void {
    this.do((client) => client.handleResolved(this.now, { address: serverAddress }));
    this.do((client) => client.handleOpened(this.now, serverKey));
  }

  welcome(nick = "anna", rooms: readonly string[] = [], id = "key"): void {
    const server = { id, name: "kitchen" };
    const known = rooms.map((room) => ({
      room,
      kind: "public" as const,
      lastSequence: 0,
      isIn: true as const,
    }));
    const person = personOf(nick);
    this.tell({ type: "welcome", ref: 0, server, nick, person, isGuest: true, rooms: known });
  }

  enter(change: Partial<Entered> = {}): void {
    const { ref } = this.last("join");
    const entered = {
      state: { kind: "public", topic: "", slowMs: 0, isReadOnly: false },
      members: [{ nick: "anna" }],
      memberCount: 1,
      log: logId,
      firstSequence: 1,
      lastSequence: 0,
    } as const;
    this.tell({ type: "entered", ref, room: this.last("join").room, ...entered, ...change });
  }

  lose(reason: CloseReason = { cause: "timed-out", code: 0, text: "" }): void {
    this.do((client) => client.handleClosed(this.now, reason));
  }

  /** Waits for the next attempt and connects. */
  reconnect(): void {
    this.wake();
    this.connect();
    this.welcome();
  }

  /** The time comes for which the client waits. */
  wake(): void {
    this.now = this.client.pollTimeout() ?? this.now;
    this.do((client) => client.handleTimeout(this.now));
  }

  tell(message: ServerMessage): void {
    this.do((client) => client.handleMessage(this.now, encodeCbor(message)));
  }

  said(sequence: number, text = `line ${sequence}`, author = "ben"): void {
    this.tell({ type: "said", room: "lobby", entries: [messageEntry(sequence, text, author)] });
  }

  /** Others came into a room. */
  joined(nick: string, room = "lobby"): void {
    this.tell({ type: "presence", room, joined: [{ nick }], left: [], changed: [] });
  }

  left(nick: string, room = "lobby"): void {
    const left = [{ nick, reason: "left" as const }];
    this.tell({ type: "presence", room, joined: [], left, changed: [] });
  }

  /** Answers the newest question about members. */
  answerMembers(nicks: readonly string[], hasMore: boolean): void {
    const members = nicks.map((nick) => ({ nick }));
    this.tell({ type: "members", ref: this.last("members").ref, room: "lobby", members, hasMore });
  }

  /** What was posted since the last time, if it was a message. */
  takePosts(): { ref: number; id: string; text: string; isFirst: boolean }[] {
    return this.takeRequests().flatMap((request) =>
      request.type === "post" && request.body.type === "message"
        ? [{ ref: request.ref, id: request.id, text: request.body.text, isFirst: request.isFirst }]
        : [],
    );
  }

  /** The newest request of this type. */
  last<T extends Request["type"]>(type: T): Extract<Request, { type: T }> {
    const request = this.requests.findLast((each) => each.type === type);
    if (request === undefined) throw new Error(`no ${type} was sent`);
    return request as Extract<Request, { type: T }>;
  }

  /** What was sent since the last time. */
  takeRequests(): Request[] {
    return this.requests.splice(0);
  }

  of<T extends ClientEvent["type"]>(type: T): Extract<ClientEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<
      ClientEvent,
      { type: T }
    >[];
  }

  #collect(): void {
    for (const effect of this.client.pollEffects()) {
      if (effect.type === "event") this.events.push(effect.event as ClientEvent);
      else if (effect.type === "resolve") this.resolveCount += 1;
      else if (effect.type === "connect") this.connects.push(effect.to);
      else if (effect.type === "judge") this.#judge({ key: effect.key, isProven: effect.isProven });
      else if (effect.type === "close") this.closes.push(effect.code);
      else {
        this.channels.push(effect.channel);
        this.requests.push(decodeClientMessage(effect.message) as Request);
      }
    }
  }

  #judge(shown: ShownKey): void {
    this.judged.push(shown);
    const { verdict } = this;
    if (verdict !== undefined) this.do((client) => client.handleVerdict(this.now, verdict));
  }
}
