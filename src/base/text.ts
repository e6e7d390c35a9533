/**
 * What no text from the network may carry to a terminal: C0 but line feed and tab, DEL, C1,
 * zero-width space and joiners that only hide (U+200B, U+2060, U+FEFF), bidirectional controls,
 * interlinear anchors and tag characters. ZWNJ and ZWJ stay: Persian and emoji need them.
 */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** More marks than this on one letter draw over the neighbouring lines ("zalgo"). */
const combiningMarksMax = 4;

/**
 * Normalising takes time by the square of the marks in a row: those beyond the longest row that
 * any language needs go before it (Stream-Safe Text Format, UAX #15 section 13).
 */
const streamSafeMarksMax = 30;

const combiningPile = pileOver(combiningMarksMax);

const endlessPile = pileOver(streamSafeMarksMax);

/** Text of several lines, safe to show: well-formed, NFC, only `\n` and `\t` as controls. */
export function sanitizeText(text: string): string {
  if (isPlainAscii(text)) return text;
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replace(forbidden, "")
    .replace(endlessPile, "$1")
    .normalize("NFC")
    .replace(combiningPile, "$1");
}

/** The same for text of one line (names, topics, reasons): line feeds and tabs become spaces. */
export function sanitizeLine(text: string): string {
  return sanitizeText(text).replace(/[\n\t]+/g, " ");
}

/** The bytes of the text in UTF-8, without encoding it. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function isPlainAscii(text: string): boolean {
  return /^[\n\t -~]*$/.test(text);
}

/** Finds a row of more marks than `marksMax`; its first group is what may stay. */
function pileOver(marksMax: number): RegExp {
  return new RegExp(`(\\p{M}{${marksMax}})\\p{M}+`, "gu");
}
