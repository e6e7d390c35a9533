import { EarshotError, toEarshotError } from "../../base/errors.ts";
import type { Contents } from "./contents.ts";
import type { DiskProgress } from "./disk-port.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangeEffect } from "./exchange-effect.ts";
import type { PauseReason, TakenOffer, Transfer, TransferState } from "./file-port.ts";
import { diskFullMs } from "./limits.ts";
import type { PeerPath } from "./peer-port.ts";
import { Rate } from "./rate.ts";
import type { TransferContext } from "./transfer-context.ts";

/** What is done with it. */
type Phase =
  /** Its contents are not known yet. */
  | { readonly type: "asking" }
  /** What is here is being looked at, or at the end compared once more. */
  | { readonly type: "checking"; readonly bytes: number }
  | { readonly type: "fetching" }
  | {
      readonly type: "over";
      readonly state: Extract<TransferState, { type: "received" | "failed" | "cancelled" }>;
    };

/** How a taking begins. */
export interface TakingOptions {
  readonly offer: TakenOffer;
  readonly directory: string;
  /** As after a restart. */
  readonly contents: Contents | undefined;
  readonly isPaused: boolean;
}

/** An offer of somebody else that we take. */
export class Taking {
  readonly direction = "receive";
  readonly offer: TakenOffer;
  readonly directory: string;
  readonly exchange: Exchange;
  readonly #context: TransferContext;
  readonly #rate = new Rate();
  readonly #pauses = new Set<PauseReason>();
  #phase: Phase = { type: "asking" };
  #bytes = 0;

  constructor({ offer, directory, contents, isPaused }: TakingOptions, context: TransferContext) {
    this.offer = offer;
    this.directory = directory;
    this.#context = context;
    if (isPaused) this.#pauses.add("owner");
    this.exchange = new Exchange({
      offer,
      isOrigin: false,
      ...(contents !== undefined && { contents }),
      random: context.random,
    });
    if (isPaused) this.exchange.pause();
    if (contents !== undefined) void this.#open(contents);
  }

  /** Whether it was received, or will never be. */
  get isOver(): boolean {
    return this.#phase.type === "over";
  }

  get isReceived(): boolean {
    return this.#phase.type === "over" && this.#phase.state.type === "received";
  }

  get isPausedByOwner(): boolean {
    return this.#pauses.has("owner");
  }

  /** A reason not to go on, or one less. */
  setPause(reason: PauseReason, isPaused: boolean): void {
    if (this.isOver || this.#pauses.has(reason) === isPaused) return;
    if (isPaused) this.#pauses.add(reason);
    else this.#pauses.delete(reason);
    if (this.#pauses.size === 0) this.exchange.resume();
    else this.exchange.pause();
    this.#rate.reset();
    this.#news();
  }

  /** It is not wanted any more: what was received is removed, unless all was. */
  cancel(): void {
    if (this.isOver) {
      this.exchange.leave("cancelled");
      this.#close("close");
      return;
    }
    this.#end({ type: "cancelled" });
  }

  handleEffect(effect: ExchangeEffect): void {
    switch (effect.type) {
      case "contents":
        this.#context.records.keepContents(this.offer.id, effect.contents).catch(() => undefined);
        void this.#open(effect.contents);
        return;
      case "untrue":
        this.#fail(new EarshotError("file-changed", effect.text));
        return;
      case "left":
        this.#handleLeft(effect);
        return;
      case "complete":
        void this.#finish();
        return;
      case "send":
      case "expel":
        return;
    }
  }

  /** A chunk has come that a peer was asked for. */
  async handleChunk(peer: number, chunk: number, bytes: Uint8Array): Promise<void> {
    const { clock, disk, memory } = this.#context;
    const isWanted = this.exchange.handleChunk(clock.now(), peer, chunk);
    const count = bytes.length;
    if (!isWanted) {
      memory.give(bytes);
      return;
    }
    try {
      const isRight = await disk.ask<"store">({
        type: "store",
        offer: this.offer.id,
        chunk,
        bytes,
      });
      if (isRight) {
        this.#bytes += count;
        this.#rate.add(clock.now(), count);
        this.exchange.handleKept(clock.now(), chunk);
        this.#context.onChanged(this.offer.id, false);
      } else {
        this.exchange.handleWrong(peer, chunk);
      }
    } catch (error) {
      this.exchange.handleMissing(chunk);
      this.#handleTrouble(error);
    }
    memory.give(bytes);
    this.#context.onWork(this.offer.id);
  }

  status(path: PeerPath | undefined): Transfer {
    const bytesPerSecond = this.isOver ? 0 : this.#rate.perSecond(this.#context.clock.now());
    const leftMs = ((this.offer.bytes - this.#bytes) * 1_000) / bytesPerSecond;
    return {
      offer: this.offer,
      direction: this.direction,
      state: this.#state(path),
      bytes: this.#bytes,
      bytesPerSecond,
      leftMs: 0 < bytesPerSecond ? Math.round(leftMs) : undefined,
      peerCount: this.exchange.peers.length,
    };
  }

  #state(path: PeerPath | undefined): TransferState {
    if (this.#phase.type === "over") return this.#phase.state;
    const [reason] = this.#pauses;
    if (reason !== undefined) return { type: "paused", reason };
    if (this.#phase.type === "checking") return { type: "checking", bytes: this.#phase.bytes };
    return path === undefined ? { type: "waiting" } : { type: "running", path };
  }

  /** Looks at what is here already; then the rest is asked for. */
  async #open({ encoded, layout }: Contents): Promise<void> {
    const { disk, clock } = this.#context;
    const { id: offer, kind, name } = this.offer;
    this.#phase = { type: "checking", bytes: 0 };
    const onProgress = (progress: DiskProgress) => {
      if (typeof progress === "number") return;
      for (const { chunk, isRight } of progress) {
        if (isRight) this.#bytes += layout.place(chunk).bytes;
        if (isRight) this.exchange.handleKept(clock.now(), chunk);
        else this.exchange.handleMissing(chunk);
      }
      if (this.#phase.type === "checking") this.#phase = { type: "checking", bytes: this.#bytes };
      this.#context.onChanged(offer, false);
      this.#context.onWork(offer);
    };
    const { directory } = this;
    try {
      const request = { type: "open-target", directory, offer, kind, name, encoded } as const;
      await disk.ask<"open-target">(request, onProgress);
      if (this.#phase.type === "checking") this.#phase = { type: "fetching" };
      this.exchange.begin();
      this.#news();
    } catch (error) {
      this.#fail(toEarshotError(error, "file-unusable", `${name} cannot be saved`));
    }
  }

  async #finish(): Promise<void> {
    const { disk, records } = this.#context;
    const { id: offer, kind } = this.offer;
    const { contents } = this.exchange;
    this.#phase = { type: "checking", bytes: this.#bytes };
    this.#news();
    try {
      const path = await disk.ask<"finish">({ type: "finish", offer });
      if (path === undefined) {
        this.#fail(new EarshotError("file-changed", "its hash is not the one that was offered"));
        return;
      }
      const [file] = contents?.files ?? [];
      const sha256 = kind === "file" && file !== undefined ? hex(file.sha256) : undefined;
      await records.remove(offer);
      this.#phase = {
        type: "over",
        state: { type: "received", path, ...(sha256 !== undefined && { sha256 }) },
      };
      this.#news();
    } catch (error) {
      this.#fail(toEarshotError(error, "file-unusable", "it cannot be saved"));
    }
  }

  #handleLeft({ peer, reason }: Extract<ExchangeEffect, { type: "left" }>): void {
    void peer;
    if (reason === "changed") {
      this.#fail(
        new EarshotError("file-changed", "the files have changed since they were offered"),
      );
    }
    this.#news();
  }

  /** A full disk is waited for, and all else is the end. */
  #handleTrouble(error: unknown): void {
    const failure = toEarshotError(error, "file-unusable", "it cannot be saved");
    if (failure.code !== "disk-full") {
      this.#fail(failure);
      return;
    }
    if (this.isOver || this.#pauses.has("disk-full")) return;
    this.setPause("disk-full", true);
    this.#waitForSpace();
  }

  #waitForSpace(): void {
    const { clock, disk } = this.#context;
    clock.setTimer(clock.now() + diskFullMs, () => {
      if (this.isOver) return;
      const bytes = this.offer.bytes - this.#bytes;
      disk.ask<"check-space">({ type: "check-space", offer: this.offer.id, bytes }).then(
        () => this.setPause("disk-full", false),
        () => this.#waitForSpace(),
      );
    });
  }

  #fail({ code, message }: EarshotError): void {
    if (!this.isOver) this.#end({ type: "failed", code, message });
  }

  #end(state: Extract<TransferState, { type: "failed" | "cancelled" }>): void {
    this.#phase = { type: "over", state };
    this.exchange.leave("cancelled");
    this.#close("discard");
    this.#context.records.remove(this.offer.id).catch(() => undefined);
    this.#news();
  }

  #close(type: "close" | "discard"): void {
    const request = { type, offer: this.offer.id };
    this.#context.disk.ask<"close" | "discard">(request).catch(() => undefined);
  }

  #news(): void {
    this.#context.onChanged(this.offer.id, true);
    this.#context.onWork(this.offer.id);
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
