import { pathStepsMax } from "./limits.ts";
import { nameKey, numberedName, safeName } from "./safe-name.ts";

interface Branch {
  readonly kind: "file" | "directory";
  /** What it is saved as, unlike all beside it. */
  readonly name: string;
  readonly branches: Map<string, Branch>;
  /** The keys of the names in it that are taken, each with the next number to try after it. */
  readonly keys: Map<string, number>;
}

/**
 * The paths within an offered folder, each with the path that it is saved under: safe names, no two of
 * one directory alike on any system.
 */
export class PathTree {
  readonly #top: Branch = branch("directory", "");
  #steps = 0;

  /**
   * The path to save under, or `undefined` when it is taken already, leads through a file, or all paths
   * need more directories and tries of names than folders do that somebody has.
   */
  add(parts: readonly string[], kind: "file" | "directory"): readonly string[] | undefined {
    const path: string[] = [];
    let at = this.#top;
    for (const [index, part] of parts.entries()) {
      if (at.kind === "file") return undefined;
      const isLast = index === parts.length - 1;
      const known = at.branches.get(part);
      // A directory may be named after what is in it, once.
      if (known !== undefined && isLast) return undefined;
      const next = known ?? this.#grow(at, part, isLast ? kind : "directory");
      if (next === undefined) return undefined;
      at = next;
      path.push(at.name);
    }
    return path;
  }

  #grow(parent: Branch, part: string, kind: "file" | "directory"): Branch | undefined {
    const name = this.#freeName(parent, safeName(part));
    if (name === undefined) return undefined;
    const grown = branch(kind, name);
    parent.branches.set(part, grown);
    return grown;
  }

  /** Takes the name, or the next of its numbers that is free, each of which is tried once. */
  #freeName({ keys }: Branch, wanted: string): string | undefined {
    const isTaken = keys.has(nameKey(wanted));
    const series = nameKey(isTaken ? numberedName(wanted, 1) : wanted);
    let number = isTaken ? (keys.get(series) ?? 1) : 0;
    while (this.#steps < pathStepsMax) {
      this.#steps += 1;
      const name = number === 0 ? wanted : numberedName(wanted, number);
      const key = nameKey(name);
      number += 1;
      if (keys.has(key)) continue;
      keys.set(key, 1);
      if (isTaken) keys.set(series, number);
      return name;
    }
    return undefined;
  }
}

function branch(kind: "file" | "directory", name: string): Branch {
  return { kind, name, branches: new Map(), keys: new Map() };
}
