import type { Timer } from "../base/clock.ts";
import { type EarshotError, toEarshotError } from "../base/errors.ts";
import type { ClientEvent, ClientPort } from "../room/client-port.ts";
import type { PostBody } from "../room/message-log.ts";
import { askClient } from "./ask-client.ts";
import { askSystem } from "./ask-system.ts";
import type { TerminalEnvironment } from "./capabilities.ts";
import type {
  ChatOptions,
  HostedServer,
  HostWish,
  KeptSettings,
  ServerBrowser,
  ServerTarget,
} from "./chat-options.ts";
import { EventGate } from "./event-gate.ts";
import { FramePace } from "./frame-pace.ts";
import { FrameTimes } from "./frame-times.ts";
import { keepScreen } from "./keep-screen.ts";
import { pictureOf } from "./picture-of.ts";
import { settingsOf } from "./start-settings.ts";
import type { Figures } from "./statistics-overlay.ts";
import type { SystemRequest } from "./system-request.ts";
import {
  openTerminal,
  type Terminal,
  type TerminalInput,
  type TerminalOutput,
} from "./terminal.ts";
import type { EditorEnvironment } from "./text-editor.ts";
import type { KeyChange } from "./trust.ts";
import { undeliveredReport } from "./undelivered.ts";
import { isTicking, reduce, startView, wakeAt } from "./view.ts";
import type { Effect, Moment, ViewEvent, ViewState } from "./view-state.ts";

/** What the full-screen chat needs. */
export interface TuiOptions extends ChatOptions {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly env: TerminalEnvironment & EditorEnvironment;
  /** Starts to look for servers, while the picker is shown; `onChange` says that `servers()` gives something new. */
  readonly openBrowser: (onChange: () => void) => Promise<ServerBrowser>;
  /** Starts a server in this process. Rejects with an EarshotError when it cannot. */
  readonly host: (wish: HostWish) => Promise<HostedServer>;
  /** Keeps the key that a server shows now in place of the known one. Rejects with an EarshotError. */
  readonly trust: (change: KeyChange) => Promise<void>;
  /** Where to go without asking; the picker is shown when absent. */
  readonly target?: ServerTarget;
  /** The nickname to use without asking; otherwise the form proposes `nickDefault`. */
  readonly nick?: string;
  readonly nickDefault: string;
  /** The transport version we speak; servers that do not are shown but cannot be joined. */
  readonly version: number;
  readonly discoveryPort: number;
  /** Where settings are kept; without, they last until the end. */
  readonly settings?: KeptSettings;
  readonly isAscii: boolean;
  /** Whether people are told of who calls them by name out of sight. */
  readonly hasBell: boolean;
  /** Prints a line after the terminal was given back. */
  readonly print: (line: string) => void;
}

/** What counts seconds is drawn once a second. */
const tickMs = 1_000;

/** Quitting waits this long for lines that are on their way. */
const quitWaitMs = 2_000;

/** Ending waits this long for the goodbyes. */
const closeWaitMs = 1_500;

/** Runs the full-screen chat until the person quits; gives the exit code: 0, or 3 when lines were not delivered. */
export async function runTui(options: TuiOptions): Promise<number> {
  return await new App(options).run();
}

class App {
  readonly #options: TuiOptions;
  readonly #terminal: Terminal;
  #state: ViewState;
  #client: ClientPort | undefined;
  /** Counts connections, so that news of one that was given up is not heard. */
  #connectionCount = 0;
  /** Open while the picker is shown. */
  #browsing: Promise<ServerBrowser> | undefined;
  #hosting: Promise<HostedServer> | undefined;
  /** Of `#hosting`, when it has started. */
  #hosted: HostedServer | undefined;
  /** What still has to finish before the program may end. */
  readonly #closing = new Set<Promise<unknown>>();
  readonly #frames = new FrameTimes();
  readonly #pace = new FramePace();
  #frameTimer: Timer | undefined;
  #tickTimer: Timer | undefined;
  #wakeTimer: Timer | undefined;
  /** Of `#wakeTimer`. */
  #wakeAt: number | undefined;
  #quitTimer: Timer | undefined;
  #hasEnded = false;
  #onEnd: () => void = () => undefined;

  constructor(options: TuiOptions) {
    this.#options = options;
    const { stdin, stdout, env, clock } = options;
    this.#terminal = openTerminal({
      stdin,
      stdout,
      env,
      clock,
      onKey: (key) => this.#dispatch({ type: "key", key }, "now"),
      onMouse: (mouse) => this.#dispatch({ type: "mouse", mouse }, "now"),
      onFocus: (isFocused) => this.#dispatch({ type: "focus", isFocused }, "now"),
      onBackground: (rgb) => this.#dispatch({ type: "background", rgb }, "now"),
      hasMouse: true,
      onResize: (size) => this.#dispatch({ type: "resized", size }, "now"),
      onClosed: () => this.#end(),
    });
    const { target } = options;
    const moment = this.#moment();
    const settings = settingsOf(options);
    const start = startView({ moment, settings, size: this.#terminal.size, target });
    this.#state = start.state;
    options.signal?.addEventListener("abort", () => this.#dispatch({ type: "quit" }, "now"));
    this.#follow(start.effects, "now");
    if (options.signal?.aborted) this.#dispatch({ type: "quit" }, "now");
  }

  /** Kept when everything has ended. */
  async run(): Promise<number> {
    if (!this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
    }
    const client = this.#client;
    this.#terminal.close();
    this.#closeClient();
    this.#closeBrowser();
    this.#closeHosted();
    await this.#closed();
    // By now what is to be kept is on the disk.
    const { pendingCount: count = 0, keptCount = 0 } = client ?? {};
    if (count === 0) return 0;
    const undelivered = { count, keptCount: Math.min(count, keptCount) };
    for (const line of undeliveredReport(this.#state, undelivered)) this.#options.print(line);
    return 3;
  }

  /** Everything was given up in order, or did not let itself be in time. */
  async #closed(): Promise<void> {
    const { clock } = this.#options;
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = clock.setTimer(clock.now() + closeWaitMs, resolve);
    });
    await Promise.race([Promise.allSettled(this.#closing), late]);
    timer?.cancel();
  }

  #moment(): Moment {
    const { clock } = this.#options;
    const hostedMemberCount = this.#hosted?.memberCount();
    return {
      now: clock.now(),
      wallNow: clock.wallNow(),
      ...(hostedMemberCount !== undefined && { hostedMemberCount }),
      keptCount: this.#client?.keptCount ?? 0,
    };
  }

  #dispatch(event: ViewEvent, urgency: "now" | "soon"): void {
    if (this.#hasEnded) return;
    const { state, effects } = reduce(this.#moment(), this.#state, event);
    this.#state = state;
    keepScreen(this.#client, state.screen);
    this.#follow(effects, urgency);
  }

  #follow(effects: readonly Effect[], urgency: "now" | "soon"): void {
    // What a key does is seen before anything is asked of network or disk for it.
    if (urgency === "now") this.#draw();
    else this.#drawSoon();
    for (const effect of effects) this.#perform(effect);
    if (this.#hasEnded) return;
    if (this.#state.screen.type === "picker") this.#openBrowser();
    else this.#closeBrowser();
    this.#scheduleTick();
    this.#scheduleWake();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "connect":
        this.#connect(effect.target, effect.nick);
        break;
      case "disconnect":
        this.#closeClient();
        break;
      case "trust":
        this.#trust(effect.change);
        break;
      case "host":
        this.#host(effect.wish ?? {});
        break;
      case "rescan":
        this.#rescan();
        break;
      case "post":
        this.#post(effect.room, effect.body);
        break;
      case "change-setting":
      case "edit-text":
      case "list-files":
      case "open-link":
      case "save":
        this.#askSystem(effect);
        break;
      case "suspend":
        this.#terminal.suspend();
        break;
      case "redraw":
        this.#terminal.redraw();
        break;
      case "measure":
        this.#dispatch({ type: "measured", figures: this.#figures() }, "soon");
        break;
      case "notify":
        this.#terminal.notify(effect);
        break;
      case "copy":
        this.#terminal.copy(effect.text);
        break;
      case "mouse":
        this.#terminal.setMouse(effect.isOn);
        break;
      case "quit":
        this.#quit();
        break;
      default:
        askClient(this.#client, effect);
    }
  }

  #draw(): void {
    this.#frameTimer?.cancel();
    this.#frameTimer = undefined;
    const startedAt = this.#options.clock.now();
    this.#pace.handleDrawn(startedAt);
    this.#terminal.draw(pictureOf(this.#state));
    this.#frames.note(this.#options.clock.now() - startedAt);
  }

  #figures(): Figures {
    const { last, slowest } = this.#frames;
    return {
      traffic: this.#client?.traffic,
      frameMs: { last, slowest },
      memoryBytes: process.memoryUsage.rss(),
      runningMs: process.uptime() * 1_000,
    };
  }

  #drawSoon(): void {
    this.#pace.handleNews();
    if (this.#frameTimer !== undefined) return;
    this.#frameTimer = this.#options.clock.setTimer(this.#pace.nextAt, () => this.#draw());
  }

  /** What is due at a certain time, such as a search after a pause in typing. */
  #scheduleWake(): void {
    const at = wakeAt(this.#state);
    if (at === this.#wakeAt) return;
    this.#wakeTimer?.cancel();
    this.#wakeAt = at;
    this.#wakeTimer =
      at === undefined
        ? undefined
        : this.#options.clock.setTimer(at, () => {
            this.#wakeAt = undefined;
            this.#dispatch({ type: "tick" }, "now");
          });
  }

  #scheduleTick(): void {
    if (this.#tickTimer !== undefined || !isTicking(this.#state)) return;
    const at = this.#options.clock.now() + tickMs;
    this.#tickTimer = this.#options.clock.setTimer(at, () => {
      this.#tickTimer = undefined;
      this.#dispatch({ type: "tick" }, "now");
    });
  }

  #connect(target: ServerTarget, nick: string): void {
    this.#connectionCount += 1;
    const connection = this.#connectionCount;
    const isGivenUp = () => connection !== this.#connectionCount;
    const gate = new EventGate((event) => {
      if (!isGivenUp()) this.#handleClientEvent(event);
    });
    const onEvent = (event: ClientEvent) => gate.handleEvent(event);
    const starting = this.#options.connect(target, nick, onEvent).then(
      (client) => {
        if (isGivenUp()) return client.close();
        this.#client = client;
        gate.open();
        return undefined;
      },
      (error: unknown) => {
        if (!isGivenUp())
          this.#dispatch({ type: "connect-failed", failure: failureOf(error) }, "soon");
      },
    );
    this.#track(starting);
  }

  #handleClientEvent(event: ClientEvent): void {
    this.#dispatch({ type: "client", event }, "soon");
    if (this.#quitTimer !== undefined && this.#client?.pendingCount === 0) this.#end();
  }

  #closeClient(): void {
    this.#connectionCount += 1;
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) this.#track(client.close());
  }

  #trust(change: KeyChange): void {
    const trusting = this.#options.trust(change).then(
      () => this.#dispatch({ type: "trusted", change }, "soon"),
      (error: unknown) =>
        this.#dispatch({ type: "trust-failed", change, message: phraseOf(error) }, "soon"),
    );
    this.#track(trusting);
  }

  #post(room: string, body: PostBody): void {
    const id = this.#client?.post(room, body);
    if (id === undefined) this.#dispatch({ type: "post-refused", body }, "now");
  }

  #askSystem(request: SystemRequest): void {
    const { env, settings } = this.#options;
    const asking = askSystem(request, { terminal: this.#terminal, env, settings });
    const answered = asking.then((event) => {
      if (event !== undefined) this.#dispatch(event, "soon");
    });
    this.#track(answered);
  }

  #openBrowser(): void {
    if (this.#browsing !== undefined) return;
    const tell = () => {
      void browsing.then((browser) => {
        if (this.#browsing !== browsing) return;
        const adapters = browser.adapters().map(({ name }) => name);
        const [servers, cause] = [browser.servers(), browser.cause()];
        this.#dispatch({ type: "servers", servers, adapters, cause }, "soon");
      });
    };
    const browsing: Promise<ServerBrowser> = this.#options.openBrowser(() => tell());
    this.#browsing = browsing;
    browsing.then(tell, (error: unknown) => {
      this.#dispatch({ type: "browse-failed", message: phraseOf(error) }, "soon");
    });
  }

  /** Asks again; where looking for servers could not begin, it is tried again. */
  #rescan(): void {
    this.#browsing?.then(
      (browser) => browser.refresh(),
      () => {
        this.#browsing = undefined;
        if (this.#state.screen.type === "picker") this.#openBrowser();
      },
    );
  }

  #closeBrowser(): void {
    const browsing = this.#browsing;
    this.#browsing = undefined;
    if (browsing !== undefined) this.#track(browsing.then((browser) => browser.close()));
  }

  #host(wish: HostWish): void {
    this.#hosting ??= this.#options.host(wish);
    const hosting = this.#hosting;
    hosting.then(
      (hosted) => {
        this.#hosted = hosted;
        this.#dispatch({ type: "hosted", target: hosted.target }, "soon");
      },
      (error: unknown) => {
        this.#hosting = undefined;
        this.#dispatch({ type: "host-failed", message: phraseOf(error) }, "soon");
      },
    );
  }

  #closeHosted(): void {
    if (this.#hosting !== undefined) this.#track(this.#hosting.then((server) => server.close()));
  }

  /** Waits for lines on their way, unless they wait here; asked for a second time it does not wait. */
  #quit(): void {
    const { pendingCount: waiting = 0, keptCount = 0 } = this.#client ?? {};
    const { clock } = this.#options;
    const { screen } = this.#state;
    const isOpen = screen.type === "room" && screen.connection.state === "open";
    const isInVain = waiting === 0 || (!isOpen && waiting <= keptCount);
    if (isInVain || this.#quitTimer !== undefined) this.#end();
    else this.#quitTimer = clock.setTimer(clock.now() + quitWaitMs, () => this.#end());
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const timers = [this.#frameTimer, this.#tickTimer, this.#wakeTimer, this.#quitTimer];
    for (const timer of timers) timer?.cancel();
    this.#onEnd();
  }

  #track(work: Promise<unknown>): void {
    const settled: Promise<unknown> = work
      .catch(() => undefined)
      .then(() => this.#closing.delete(settled));
    this.#closing.add(settled);
  }
}

function failureOf(error: unknown): EarshotError {
  return toEarshotError(error, "internal", "an unexpected failure");
}

/** What to tell a person about a failure. */
function phraseOf(error: unknown): string {
  return failureOf(error).message;
}
