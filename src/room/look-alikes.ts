import { skeletonsOf } from "./skeleton.ts";

/** Nicknames by what they look like. Two in it look alike only when both are of one person. */
export class LookAlikes {
  readonly #bySkeleton = new Map<string, string>();

  /** The nickname belongs to this key. */
  add(nick: string, key: string): void {
    for (const skeleton of skeletonsOf(nick)) this.#bySkeleton.set(skeleton, key);
  }

  delete(nick: string, key: string): void {
    for (const skeleton of skeletonsOf(nick)) {
      if (this.#bySkeleton.get(skeleton) === key) this.#bySkeleton.delete(skeleton);
    }
  }

  /** The key of a nickname that looks like this one, or is this one. */
  find(nick: string): string | undefined {
    for (const skeleton of skeletonsOf(nick)) {
      const key = this.#bySkeleton.get(skeleton);
      if (key !== undefined) return key;
    }
    return undefined;
  }
}
