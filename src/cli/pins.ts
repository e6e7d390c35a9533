import { nickKey } from "../room/name.ts";
import type { ServerLabel, Trust } from "../tui/trust.ts";

/** A server that was visited, and by what it was meant. */
export interface Pin {
  /** Its public key, base64url (43 characters). */
  readonly key: string;
  readonly names: readonly string[];
  /** As somebody typed them, with the port. */
  readonly addresses: readonly string[];
  /** Clock.wallNow() of the first visit, and of the last one to the hour. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** Whether somebody typed words of its fingerprint. */
  readonly isCompared: boolean;
  /** Where it was met last, as `formatAddress` gives it. */
  readonly lastAddress?: string;
}

/** That a server was met under a label, and has proven its key or was accepted by its words. */
export interface Visit {
  readonly label: ServerLabel;
  readonly key: string;
  /** Clock.wallNow() */
  readonly at: number;
  readonly isCompared: boolean;
  /** Where, as `formatAddress` gives it; `undefined` when that is not known. */
  readonly address?: string | undefined;
}

/** Servers remembered; the one that was not visited for longest is forgotten. */
export const pinsMax = 1_000;

/** Names, and addresses, of one server; it may have a few adapters. The oldest is forgotten. */
export const labelsMax = 8;

/** Longest label in UTF-16 units: a host's name has at most 253 (RFC 1035), and a port follows. */
export const labelUnitsMax = 259;

/** The last visit is kept to the hour, so that a bot that comes every minute writes no file each time. */
export const lastSeenMsStep = 3_600_000;

const version = 1;

/** The servers that were visited. A label belongs to one of them at most. */
export class Pins {
  readonly #pins: readonly Pin[];
  readonly #byKey: ReadonlyMap<string, Pin>;
  readonly #byLabel: ReadonlyMap<string, Pin>;

  constructor(pins: readonly Pin[] = []) {
    this.#pins = pins;
    this.#byKey = new Map(pins.map((pin) => [pin.key, pin]));
    this.#byLabel = new Map(
      pins.flatMap((pin) => labelsOf(pin).map((label) => [labelKey(label), pin])),
    );
  }

  /** What a file says, or `undefined` when it is not whole. */
  static parse(text: string): Pins | undefined {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (!isFields(content) || content["version"] !== version) return undefined;
    const servers = content["servers"];
    if (!Array.isArray(servers) || pinsMax < servers.length || !servers.every(isPin)) {
      return undefined;
    }
    const pins = new Pins(servers);
    const labels = servers.flatMap(labelsOf);
    const isEachOnce = pins.#byKey.size === servers.length && pins.#byLabel.size === labels.length;
    return isEachOnce ? pins : undefined;
  }

  /** The inverse of `parse`; people may read it. */
  format(): string {
    return `${JSON.stringify({ version, servers: this.#pins }, undefined, 2)}\n`;
  }

  /** The key that is known under this label. */
  keyOf(label: ServerLabel): string | undefined {
    return this.#byLabel.get(labelKey(label))?.key;
  }

  /** The servers whose address is known, the one met last first. */
  places(): readonly { readonly key: string; readonly address: string }[] {
    return this.#pins
      .flatMap(({ key, lastAddress }) =>
        lastAddress === undefined ? [] : [{ key, address: lastAddress }],
      )
      .toReversed();
  }

  /** What is to be thought of a key under that label. */
  judge(label: ServerLabel, key: string): Trust {
    const pin = this.#byLabel.get(labelKey(label));
    if (pin !== undefined && pin.key !== key) {
      const { key: knownKey, lastSeenAt } = pin;
      return { type: "changed", change: { label, key, knownKey, lastSeenAt } };
    }
    return this.#byKey.has(key) ? { type: "known" } : { type: "new" };
  }

  /** Whether the visit would add nothing. */
  isNoted({ label, key, at, isCompared, address }: Visit): boolean {
    const pin = this.#byLabel.get(labelKey(label));
    if (pin === undefined || pin.key !== key) return false;
    if (address !== undefined && address !== pin.lastAddress) return false;
    return at < pin.lastSeenAt + lastSeenMsStep && (pin.isCompared || !isCompared);
  }

  /** The pins after a visit: the label is this key's now, and no other's. */
  withVisit({ label, key, at, isCompared, address }: Visit): Pins {
    const known = this.#byKey.get(key);
    const own = known ?? { key, names: [], addresses: [], firstSeenAt: at, isCompared: false };
    const field = fieldOf(label);
    const earlier = withoutLabel(own, label)[field];
    const visited: Pin = {
      ...own,
      [field]: [...earlier, label.text].slice(-labelsMax),
      lastSeenAt: at,
      isCompared: own.isCompared || isCompared,
      ...(address !== undefined && { lastAddress: address }),
    };
    const others = this.#pins
      .filter((pin) => pin.key !== key)
      .map((pin) => withoutLabel(pin, label))
      // A key that no label leads to any more is forgotten.
      .filter((pin) => 0 < labelsOf(pin).length);
    const pins = [...others, visited].toSorted((a, b) => a.lastSeenAt - b.lastSeenAt);
    return new Pins(pins.slice(-pinsMax));
  }
}

function labelsOf({ names, addresses }: Pin): readonly ServerLabel[] {
  return [
    ...names.map((text) => ({ type: "name", text }) as const),
    ...addresses.map((text) => ({ type: "address", text }) as const),
  ];
}

/** Servers are looked up whatever the case, so one name in two cases is one. */
function labelKey({ type, text }: ServerLabel): string {
  return `${type} ${nickKey(text)}`;
}

function withoutLabel<T extends Pick<Pin, "names" | "addresses">>(pin: T, label: ServerLabel): T {
  const { type } = label;
  const rest = pin[fieldOf(label)].filter((text) => labelKey({ type, text }) !== labelKey(label));
  return { ...pin, [fieldOf(label)]: rest };
}

function fieldOf({ type }: ServerLabel): "names" | "addresses" {
  return type === "name" ? "names" : "addresses";
}

function isPin(value: unknown): value is Pin {
  if (!isFields(value)) return false;
  const { key, names, addresses, firstSeenAt, lastSeenAt, isCompared, lastAddress } = value;
  return (
    typeof key === "string" &&
    /^[\w-]{43}$/.test(key) &&
    isLabels(names) &&
    isLabels(addresses) &&
    isTime(firstSeenAt) &&
    isTime(lastSeenAt) &&
    typeof isCompared === "boolean" &&
    (lastAddress === undefined || isLabels([lastAddress]))
  );
}

function isLabels(value: unknown): boolean {
  const isLabel = (text: unknown) => typeof text === "string" && text.length <= labelUnitsMax;
  return Array.isArray(value) && value.length <= labelsMax && value.every(isLabel);
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

interface Fields {
  readonly [name: string]: unknown;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
