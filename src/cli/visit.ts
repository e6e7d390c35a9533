import { EarshotError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { ClientEvent, ClientPort, HistoryRange } from "../room/client-port.ts";
import type { Answer, Question } from "../room/client-question.ts";
import type { FileTarget } from "../room/files/file-action.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { defaultNick } from "./default-nick.ts";
import { openDevice } from "./device.ts";
import { exitCodes } from "./exit-code.ts";
import { chooseTarget, joinServer, noServer } from "./joining.ts";
import { LineOutput } from "./line-output.ts";
import { systemNetwork } from "./network.ts";
import { readPasswordFile } from "./password.ts";
import type { VisitOptions } from "./script-command.ts";
import { onStopSignal } from "./stop-signal.ts";

/** How long the server may take for each answer. */
export const answerMs = 10_000;

/** A folder of many files is listed before it is offered. */
const offerMs = 120_000;

/** What a server tells at once when it has accepted us: what is asked of us, and notices. */
const earlyNewsMax = 100;

/** Suggested nicknames that are tried before giving up. */
const nickTriesMax = 5;

/** A goodbye takes a round trip. */
const goodbyeMs = 2_000;

export type EventOf<T extends ClientEvent["type"]> = Extract<ClientEvent, { readonly type: T }>;

/** The answers that are waited for; others are refusals. */
type VisitAnswer = EventOf<
  "account" | "answer" | "entered" | "file" | "members" | "page" | "ready" | "stored"
>;

interface Waiting {
  readonly resolve: (answer: VisitAnswer) => void;
  readonly reject: (failure: EarshotError) => void;
}

/** What a command does at a server before it goes again; gives the exit code. */
export type VisitWork = (visit: Visit) => Promise<number>;

/**
 * Joins the server that is meant, lets `work` ask there, and says goodbye, also when somebody stops
 * the command (`stoppedCode`) or hangs up (0). Gives the exit code.
 *
 * @throws {EarshotError} WHEN no server answers `no-server`; what the server refuses, and what `work`
 * throws.
 */
export async function visitServer(
  command: VisitOptions,
  stoppedCode: number,
  work: VisitWork,
): Promise<number> {
  let client: ClientPort | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    const output = new LineOutput(process.stdout, (end) => {
      if (end.type === "hung-up") resolve(exitCodes.ok);
      else reject(end.error);
    });
    onStopSignal({ graceMs: goodbyeMs, lateExitCode: stoppedCode }, () => resolve(stoppedCode));
    const visit = new Visit(output, command.nick);
    const stay = async () => {
      const { roomPasswordFile: file } = command;
      if (file !== undefined) visit.roomPassword = await readPasswordFile(file);
      client = await joinFor(command, visit);
      await visit.welcomed(client);
      const exitCode = await work(visit);
      await output.flushed();
      return exitCode;
    };
    stay().then(resolve, reject);
  });
  try {
    return await ended;
  } finally {
    await client?.close();
  }
}

async function joinFor(command: VisitOptions, visit: Visit): Promise<ClientPort> {
  const { data, waitMs, trustedWords, moving } = command;
  const network = systemNetwork(command);
  const device = await openDevice(network, data);
  const target = await chooseTarget(network, device.knownServers, command);
  if (target === undefined) throw noServer(network, waitMs);
  const onEvent = (event: ClientEvent) => visit.handleEvent(event);
  return joinServer(network, device, {
    ...{ target, nick: visit.nick, waitMs, trustedWords, onEvent },
    ...(moving && { files: { ...moving, data } }),
  });
}

/** A client that is asked one thing after the other. Messages for people go to stderr. */
export class Visit {
  /** What we ask to be called. */
  readonly nick: string;
  /** Of rooms that ask for one. */
  roomPassword: Secret | undefined;
  readonly #output: LineOutput;
  readonly #isNickChosen: boolean;
  readonly #waiting = new Map<string, Waiting>();
  #client: ClientPort | undefined;
  #onNews: ((event: ClientEvent) => void) | undefined;
  /** What nobody asked for and nobody has taken yet. */
  readonly #news: ClientEvent[] = [];
  /** What was told before there was a client. */
  #ready: EventOf<"ready"> | undefined;
  #refusedNick: EventOf<"nick-refused"> | undefined;
  #failure: EarshotError | undefined;
  #requestCount = 0;
  #nickTries = 0;

  constructor(output: LineOutput, nick: string | undefined) {
    this.#output = output;
    this.#isNickChosen = nick !== undefined;
    this.nick = nick ?? defaultNick();
  }

  /** Waits until the server has accepted us; nothing is asked before. */
  async welcomed(client: ClientPort): Promise<void> {
    this.#client = client;
    if (this.#refusedNick !== undefined) this.#handleRefusedNick(this.#refusedNick);
    if (this.#ready !== undefined) return;
    const nothing = () => undefined;
    await this.#answer("ready", answerMs, nothing).catch((error: unknown) => {
      const isSilent = error instanceof EarshotError && error.code === "connection-lost";
      throw isSilent ? new EarshotError("no-server", error.message) : error;
    });
  }

  /** Who we are and where we belong. */
  get ready(): EventOf<"ready"> {
    if (this.#ready === undefined) throw new EarshotError("internal", "there was no welcome");
    return this.#ready;
  }

  /** Enters the room, with its password if it asks for one and we know it. */
  async join(room: string): Promise<EventOf<"entered">> {
    const join = () => this.#request("entered", (ref) => this.#port.join(room, ref));
    return await join().catch(async (error: unknown) => {
      const isAsked = error instanceof EarshotError && error.code === "password-needed";
      const password = this.roomPassword;
      if (!isAsked || password === undefined) throw error;
      const action = { type: "open-room", room, password } as const;
      await this.#request("account", (ref) => this.#port.account(action, ref));
      return await join();
    });
  }

  /** Asks for a private chat, which is entered. */
  async query(nick: string): Promise<EventOf<"entered">> {
    const question = { type: "ask", nicks: [nick] } as const;
    return await this.#request("entered", (ref) => this.#port.ask(question, ref));
  }

  async ask<T extends Answer["type"]>(question: Question): Promise<Extract<Answer, { type: T }>> {
    const { answer } = await this.#request("answer", (ref) => this.#port.ask(question, ref));
    return answer as Extract<Answer, { type: T }>;
  }

  async page(room: string, range: HistoryRange): Promise<EventOf<"page">> {
    return await this.#request("page", (ref) => this.#port.history(room, range, ref));
  }

  async members(room: string): Promise<EventOf<"members">> {
    return await this.#request("members", (ref) => this.#port.members(room, ref));
  }

  /** Says something, and waits until it is stored. */
  async say(room: string, text: string, timeoutMs: number): Promise<EventOf<"stored">> {
    return await this.#request("stored", (ref) => this.#port.say(room, text, ref), timeoutMs);
  }

  /** Offers a file or a folder; answered when the offer is stored. */
  async offer(to: FileTarget, path: string): Promise<EventOf<"stored">> {
    const action = { type: "offer", to, path } as const;
    return await this.#request("stored", (ref) => this.#port.file(action, ref), offerMs);
  }

  /** Takes what is offered. */
  async accept(offer: string): Promise<EventOf<"file">> {
    return await this.#request("file", (ref) => this.#port.file({ type: "accept", offer }, ref));
  }

  /** Takes an offer of ours back; it ends with us in any case. */
  async cancelOffer(offer: string): Promise<void> {
    const cancel = (ref: string) => this.#port.file({ type: "cancel", offer }, ref);
    await this.#request("stored", cancel).catch(() => undefined);
  }

  /** Agrees to a private chat, which is entered. */
  async agree(room: string): Promise<EventOf<"entered">> {
    const question = { type: "answer", room, isAccepted: true } as const;
    return await this.#request("entered", (ref) => this.#port.ask(question, ref));
  }

  /** Everything up to this entry was seen. */
  markRead(room: string, { sequence, ordinal }: LogEntry): void {
    this.#port.read(room, sequence, ordinal);
  }

  /** Takes what nobody asked for, also what came so far. */
  set onNews(handle: (event: ClientEvent) => void) {
    this.#onNews = handle;
    for (const event of this.#news.splice(0)) handle(event);
  }

  /** A line of data. */
  print(line: string): void {
    this.#output.writeLine(line);
  }

  /** When what was printed so far is with the system: whoever prints much waits for its reader. */
  printed(): Promise<void> {
    return this.#output.flushed();
  }

  /** A line for people. */
  warn(text: string): void {
    process.stderr.write(`earshot: ${text}\n`);
  }

  handleEvent(event: ClientEvent): void {
    switch (event.type) {
      case "ready":
        this.#ready = event;
        this.#settle("ready", event);
        break;
      case "nick-refused":
        this.#handleRefusedNick(event);
        break;
      case "account":
      case "answer":
      case "entered":
      case "file":
      case "members":
      case "page":
      case "stored":
        if (event.ref !== undefined) this.#settle(event.ref, event);
        break;
      case "error":
      case "failed":
        this.#refuse(event);
        break;
      case "connection":
        if (event.state === "reconnecting") this.#warnLost(event);
        if (event.failure !== undefined) this.#fail(event.failure);
        break;
      default:
        if (this.#onNews !== undefined) this.#onNews(event);
        else if (this.#news.length < earlyNewsMax) this.#news.push(event);
    }
  }

  get #port(): ClientPort {
    if (this.#client === undefined) throw new EarshotError("internal", "nobody was joined");
    return this.#client;
  }

  async #request<T extends VisitAnswer["type"]>(
    type: T,
    request: (ref: string) => void,
    timeoutMs: number = answerMs,
  ): Promise<EventOf<T>> {
    this.#requestCount += 1;
    const ref = String(this.#requestCount);
    const answer = await this.#answer(ref, timeoutMs, () => request(ref));
    if (answer.type === type) return answer as EventOf<T>;
    throw new EarshotError("internal", "the server's answer makes no sense");
  }

  /** @throws {EarshotError} WHEN it was refused, with the server's code; in time there is none `connection-lost`. */
  async #answer(ref: string, timeoutMs: number, request: () => void): Promise<VisitAnswer> {
    if (this.#failure !== undefined) throw this.#failure;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(ref);
        const message = `the server did not answer within ${timeoutMs / 1_000} s`;
        reject(new EarshotError("connection-lost", message));
      }, timeoutMs);
      this.#waiting.set(ref, {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (failure) => {
          clearTimeout(timer);
          reject(failure);
        },
      });
      // A client may answer before its call returns.
      request();
    });
  }

  #settle(ref: string, answer: VisitAnswer): void {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    waiting?.resolve(answer);
  }

  #refuse({ ref = "", code, message }: EventOf<"error" | "failed">): void {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (waiting === undefined) this.warn(message);
    else waiting.reject(new EarshotError(code, message));
  }

  /** Nothing more will come. */
  #fail(failure: EarshotError): void {
    this.#failure = failure;
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
  }

  /** A name that somebody chose is meant; any other will do. */
  #handleRefusedNick(event: EventOf<"nick-refused">): void {
    if (this.#client === undefined) {
      this.#refusedNick = event;
      return;
    }
    const { code, message, suggestion } = event;
    this.#nickTries += 1;
    if (this.#isNickChosen || suggestion === undefined || nickTriesMax < this.#nickTries) {
      this.#fail(new EarshotError(code, message));
      return;
    }
    this.warn(`${message}: taking ${suggestion}`);
    this.#client.changeNick(suggestion);
  }

  #warnLost({ reason }: EventOf<"connection">): void {
    this.warn(`connection lost${reason === undefined ? "" : ` (${reason})`}, reconnecting`);
  }
}
