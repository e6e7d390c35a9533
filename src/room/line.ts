import { EarshotError } from "../base/errors.ts";
import { sanitizeLine, sanitizeText, utf8Bytes } from "../base/text.ts";
import { textBytesMax } from "./limits.ts";

/**
 * The text of a line as it is stored: sanitised, not blank, at most 16 MiB of UTF-8.
 * @throws {EarshotError} WHEN `text-empty` or `text-too-long`.
 */
export function parseLineText(input: string): string {
  const text = sanitizeText(input);
  if (text.trim() === "") throw new EarshotError("text-empty", "text is empty");
  const bytes = utf8Bytes(text);
  if (textBytesMax < bytes) {
    throw new EarshotError("text-too-long", `text is ${bytes} bytes long, at most ${textBytesMax}`);
  }
  return text;
}

/**
 * A phrase for people (a topic, a reason) on one line, which may be empty.
 * @throws {EarshotError} WHEN it has more code points `text-too-long`.
 */
export function parsePhrase(input: string, lengthMax: number): string {
  const phrase = sanitizeLine(input).trim();
  const { length } = [...phrase];
  if (lengthMax < length) {
    throw new EarshotError(
      "text-too-long",
      `text is ${length} characters long, at most ${lengthMax}`,
    );
  }
  return phrase;
}
