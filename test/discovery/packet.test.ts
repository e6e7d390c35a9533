import { describe, expect, test } from "vitest";
import {
  addressesMax,
  cookieBytesMax,
  serverNameBytesMax,
} from "../../src/discovery/announcement.ts";
import {
  type DiscoveryPacket,
  decodePacket,
  discoveryBytesMax,
  encodePacket,
  noNonce,
  nonceOf,
  peekType,
  proofBytes,
} from "../../src/discovery/packet.ts";
import { SeededRandom } from "../support/random.ts";
import { sampleAnnouncement } from "./samples.ts";

const nonce = "a1a2a3a4a5a6a7a8";
const packets: readonly DiscoveryPacket[] = [
  { type: "query", nonce },
  { type: "beacon", announcement: sampleAnnouncement() },
  { type: "answer", nonce, announcement: sampleAnnouncement() },
  {
    type: "answer",
    nonce,
    announcement: sampleAnnouncement(),
    cookie: Uint8Array.from({ length: cookieBytesMax }, (_, index) => index),
  },
  { type: "goodbye", announcement: sampleAnnouncement() },
  { type: "goodbye", nonce, announcement: sampleAnnouncement() },
  { type: "probe", nonce },
  { type: "query", nonce, proof: "5a".repeat(proofBytes) },
  {
    type: "relayed",
    announcement: sampleAnnouncement({
      addresses: [
        { host: "10.1.2.3", port: 1024 },
        { host: "2001:db8::1", port: 65_535 },
      ],
    }),
  },
  { type: "forward", nonce, from: { host: "192.168.1.9", port: 1 } },
  {
    type: "probe",
    nonce,
    proof: "5a".repeat(proofBytes),
    cookie: new Uint8Array(cookieBytesMax).fill(7),
  },
  { type: "forward", nonce, proof: "01".repeat(proofBytes), from: { host: "10.0.0.1", port: 9 } },
];
const nameAt = 14 + 54;

/** The sample beacon with its type-length-value part replaced. */
function withTlvs(...tlvs: readonly (readonly number[])[]): Uint8Array {
  const fixed = encodePacket(packets[1]!).subarray(0, nameAt);
  return Uint8Array.from([...fixed, ...tlvs.flat()]);
}

function withByte(packet: DiscoveryPacket, at: number, value: number): Uint8Array {
  const bytes = encodePacket(packet).slice();
  bytes[at] = value;
  return bytes;
}

/** The field of an IPv4 address of this network and host. */
function address(net: number, host: number): readonly number[] {
  return [3, 6, 110, 38, net, 0, 0, host];
}

function named(name: string): Uint8Array {
  const bytes = Buffer.from(name);
  return withTlvs([1, bytes.length, ...bytes]);
}

describe("encodePacket and decodePacket", () => {
  test.each(packets)("carry a $type unchanged", (packet) => {
    expect(decodePacket(encodePacket(packet))).toEqual(packet);
  });

  test("carry the limits of every field", () => {
    const announcement = sampleAnnouncement({
      id: Buffer.alloc(32, 255).toString("base64url"),
      bootId: "ffffffffffffffff",
      sequence: 2 ** 32 - 1,
      port: 65_535,
      versionMin: 255,
      versionMax: 255,
      members: 65_535,
      rooms: 65_535,
      name: "n".repeat(serverNameBytesMax),
    });
    const packet: DiscoveryPacket = { type: "beacon", announcement };
    expect(decodePacket(encodePacket(packet))).toEqual(packet);
  });

  test("announce more members than fit as the most that fit", () => {
    const announcement = sampleAnnouncement({ members: 65_536, rooms: 70_000 });
    const decoded = decodePacket(encodePacket({ type: "beacon", announcement }));
    expect(decoded).toMatchObject({ announcement: { members: 65_535, rooms: 65_535 } });
  });

  test("no answer is larger than its question", () => {
    const name = "n".repeat(serverNameBytesMax);
    const addresses = Array.from({ length: addressesMax }, () => ({ host: "fd00::1", port: 9000 }));
    const announcement = sampleAnnouncement({ name, addresses });
    const cookie = new Uint8Array(cookieBytesMax);
    const answer = encodePacket({ type: "answer", nonce, announcement, cookie });
    expect(encodePacket({ type: "query", nonce })).toHaveLength(discoveryBytesMax);
    expect(encodePacket({ type: "probe", nonce })).toHaveLength(discoveryBytesMax);
    expect(answer.length).toBe(nameAt + 2 + serverNameBytesMax + 2 * 20 + 2 + cookieBytesMax);
    expect(answer.length).toBeLessThan(discoveryBytesMax);
  });

  test("the first byte has bit 0x40 clear, unlike every transport datagram", () => {
    for (const packet of packets) expect(encodePacket(packet)[0]! & 0x40).toBe(0);
  });

  test("a name that is too long or empty is our own mistake", () => {
    const name = "n".repeat(serverNameBytesMax + 1);
    const packet = (text: string): DiscoveryPacket => ({
      type: "beacon",
      announcement: sampleAnnouncement({ name: text }),
    });
    expect(() => encodePacket(packet(name))).toThrow("1 to 48 bytes");
    expect(() => encodePacket(packet(""))).toThrow("1 to 48 bytes");
  });

  test("so is a cookie that is too long or empty", () => {
    for (const count of [0, cookieBytesMax + 1]) {
      const cookie = new Uint8Array(count);
      const answer = { type: "answer", nonce, announcement: sampleAnnouncement(), cookie } as const;
      expect(() => encodePacket(answer)).toThrow("1 to 64 bytes");
    }
  });
});

describe("decodePacket", () => {
  test.each(packets)("drops a $type cut short anywhere", (packet) => {
    const bytes = encodePacket(packet);
    // Without its last fields a packet may be whole, too: a cookie, the second address.
    const isRelayed = packet.type === "relayed";
    const whole = "cookie" in packet ? 2 + cookieBytesMax : isRelayed ? 20 : 0;
    for (let length = 0; length < bytes.length; length += 1) {
      if (length === bytes.length - whole) continue;
      expect(decodePacket(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  test("drops a datagram of 401 bytes and takes one of 400", () => {
    const padding = (count: number) => [200, count - 2, ...new Array<number>(count - 2).fill(0)];
    const room = discoveryBytesMax - nameAt - 3;
    const fill = [...padding(200), ...padding(room - 200)];
    expect(decodePacket(withTlvs([1, 1, 65], fill))).toMatchObject({ type: "beacon" });
    expect(withTlvs([1, 1, 65], fill)).toHaveLength(discoveryBytesMax);
    expect(decodePacket(withTlvs([1, 2, 65, 65], fill))).toBeUndefined();
    const query = encodePacket(packets[0]!);
    expect(decodePacket(Uint8Array.from([...query, 0]))).toBeUndefined();
  });

  test("skips fields that later versions add", () => {
    const beacon = decodePacket(withTlvs([9, 2, 1, 2], [1, 1, 65], [10, 0]));
    expect(beacon).toMatchObject({ announcement: { name: "A" } });
  });

  test("passes over a cookie outside of an answer", () => {
    expect(decodePacket(withTlvs([1, 1, 65], [2, 1, 7]))).toEqual({
      type: "beacon",
      announcement: sampleAnnouncement({ name: "A" }),
    });
  });

  test("takes what is too long for a cookie as none in a probe", () => {
    const probe = { type: "probe", nonce, proof: "5a".repeat(proofBytes) } as const;
    expect(decodePacket(withByte(probe, 30, cookieBytesMax))).toHaveProperty("cookie");
    expect(decodePacket(withByte(probe, 30, cookieBytesMax + 1))).toEqual(probe);
  });

  test("ignores flags and query padding that later versions use", () => {
    expect(decodePacket(withByte(packets[1]!, nameAt - 1, 255))).toEqual(packets[1]);
    expect(decodePacket(withByte(packets[0]!, discoveryBytesMax - 1, 255))).toEqual(packets[0]);
  });

  test.each([
    ["another magic", withByte(packets[1]!, 0, 0x45)],
    ["another version", withByte(packets[1]!, 4, 2)],
    ["type 0", withByte(packets[1]!, 5, 0)],
    ["a type that is not assigned", withByte(packets[1]!, 5, 8)],
    ["what is relayed from nowhere", withByte(packets[1]!, 5, 6)],
    ["a question that is passed on for port 0", withByte(packets[9]!, 31, 0)],
    ["a beacon with a nonce", withByte(packets[1]!, 6, 1)],
    ["a query without a nonce", withByte(packets[1]!, 5, 1)],
    ["an answer without a nonce", withByte(packets[1]!, 5, 3)],
    ["versions upside down", withByte(packets[1]!, nameAt - 8, 2)],
    ["no name", withTlvs()],
    ["two names", withTlvs([1, 1, 65], [1, 1, 66])],
    ["an empty name", withTlvs([1, 0])],
    ["a name that is not UTF-8", withTlvs([1, 2, 0xc3, 0x28])],
    ["a name of 49 bytes", named("n".repeat(49))],
    ["a name of nothing but controls", named("\u0007\u202e\u200b")],
    ["an empty cookie", withTlvs([1, 1, 65], [2, 0])],
    ["a cookie of 65 bytes", withTlvs([1, 1, 65], [2, 65, ...new Array<number>(65).fill(1)])],
    ["two cookies", withTlvs([1, 1, 65], [2, 1, 1], [2, 1, 1])],
    ["three addresses", withTlvs([1, 1, 65], address(10, 1), address(10, 2), address(10, 3))],
    ["an address of 5 bytes", withTlvs([1, 1, 65], [3, 7, 110, 38, 10, 0, 0, 1, 1])],
    ["a loopback address", withTlvs([1, 1, 65], address(127, 1))],
    ["a multicast address", withTlvs([1, 1, 65], address(224, 1))],
    ["an address of no host", withTlvs([1, 1, 65], address(0, 1))],
    ["an address with a privileged port", withTlvs([1, 1, 65], [3, 6, 3, 255, 10, 0, 0, 1])],
    ["a field longer than the datagram", withTlvs([1, 1, 65], [9, 5, 1])],
  ])("drops %s", (_, bytes) => {
    expect(decodePacket(bytes)).toBeUndefined();
  });

  test("takes port 1024 and drops 1023 and 0", () => {
    const withPort = (port: number) => {
      const bytes = encodePacket(packets[1]!).slice();
      new DataView(bytes.buffer).setUint16(nameAt - 10, port);
      return decodePacket(bytes);
    };
    expect(withPort(1024)).toMatchObject({ announcement: { port: 1024 } });
    expect(withPort(1023)).toBeUndefined();
    expect(withPort(0)).toBeUndefined();
  });

  test.each([
    ["\u001b[31mred\u0007", "[31mred"],
    ["ann\u202egnp", "anngnp"],
    ["two\nlines", "two lines"],
    ["  spaced  ", "spaced"],
    ["e\u0301", "\u00e9"],
  ])("makes the name %j safe to show", (name, shown) => {
    expect(decodePacket(named(name))).toMatchObject({ announcement: { name: shown } });
  });

  test("never throws, whatever bits are flipped", () => {
    const seed = 28_197;
    const random = new SeededRandom(seed);
    for (let round = 0; round < 5_000; round += 1) {
      const bytes = encodePacket(random.pick(packets)).slice();
      for (let flips = random.between(1, 8); 0 < flips; flips -= 1) {
        const at = random.between(0, bytes.length - 1);
        bytes[at] = bytes[at]! ^ (1 << random.between(0, 7));
      }
      const cut = random.chance(0.5) ? bytes : bytes.subarray(0, random.between(0, bytes.length));
      expect(() => decodePacket(cut), `seed ${seed} round ${round}`).not.toThrow();
    }
  });

  test("never throws on noise", () => {
    const seed = 7;
    const random = new SeededRandom(seed);
    for (let round = 0; round < 5_000; round += 1) {
      const noise = random.bytes(random.between(0, 450));
      expect(decodePacket(noise), `seed ${seed} round ${round}`).toBeUndefined();
    }
  });
});

describe("peekType", () => {
  test.each(packets)("tells a $type, and nonceOf its nonce", (packet) => {
    const datagram = encodePacket(packet);
    expect(peekType(datagram)).toBe(packet.type);
    expect(nonceOf(datagram)).toBe("nonce" in packet ? packet.nonce : noNonce);
  });

  test("knows nothing of what is too short, too long, or of another protocol", () => {
    const query = encodePacket(packets[0]!);
    expect(peekType(query.subarray(0, 14))).toBeDefined();
    expect(peekType(query.subarray(0, 13))).toBeUndefined();
    expect(peekType(Uint8Array.from([...query, 0]))).toBeUndefined();
    for (const at of [0, 3, 4, 5]) {
      expect(peekType(withByte(packets[0]!, at, 0x99))).toBeUndefined();
    }
  });
});
