import { describe, expect, test } from "vitest";
import { Acceptor } from "../../src/transport/acceptor.ts";
import { transportCodes } from "../../src/transport/close-codes.ts";
import type { ConnectOptions } from "../../src/transport/endpoint-port.ts";
import { type Agreement, ClientHandshake } from "../../src/transport/handshake.ts";
import { identityOf } from "../../src/transport/identity.ts";
import { initWaitMs, transportVersion } from "../../src/transport/limits.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { decodeLongPacket, type LongPacketOf } from "../../src/transport/packet.ts";
import { ourParameters } from "../../src/transport/parameters.ts";
import { SeededRandom } from "../support/random.ts";

const now = 5000;
const id = 77;
const host = "10.0.0.2";
const random = new SeededRandom(1);
const server = makeAcceptor();
const impostor = makeAcceptor();
const serverKey = server.answerTo(now, host, id).serverKey;
const cookie = server.issueCookie(now, host);

function begin(options: ConnectOptions = {}): ClientHandshake {
  const local = keyPairOf(random.bytes(32));
  const parameters = ourParameters;
  return new ClientHandshake(now, { ...options, id, random, local, parameters });
}

function makeAcceptor(): Acceptor {
  const identity = identityOf(keyPairOf(random.bytes(32)));
  return new Acceptor({ identity, random, parameters: ourParameters });
}

function take(handshake: ClientHandshake) {
  const bytes = handshake.takePacket(now);
  return bytes && decodeLongPacket(bytes);
}

function takeInit(handshake: ClientHandshake): LongPacketOf<"init"> {
  const packet = take(handshake);
  if (packet?.type !== "init") throw new Error(`not INIT but ${packet?.type}`);
  return packet;
}

function acceptOf(acceptor: Acceptor, init: LongPacketOf<"init">): LongPacketOf<"accept"> {
  const accepted = acceptor.accept(init, 99)!.accept;
  return decodeLongPacket(accepted) as LongPacketOf<"accept">;
}

describe("the client's handshake", () => {
  test("sends at 0, 100, 300, 700, 1500 and 3100 ms and gives up at 6300 ms", () => {
    const handshake = begin();
    const sentAt: number[] = [];
    if (handshake.takePacket(now) !== undefined) sentAt.push(0);
    for (;;) {
      const at = handshake.deadline;
      const reason = handshake.onTimeout(at);
      if (reason !== undefined) {
        expect(at - now).toBe(6300);
        expect(reason).toMatchObject({ cause: "unreachable" });
        break;
      }
      if (handshake.takePacket(now) !== undefined) sentAt.push(at - now);
    }
    expect(sentAt).toEqual([0, 100, 300, 700, 1500, 3100]);
  });

  test("asks for key and cookie, then sends INIT", () => {
    const handshake = begin();
    expect(take(handshake)).toMatchObject({ type: "query", source: id });
    expect(take(handshake)).toBeUndefined();
    handshake.handle(now, server.answerTo(now, host, id));
    const init = takeInit(handshake);
    expect(init.cookie.length).toBeGreaterThan(0);
    const agreement = handshake.handle(now, acceptOf(server, init)) as Agreement;
    expect(agreement).toMatchObject({ peerId: 99, peerKey: serverKey });
  });

  test("takes the time from the first INIT to the answer", () => {
    const handshake = begin();
    handshake.takePacket(now);
    handshake.handle(now + 50, server.answerTo(now + 50, host, id));
    const init = decodeLongPacket(handshake.takePacket(now + 50)!) as LongPacketOf<"init">;
    handshake.onTimeout(now + 100);
    expect(handshake.takePacket(now + 100)).toBeDefined();
    expect(handshake.handle(now + 130, acceptOf(server, init))).toMatchObject({ handshakeMs: 80 });
  });

  test("begins with INIT when key and cookie are known, and with QUERY when only one is", () => {
    expect(take(begin({ key: serverKey, cookie }))).toMatchObject({ type: "init", cookie });
    expect(take(begin({ key: serverKey }))).toMatchObject({ type: "query" });
    expect(take(begin({ cookie }))).toMatchObject({ type: "query" });
  });

  test("sends the same message with a new cookie, so that the server knows it again", () => {
    const handshake = begin({ key: serverKey, cookie: new Uint8Array(22) });
    const stale = takeInit(handshake);
    handshake.handle(now, server.answerTo(now, host, id));
    const fresh = takeInit(handshake);
    expect(fresh.message).toEqual(stale.message);
    expect(fresh.cookie).not.toEqual(stale.cookie);
  });

  test("answers ANSWER at once, and once a try", () => {
    const handshake = begin();
    take(handshake);
    handshake.handle(now, server.answerTo(now, host, id));
    takeInit(handshake);
    handshake.handle(now, server.answerTo(now + 1, host, id));
    expect(take(handshake)).toBeUndefined();
    handshake.onTimeout(now + initWaitMs);
    takeInit(handshake);
    handshake.handle(now, server.answerTo(now + 1, host, id));
    takeInit(handshake);
  });

  test("turns to the server that answers when a forged ANSWER led nowhere", () => {
    const handshake = begin();
    handshake.handle(now, impostor.answerTo(now, host, id));
    const misled = takeInit(handshake);
    expect(server.accept(misled, 99)).toBeUndefined();
    handshake.onTimeout(now + initWaitMs);
    handshake.handle(now, server.answerTo(now, host, id));
    expect(handshake.handle(now, acceptOf(server, takeInit(handshake)))).toMatchObject({
      peerId: 99,
    });
  });

  test("ignores an ANSWER with a key that is no point", () => {
    const handshake = begin();
    handshake.takePacket(now);
    handshake.handle(now, { ...server.answerTo(now, host, id), serverKey: new Uint8Array(32) });
    expect(take(handshake)).toBeUndefined();
    handshake.handle(now, server.answerTo(now, host, id));
    takeInit(handshake);
  });

  test("takes no ACCEPT that is forged, of another server, or with another id in its header", () => {
    const handshake = begin({ key: serverKey, cookie });
    const init = takeInit(handshake);
    const accept = acceptOf(server, init);
    const message = accept.message.slice();
    message[50] = message[50]! ^ 1;
    expect(handshake.handle(now, { ...accept, message })).toBe("damaged");
    expect(handshake.handle(now, { ...accept, source: 98 })).toBe("damaged");
    expect(begin({ key: serverKey, cookie }).handle(now, accept)).toBe("damaged");
    expect(handshake.handle(now, accept)).toMatchObject({ peerId: 99 });
  });

  test("takes no ACCEPT before it has sent INIT", () => {
    const accept = acceptOf(server, takeInit(begin({ key: serverKey, cookie })));
    expect(begin().handle(now, accept)).toBe("damaged");
  });
});

describe("when another key is claimed than the one expected, the client", () => {
  test("sends nothing more and gives up at the end of the try, with both keys", () => {
    const handshake = begin({ key: serverKey });
    take(handshake);
    const answer = impostor.answerTo(now, host, id);
    handshake.handle(now, answer);
    expect(take(handshake)).toBeUndefined();
    expect(handshake.onTimeout(now + initWaitMs - 1)).toBeUndefined();
    expect(handshake.onTimeout(now + initWaitMs)).toMatchObject({
      cause: "key-changed",
      expectedKey: serverKey,
      claimedKey: answer.serverKey,
    });
  });

  test("goes on when the right ANSWER comes too, before or after", () => {
    for (const order of [
      [impostor, server],
      [server, impostor],
    ]) {
      const handshake = begin({ key: serverKey });
      take(handshake);
      for (const acceptor of order) handshake.handle(now, acceptor.answerTo(now, host, id));
      const init = takeInit(handshake);
      expect(handshake.onTimeout(now + initWaitMs)).toBeUndefined();
      expect(handshake.handle(now, acceptOf(server, init))).toMatchObject({ peerId: 99 });
    }
  });

  test("opens when ACCEPT comes all the same", () => {
    const handshake = begin({ key: serverKey, cookie });
    const init = takeInit(handshake);
    handshake.handle(now, impostor.answerTo(now, host, id));
    expect(handshake.handle(now, acceptOf(server, init))).toMatchObject({ peerId: 99 });
  });
});

describe("REFUSE and VERSION", () => {
  const ids = { destination: id, source: 0 };
  const refuse = { type: "refuse", ...ids, code: 7, text: "full" } as const;
  const version = { type: "version", ...ids, versions: [transportVersion + 1] } as const;

  test("end the handshake at the end of the try, because they prove nothing", () => {
    for (const [packet, code] of [
      [refuse, 7],
      [version, transportCodes.versionMismatch],
    ] as const) {
      const handshake = begin({ key: serverKey, cookie });
      const init = takeInit(handshake);
      handshake.handle(now, packet);
      expect(handshake.onTimeout(now + initWaitMs)).toMatchObject({ cause: "refused", code });
      // What proves something counts until then.
      expect(handshake.handle(now, acceptOf(server, init))).toMatchObject({ peerId: 99 });
    }
  });

  test("of a server that speaks our version are ignored", () => {
    const handshake = begin();
    expect(handshake.handle(now, { ...version, versions: [1, transportVersion] })).toBe(
      "unexpected",
    );
    expect(handshake.onTimeout(now + initWaitMs)).toBeUndefined();
  });
});
