import { type EarshotError, toEarshotError } from "../../base/errors.ts";
import { type Contents, decodeContents } from "./contents.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangeEffect } from "./exchange-effect.ts";
import type { ListedEntry } from "./file-listing.ts";
import type { OfferSummary, Transfer, TransferState } from "./file-port.ts";
import type { PeerPath } from "./peer-port.ts";
import { Rate } from "./rate.ts";
import type { TransferContext } from "./transfer-context.ts";

/** Something of ours that is offered. */
export class Offering {
  readonly direction = "send";
  readonly offer: OfferSummary;
  readonly exchange: Exchange;
  readonly #context: TransferContext;
  readonly #rate = new Rate();
  #sentBytes = 0;
  #end: TransferState | undefined;
  /** Hashed so far; `undefined` when all is. */
  #checkedBytes: number | undefined = 0;

  constructor(offer: OfferSummary, context: TransferContext) {
    this.offer = offer;
    this.#context = context;
    this.exchange = new Exchange({ offer, isOrigin: true, random: context.random });
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Hashes the files, unless their contents are known from before and the files are the same. */
  async begin(entries: readonly ListedEntry[], known: Contents | undefined): Promise<void> {
    const { disk, records } = this.#context;
    const { id: offer } = this.offer;
    try {
      if (known !== undefined && areSame(entries, known)) {
        await disk.ask<"open-source">({ type: "open-source", offer, entries });
        this.#handleContents(known);
        return;
      }
      const encoded = await disk.ask<"hash">({ type: "hash", offer, entries }, (progress) => {
        this.#checkedBytes = Number(progress);
        this.#context.onChanged(offer, false);
      });
      const contents = decodeContents(encoded);
      if (contents === undefined) return;
      this.#handleContents(contents);
      // Without them it is hashed again after a restart.
      await records.keepContents(offer, contents).catch(() => undefined);
    } catch (error) {
      this.fail(toEarshotError(error, "file-unusable", `${this.offer.name} cannot be read`));
    }
  }

  /** Nothing can be given of it any more. */
  fail({ code, message }: EarshotError): void {
    if (this.#end !== undefined) return;
    this.#end = { type: "failed", code, message };
    this.exchange.leave(code === "file-changed" ? "changed" : "unreadable");
    this.#finish();
  }

  /** Its owner does not offer it any more. */
  cancel(): void {
    if (this.#end !== undefined) return;
    this.#end = { type: "cancelled" };
    this.exchange.leave("cancelled");
    this.#finish();
  }

  pause(): void {
    this.exchange.pause();
    this.#context.onChanged(this.offer.id, true);
  }

  resume(): void {
    this.exchange.resume();
    this.#context.onChanged(this.offer.id, true);
    this.#context.onWork(this.offer.id);
  }

  /** So many bytes of it are on their way to somebody. */
  handleSent(bytes: number): void {
    this.#sentBytes += bytes;
    this.#rate.add(this.#context.clock.now(), bytes);
    this.#context.onChanged(this.offer.id, false);
  }

  handleEffect(_effect: ExchangeEffect): void {
    this.#context.onChanged(this.offer.id, true);
  }

  status(path: PeerPath | undefined): Transfer {
    return {
      offer: this.offer,
      direction: this.direction,
      state: this.#state(path),
      bytes: this.#sentBytes,
      bytesPerSecond: this.#rate.perSecond(this.#context.clock.now()),
      leftMs: undefined,
      peerCount: this.exchange.peers.length,
    };
  }

  #state(path: PeerPath | undefined): TransferState {
    if (this.#end !== undefined) return this.#end;
    if (this.#checkedBytes !== undefined) return { type: "checking", bytes: this.#checkedBytes };
    if (this.exchange.isPaused) return { type: "paused", reason: "owner" };
    return path === undefined ? { type: "waiting" } : { type: "running", path };
  }

  #handleContents(contents: Contents): void {
    if (this.#end !== undefined) return;
    this.#checkedBytes = undefined;
    this.exchange.setContents(this.#context.clock.now(), contents);
    this.#context.onChanged(this.offer.id, true);
    this.#context.onWork(this.offer.id);
  }

  #finish(): void {
    const { disk, records, onChanged, onWork } = this.#context;
    const { id: offer } = this.offer;
    // What can be done about it is done already.
    disk.ask<"close">({ type: "close", offer }).catch(() => undefined);
    records.remove(offer).catch(() => undefined);
    onChanged(offer, true);
    onWork(offer);
  }
}

/** Whether files are those whose contents are known, as far as can be told without reading them. */
function areSame(entries: readonly ListedEntry[], { entries: known }: Contents): boolean {
  if (entries.length !== known.length) return false;
  return entries.every((entry, index) => {
    const other = known[index];
    if (other?.kind !== entry.kind || other.parts.join("/") !== entry.parts.join("/")) return false;
    if (other.kind === "directory") return true;
    return other.bytes === entry.bytes && other.modifiedAt === entry.modifiedAt;
  });
}
