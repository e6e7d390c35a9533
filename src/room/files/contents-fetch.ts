import { type Contents, contentsId, decodeContents } from "./contents.ts";
import { contentsPageBytes, contentsPagesAhead } from "./limits.ts";

/**
 * Gets the list of contents of its origin, page by page and in order, and believes it when it has the id
 * that was announced. Nothing is allocated beyond what has come.
 */
export class ContentsFetch {
  readonly id: Uint8Array;
  readonly #bytes: number;
  readonly #pages: Uint8Array[] = [];
  #askedPages = 0;

  /** `id` and `bytes` as the origin says them. */
  constructor(options: { readonly id: Uint8Array; readonly bytes: number }) {
    this.id = options.id;
    this.#bytes = options.bytes;
  }

  /** Where the pages begin that should be asked for now. */
  ask(): readonly number[] {
    const end = Math.min(this.#pages.length + contentsPagesAhead, this.#pageCount);
    const offsets: number[] = [];
    for (; this.#askedPages < end; this.#askedPages += 1) {
      offsets.push(this.#askedPages * contentsPageBytes);
    }
    return offsets;
  }

  /** A page has come: `false` when it was not asked for, or has another length than it must. */
  add(offset: number, bytes: Uint8Array): boolean {
    const isNext = offset === this.#pages.length * contentsPageBytes;
    const isAsked = this.#pages.length < this.#askedPages;
    const length = Math.min(contentsPageBytes, this.#bytes - offset);
    if (!isNext || !isAsked || bytes.length !== length) return false;
    this.#pages.push(new Uint8Array(bytes));
    return true;
  }

  get isComplete(): boolean {
    return this.#pages.length === this.#pageCount;
  }

  /** The contents, when all has come: `undefined` when they are not what was announced, or make no sense. */
  finish(): Contents | undefined {
    const encoded = new Uint8Array(Buffer.concat(this.#pages));
    if (Buffer.compare(contentsId(encoded), this.id) !== 0) return undefined;
    return decodeContents(encoded);
  }

  get #pageCount(): number {
    return Math.ceil(this.#bytes / contentsPageBytes);
  }
}

/** The page of contents that begins there; `undefined` behind their end. */
export function contentsPage(contents: Contents, offset: number): Uint8Array | undefined {
  if (contents.encoded.length <= offset) return undefined;
  return contents.encoded.subarray(offset, offset + contentsPageBytes);
}
