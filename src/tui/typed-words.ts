/** The words of what stands behind a command. */
export function words(arg: string): readonly string[] {
  return arg.split(/\s+/).filter((word) => word !== "");
}

/** A typed room as rooms are named: without the `#`, in lower case; private chats as they are. */
export function roomName(typed: string): string {
  return typed.startsWith("&") ? typed : typed.replace(/^#/, "").toLowerCase();
}

/** A typed nickname, without the `@` of a mention. */
export function nickOf(typed: string): string {
  return typed.trim().replace(/^@/, "");
}

/** `30s`, `10m`, `2h` or `1d` in milliseconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit] ?? 1;
  return Number(count) * seconds * 1_000;
}

/** `500MB` or `2GB` (decimal), `512MiB` (binary), in bytes; `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  const [, count, unit, binary] = /^(\d{1,6})([kmg])(i?)b$/i.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const power = { k: 1, m: 2, g: 3 }[unit.toLowerCase()] ?? 1;
  return Number(count) * (binary === "" ? 1_000 : 1_024) ** power;
}
