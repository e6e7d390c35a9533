import * as v from "valibot";
import { sanitizeLine, sanitizeText } from "../base/text.ts";

/** Gives the value as what it should be, without keys that are unknown; or `undefined`. */
export type Check<T> = (value: unknown) => T | undefined;

/** What a value must look like to be a `T`. */
export type Schema<T> = v.GenericSchema<unknown, T>;

/** A key that may be missing. */
export interface OptionalSchema<T> {
  readonly optional: Schema<T>;
}

/** One schema for each key; `optional` for those that may be missing, and for no others. */
export type Entries<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? OptionalSchema<NonNullable<T[K]>>
    : Schema<T[K]>;
};

/** A schema for each `type` of a union. */
export type SchemaTable<T extends { readonly type: string }> = {
  readonly [K in T["type"]]: Schema<Extract<T, { readonly type: K }>>;
};

/** Characters of a name as it may come off the wire; what a name may be is decided by name.ts. */
const nameLengthMax = 256;

/** Characters of a phrase for people. */
const phraseLengthMax = 1_024;

export const whole: Schema<number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const ref: Schema<number> = range(0, 2 ** 32 - 1);

export const sequence: Schema<number> = range(1, Number.MAX_SAFE_INTEGER);

export const flag: Schema<boolean> = v.boolean();

/** Only `true`; where it would be false the key is left out. */
export const mark: Schema<true> = v.literal(true);

/** A name or a phrase comes safe to show, whatever was sent. */
export const name: Schema<string> = line(nameLengthMax);

export const phrase: Schema<string> = line(phraseLengthMax);

/** Text of several lines as it was sent; whoever takes it makes it safe. */
export const rawText: Schema<string> = v.string();

/** Text of several lines, safe to show. */
export const safeText: Schema<string> = v.pipe(v.string(), v.transform(sanitizeText));

/** A nanoid. */
export const id: Schema<string> = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{21}$/));

/** The public key of a device, 32 bytes in base64url. */
export const device: Schema<string> = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

/** An account's nanoid, or `~` and 16 characters for a guest. */
export const person: Schema<string> = v.pipe(
  v.string(),
  v.regex(/^(?:[A-Za-z0-9_-]{21}|~[A-Za-z0-9_-]{16})$/),
);

/** Text of at most so many characters on one line, safe to show. */
export function line(lengthMax: number): Schema<string> {
  return v.pipe(v.string(), v.maxLength(lengthMax), v.transform(sanitizeLine));
}

/** A whole number, both ends included. */
export function range(min: number, max: number): Schema<number> {
  return v.pipe(whole, v.minValue(min), v.maxValue(max));
}

/** Exactly so many bytes. */
export function bytes(count: number): Schema<Uint8Array> {
  return v.pipe(
    v.instance(Uint8Array),
    v.check((value) => value.length === count),
    v.transform(plainBytes),
  );
}

/** From one byte to so many. */
export function someBytes(countMax: number): Schema<Uint8Array> {
  return v.pipe(
    v.instance(Uint8Array),
    v.check((value) => 0 < value.length && value.length <= countMax),
    v.transform(plainBytes),
  );
}

/** cborg gives a Buffer or not by the length; one value must not be two. */
function plainBytes(value: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** One of these words; with a fallback, any other value is read as that. */
export function word<T extends string>(words: readonly T[], fallback?: T): Schema<T> {
  const schema: Schema<T> = v.picklist(words);
  return fallback === undefined ? schema : (v.fallback(schema, () => fallback) as Schema<T>);
}

export function list<T>(item: Schema<T>, countMax: number, countMin = 0): Schema<readonly T[]> {
  return v.pipe(v.array(item), v.minLength(countMin), v.maxLength(countMax));
}

export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { optional: schema };
}

/** Either of two. */
export function either<T, U>(first: Schema<T>, second: Schema<U>): Schema<T | U> {
  return v.union([first, second]);
}

/** A map with these keys; others are ignored, as later versions may add some. */
export function object<T extends object>(entries: Entries<T>): Schema<T> {
  const shape: Record<string, v.GenericSchema> = {};
  for (const [key, entry] of Object.entries<Schema<unknown> | OptionalSchema<unknown>>(entries)) {
    shape[key] = "optional" in entry ? v.exactOptional(entry.optional) : entry;
  }
  return v.object(shape) as unknown as Schema<T>;
}

/** A map that says by its `type` what it is. */
export function tagged<T extends { readonly type: string }>(
  type: T["type"],
  entries: Entries<Omit<T, "type">>,
): Schema<T> {
  return object<T>({ ...entries, type: v.literal(type) } as unknown as Entries<T>);
}

/** The value must be more than its parts: `holds` says whether it is. */
export function such<T>(schema: Schema<T>, holds: (value: T) => boolean): Schema<T> {
  return v.pipe(schema, v.check(holds));
}

/** One of several maps. It looks at `type` first, so that many types take no longer than few. */
export function variant<T extends { readonly type: string }>(table: SchemaTable<T>): Schema<T> {
  const schemas = new Map<unknown, Schema<T>>(Object.entries<Schema<T>>(table));
  return v.lazy((value) => schemas.get(typeOf(value)) ?? (v.never() as unknown as Schema<T>));
}

export function checkOf<T>(schema: Schema<T>): Check<T> {
  return (value) => {
    const result = v.safeParse(schema, value);
    return result.success ? result.output : undefined;
  };
}

/** A nanoid as it is on disk, or `undefined`. */
export const checkId: Check<string> = checkOf(id);

function typeOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
}
