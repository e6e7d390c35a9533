import { sanitizeLine, utf8Bytes } from "../../base/text.ts";
import { partBytesMax } from "./limits.ts";

/** What Windows keeps for devices, whatever follows after a dot; ¹²³ count as digits there. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?= *(?:\.|$))/i;

/** Bytes of an ending that is kept when a name is cut: `.tar.gz` is one, a sentence after a dot is not. */
const endingBytesMax = 16;

/** What a name becomes of which nothing is left. */
const unnamed = "unnamed";

/**
 * A name that is one file of a directory on every system, whatever was sent: the last part of a path,
 * at most 255 bytes, without control and bidirectional characters, characters and names that Windows
 * does not allow, and dots or spaces at its end. What is safe stays as it is.
 */
export function safeName(text: string): string {
  const last = text.split(/[/\\]/).findLast((part) => !/^[ .]*$/.test(part)) ?? "";
  const plain = sanitizeLine(last)
    .replace(/[<>:"|?*]/g, "_")
    .replace(/^ +|[ .]+$/g, "");
  const name = plain === "" ? unnamed : plain;
  return cutName(reserved.test(name) ? `_${name}` : name, partBytesMax);
}

/** The same for what is put into a directory of the user's: not hidden there. */
export function safeTopName(text: string): string {
  return cutName(safeName(text).replace(/^\./, "_."), partBytesMax);
}

/** `report (2).pdf` for `report.pdf` and 2: the name to try when others are taken; at most 255 bytes. */
export function numberedName(name: string, number: number): string {
  const { stem, ending } = parted(name);
  const mark = ` (${number})`;
  return cutStem(stem, partBytesMax - utf8Bytes(mark + ending)) + mark + ending;
}

/**
 * Equal for names that some file system takes for the same: macOS and Windows ignore case, macOS the
 * form of accents. Some that differ everywhere are equal too, which only costs a number.
 */
export function nameKey(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}

function cutName(name: string, bytesMax: number): string {
  if (utf8Bytes(name) <= bytesMax) return name;
  const { stem, ending } = parted(name);
  return cutStem(stem, bytesMax - utf8Bytes(ending)) + ending;
}

function cutStem(stem: string, bytesMax: number): string {
  let bytes = 0;
  let kept = "";
  for (const character of stem) {
    bytes += utf8Bytes(character);
    if (bytesMax < bytes) break;
    kept += character;
  }
  return kept.replace(/[ .]+$/, "");
}

function parted(name: string): { readonly stem: string; readonly ending: string } {
  const ending = /(?:\.tar)?\.[^. ]+$/i.exec(name)?.[0] ?? "";
  const isEnding = ending.length < name.length && utf8Bytes(ending) <= endingBytesMax;
  return isEnding
    ? { stem: name.slice(0, name.length - ending.length), ending }
    : { stem: name, ending: "" };
}
