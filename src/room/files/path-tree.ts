import { nameKey, numberedName, safeName } from "./safe-name.ts";

interface Branch {
  readonly kind: "file" | "directory";
  /** What it is saved as, unlike all beside it. */
  readonly name: string;
  readonly branches: Map<string, Branch>;
  /** The keys of the names in it that are taken. */
  readonly keys: Set<string>;
}

/**
 * The paths within an offered folder, each with the path that it is saved under: safe names, no two of
 * one directory alike on any system.
 */
export class PathTree {
  readonly #top: Branch = branch("directory", "");

  /** The path to save under, or `undefined` when it is taken already or leads through a file. */
  add(parts: readonly string[], kind: "file" | "directory"): readonly string[] | undefined {
    const path: string[] = [];
    let at = this.#top;
    for (const [index, part] of parts.entries()) {
      if (at.kind === "file") return undefined;
      const isLast = index === parts.length - 1;
      const known = at.branches.get(part);
      // A directory may be named after what is in it, once.
      if (known !== undefined && isLast) return undefined;
      at = known ?? grow(at, part, isLast ? kind : "directory");
      path.push(at.name);
    }
    return path;
  }
}

function grow(parent: Branch, part: string, kind: "file" | "directory"): Branch {
  const wanted = safeName(part);
  let name = wanted;
  for (let number = 1; parent.keys.has(nameKey(name)); number += 1) {
    name = numberedName(wanted, number);
  }
  const grown = branch(kind, name);
  parent.keys.add(nameKey(name));
  parent.branches.set(part, grown);
  return grown;
}

function branch(kind: "file" | "directory", name: string): Branch {
  return { kind, name, branches: new Map(), keys: new Set() };
}
