import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { fingerprintOf, fingerprintWordCount } from "../src/base/fingerprint.ts";
import { multicastGroup } from "../src/discovery/adapters.ts";
import { cookieBytesMax } from "../src/discovery/announcement.ts";
import {
  goodbyeGapMs,
  probesInAll,
  probesPerSource,
  provenProbesInAll,
} from "../src/discovery/announcer.ts";
import {
  answerDelayMsMax,
  answersInAll,
  answersPerSource,
  noncesMax,
} from "../src/discovery/answer-queue.ts";
import { cookieMsMax } from "../src/discovery/discovered-server.ts";
import {
  decodePacket,
  discoveryBytesMax,
  encodePacket,
  packetTypes,
} from "../src/discovery/packet.ts";
import { peerAskMs, peerSeekMs, peerSilenceMsMax, peersMax } from "../src/discovery/peer-table.ts";
import { defaultDataPort, defaultDiscoveryPort } from "../src/discovery/ports.ts";
import { questionProof } from "../src/discovery/question-proof.ts";
import {
  beaconTiming,
  changeGapMs,
  queryTiming,
  questionGapMs,
} from "../src/discovery/repeat-schedule.ts";
import { pathsMax, serversMax, serversPerHostMax } from "../src/discovery/server-list.ts";
import {
  patienceMs,
  probeAgainMs,
  probeMs,
  spareProbeMs,
  suspicionMs,
} from "../src/discovery/server-path.ts";
import {
  elsewhereInAll,
  elsewherePerHost,
  hintsInAll,
  hintsPerSource,
  strangersInAll,
  strangersPerSource,
  sweepAfterMs,
  voicesInAll,
  voicesPerSource,
} from "../src/discovery/server-search.ts";
import { sourcesMax } from "../src/discovery/source-rates.ts";
import { sweepBurst, sweepStepMs, sweepSubnetsMax } from "../src/discovery/sweep.ts";
import {
  clientMessageBounds,
  decodeClientMessage,
  decodeServerMessage,
  encodeCbor,
  requestBytesMax,
  serverMessageBounds,
} from "../src/room/codec.ts";
import * as peerLimits from "../src/room/files/peer-limits.ts";
import { relayedBytesMax } from "../src/room/files/relay-frame.ts";
import { guessesPerAccount, guessesPerSource } from "../src/room/guess-throttle.ts";
import * as roomLimits from "../src/room/limits.ts";
import type { ClientNotice, Request, ServerMessage } from "../src/room/message.ts";
import { refusalCodes } from "../src/room/message-session.ts";
import { nickLengthMax, reservedNicks, roomLengthMax } from "../src/room/name.ts";
import { type Action, isAllowed, roles } from "../src/room/rights.ts";
import { senderSessionsMax } from "../src/room/take-desk.ts";
import { transportCodes } from "../src/transport/close-codes.ts";
import { frameTypes } from "../src/transport/frames.ts";
import * as limits from "../src/transport/limits.ts";
import { longPacketTypes } from "../src/transport/packet.ts";
import { ourParameters, parameterIds } from "../src/transport/parameters.ts";
import { numbersOf, rowsOf, sectionOf } from "./support/markdown.ts";
import { roomExamples } from "./support/room-examples.ts";
import { transportExamples } from "./support/transport-examples.ts";

const page = readFileSync(resolve(import.meta.dirname, "../docs/PROTOCOL.md"), "utf8");
const discovery = sectionOf(page, "## 1. Discovery");
const transport = sectionOf(page, "## 2. Transport, version 3");
const rooms = sectionOf(page, "## 3. Rooms");
const mebibyte = 2 ** 20;
const kibibyte = 2 ** 10;

/** The row that begins with these words. */
function row(text: string, first: string): readonly string[] {
  const found = rowsOf(text).find((cells) => cells[0] === first);
  if (found === undefined) throw new Error(`no row "${first}"`);
  return found;
}

describe("docs/PROTOCOL.md, discovery", () => {
  test("ports and sizes are those of the code", () => {
    expect(numbersOf(row(page, "discovery")[1]!)).toEqual([defaultDiscoveryPort]);
    expect(numbersOf(row(page, "transport")[1]!)).toEqual([defaultDataPort]);
    expect(discovery).toContain(`at most ${discoveryBytesMax} bytes`);
  });

  test("packets have the numbers of the code, and the group is its group", () => {
    const header = sectionOf(discovery, "### Packet header, 14 bytes");
    const types = header.slice(header.indexOf("| Type |"));
    for (const [name, number] of Object.entries(packetTypes)) {
      expect(row(types, String(number))[1]).toBe(name.toUpperCase());
    }
    const places = sectionOf(discovery, "### Where packets go");
    expect(row(places, "everyone on a link, multicast")[1]).toContain(multicastGroup);
  });

  test("times are those of the code", () => {
    const timing = sectionOf(discovery, "### Timing");
    // The digits before and after the point, as they are found in the text.
    const seconds = (ms: number) => numbersOf(String(ms / 1000));
    const { burstMs, intervalMs, jitter } = beaconTiming;
    const expected: Readonly<Record<string, readonly number[]>> = {
      BEACON: [...burstMs, ...seconds(intervalMs), jitter * 100],
      "BEACON after a change": [...seconds(changeGapMs)],
      "BEACON and RELAYED after a question": [questionGapMs, 8, 10],
      ANSWER: [defaultDiscoveryPort, 8, 10, 0, answerDelayMsMax],
      GOODBYE: [0, goodbyeGapMs],
      QUERY: [...queryTiming.burstMs, ...seconds(queryTiming.intervalMs)],
      "PROBE to a data port": [...seconds(probeMs), ...seconds(spareProbeMs), probeAgainMs],
      "PROBE to each host of the own /24": [
        ...seconds(sweepAfterMs),
        sweepBurst,
        sweepStepMs,
        4,
        sweepSubnetsMax,
      ],
      "path given up": [...seconds(patienceMs)],
      "PROBE to a peer": [
        ...seconds(peerAskMs),
        ...seconds(peerSeekMs),
        ...seconds(peerSilenceMsMax),
      ],
    };
    for (const [what, numbers] of Object.entries(expected)) {
      expect(numbersOf(row(timing, what)[1]!), what).toEqual(numbers);
    }
  });

  test("duties name the limits of the code", () => {
    const server = sectionOf(discovery, "### Duties of a server");
    expect(numbersOf(server)).toEqual([
      defaultDiscoveryPort,
      answersPerSource.perSecond,
      answersPerSource.burst,
      answersInAll.perSecond,
      probesPerSource.perSecond,
      probesPerSource.burst,
      probesInAll.perSecond,
      probesPerSource.perSecond,
      provenProbesInAll.perSecond,
      noncesMax,
      sourcesMax,
      defaultDiscoveryPort,
      peersMax,
    ]);
    const client = sectionOf(discovery, "### Duties of a client");
    expect(numbersOf(client)).toEqual(
      expect.arrayContaining([
        pathsMax,
        suspicionMs,
        hintsPerSource.perSecond,
        hintsPerSource.burst,
        hintsInAll.perSecond,
        hintsInAll.burst,
        voicesPerSource.perSecond,
        voicesPerSource.burst,
        voicesInAll.perSecond,
        voicesInAll.burst,
        strangersPerSource.perSecond,
        strangersPerSource.burst,
        strangersInAll.perSecond,
        strangersInAll.burst,
        elsewherePerHost.perSecond,
        elsewherePerHost.burst,
        elsewhereInAll.perSecond,
        elsewhereInAll.burst,
        serversMax,
        serversPerHostMax,
      ]),
    );
  });

  test("a key has the words of the code, and a cookie its limits", () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString("base64url");
    const words = sectionOf(discovery, "### A key in words");
    expect(words).toContain(`\n${fingerprintOf(key)}\n`);
    expect(words).toContain(`as ${fingerprintWordCount} words`);
    const fields = sectionOf(discovery, "### Announcement");
    expect(row(fields, "2")[1]).toContain(`1 to ${cookieBytesMax} bytes`);
    expect(row(fields, "2")[1]).toContain(`${cookieMsMax / 1_000} s after it was heard`);
  });

  test("the examples are what the code sends and understands", () => {
    const blocks = sectionOf(discovery, "### Examples").match(/(?: {4}[0-9a-f ]+\n?)+/g) ?? [];
    const [query, probe, answer] = blocks.map((block) =>
      Buffer.from(block.replace(/\s/g, ""), "hex"),
    );
    const padded = (bytes: Buffer) =>
      Buffer.concat([bytes, Buffer.alloc(discoveryBytesMax - bytes.length)]);
    const nonce = "0011223344556677";
    expect(decodePacket(padded(query!))).toEqual({ type: "query", nonce });
    const decoded = decodePacket(answer!);
    expect(decoded).toMatchObject({ type: "answer", announcement: { name: "Küche", port: 28198 } });
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString("base64url");
    const proof = questionProof(key, nonce);
    const cookie = Uint8Array.of(0xb0, 0xb1, 0xb2);
    const bytes = new Uint8Array(padded(probe!));
    expect(decodePacket(bytes)).toEqual({ type: "probe", nonce, proof, cookie });
    for (const sent of [padded(query!), padded(probe!), answer!]) {
      expect(Buffer.compare(encodePacket(decodePacket(sent)!), sent)).toBe(0);
    }
  });
});

describe("docs/PROTOCOL.md, transport", () => {
  test("long packets, frames and parameters have the numbers of the code", () => {
    const long = sectionOf(transport, "### Long packets: the handshake");
    for (const [name, number] of Object.entries(longPacketTypes)) {
      expect(row(long, String(number))[1]).toBe(name.toUpperCase());
    }
    const short = sectionOf(transport, "### Short packets");
    for (const [name, number] of Object.entries(frameTypes)) {
      const words = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      expect(row(short, number.toString(16).padStart(2, "0"))[1]).toBe(words);
    }
    const parameters = long.slice(long.indexOf("| Id |"));
    for (const [name, id] of Object.entries(parameterIds)) {
      const sent = ourParameters[name as keyof typeof ourParameters];
      expect(numbersOf(row(parameters, String(id))[3]!), name).toEqual([sent]);
    }
  });

  test("codes are those of the code", () => {
    const rows = rowsOf(sectionOf(transport, "### Codes"));
    const sent = Object.values(transportCodes).filter(
      (code) => code !== transportCodes.versionMismatch,
    );
    expect(rows.map((cells) => Number(cells[0]))).toEqual(sent);
  });

  test("limits are those of the code", () => {
    const table = sectionOf(transport, "### Limits");
    const expected: Readonly<Record<string, readonly number[]>> = {
      "datagram, on any path": [limits.datagramBytesMin],
      "datagram, where the path carries it": [limits.datagramBytesMax],
      message: [limits.messageBytesMax, 16, 64],
      channels: [limits.channelMax + 1],
      "message streams, data streams open at a time": [
        limits.messageStreamsMax,
        limits.dataStreamsMax,
      ],
      "DATAGRAM, and how many wait": [limits.unreliableBytesMax, limits.unreliableCountMax],
      "credit of a stream, of all but channels, at first": [
        limits.streamWindowBytes / kibibyte,
        limits.connectionWindowBytes / kibibyte,
      ],
      "credit of a stream, of all but channels, at most": [
        limits.streamWindowBytesMax / mebibyte,
        limits.connectionWindowBytesMax / mebibyte,
      ],
      "growth of all windows, per host": [limits.windowGrowthBytesMax / mebibyte],
      "pieces out of order, per stream": [limits.pieceCountMax],
      "out of order or not consumed, per host": [limits.heldBytesMax / mebibyte],
      "ACK ranges": [limits.ackRangeCountMax],
      "queue to send": [
        limits.sendQueueBytesMax / mebibyte,
        limits.sendQueueBytesHigh / mebibyte,
        limits.sendQueueBytesLow / kibibyte,
        limits.dataQueueBytesHigh / kibibyte,
        limits.dataQueueBytesLow / kibibyte,
      ],
      "messages being assembled, per host": [
        limits.receiveBudgetBytesDefault / mebibyte,
        limits.messageBytesFree / kibibyte,
        limits.channelMax + 1,
        limits.messageStreamsMax,
      ],
      connections: [limits.connectionCountMaxDefault],
      "half-open connections": [limits.halfOpenCountMax, limits.halfOpenMs / 1000],
      "handshakes of an IP address, of all": [
        limits.handshakesPerSource.perSecond,
        limits.handshakesPerSource.burst,
        limits.handshakesInAll.perSecond,
        limits.handshakesInAll.burst,
      ],
      "IP addresses whose handshakes are counted": [limits.handshakeSourcesMax],
      "answers without a connection that wait": [limits.replyCountMax],
      RESET: [limits.resetsInAll.perSecond, limits.resetTriggerBytesMin],
      "new address of a client": [1, limits.pathValidationMs / 1000, limits.pathChallengeMs],
      "packets, time in a key phase": [limits.keyUpdatePackets, limits.keyUpdateMs / 60_000],
      "packets that do not open, per connection": [limits.openFailuresMax],
      "text in CLOSE, in REFUSE": [limits.closeTextBytesMax, limits.refuseTextBytesMax],
    };
    const rows = rowsOf(table).map((cells) => [cells[0], numbersOf(cells[1]!)]);
    expect(Object.fromEntries(rows)).toEqual(expected);
  });

  test("the examples are what the code sends", () => {
    const rows = rowsOf(sectionOf(transport, "### Examples"));
    expect(rows.map((cells) => cells[0])).toEqual(Object.keys(transportExamples));
    for (const [name, , hex] of rows) {
      const sent = Buffer.from(transportExamples[name!]!).toString("hex");
      const isPadded = name === "query" || name === "init";
      const zeros = isPadded ? limits.datagramBytesMin - hex!.length / 2 : 0;
      expect(sent === `${hex}${"00".repeat(zeros)}`, name).toBe(true);
    }
  });

  test("the version is that of the code", () => {
    expect(Number(row(page, "transport")[2])).toBe(limits.transportVersion);
    expect(page).toContain(`## 2. Transport, version ${limits.transportVersion}\n`);
  });
});

describe("docs/PROTOCOL.md, rooms", () => {
  test("channels and names are those of the code", () => {
    const channels = sectionOf(rooms, "### Channels");
    expect(Number(rowsOf(channels)[0]![0])).toBe(roomLimits.channels.chat);
    expect(Number(rowsOf(channels)[1]![0])).toBe(roomLimits.channels.bulk);
    expect(numbersOf(row(channels, "1")[2]!)).toEqual([roomLimits.chatMessageBytesMax]);
    expect(numbersOf(row(channels, "2")[2]!)).toEqual([roomLimits.chatTextBytesMax]);
    const names = sectionOf(rooms, "### Names and persons");
    expect(numbersOf(row(names, "nickname")[2]!)).toEqual([1, nickLengthMax]);
    expect(numbersOf(row(names, "room")[2]!)).toEqual([1, roomLengthMax]);
    const reserved = /Reserved: (.*?)\./.exec(names)?.[1]?.replaceAll("`", "").split(", ");
    expect(reserved?.sort()).toEqual([...reservedNicks].sort());
  });

  test("every message of the code is in the grammar, and no other", () => {
    const requests: Readonly<Record<Request["type"], true>> = {
      hello: true,
      rename: true,
      status: true,
      who: true,
      stop: true,
      join: true,
      leave: true,
      create: true,
      configure: true,
      rooms: true,
      members: true,
      invite: true,
      register: true,
      "start-password": true,
      "set-password": true,
      "start-login": true,
      "finish-login": true,
      certify: true,
      devices: true,
      "revoke-device": true,
      "delete-account": true,
      "set-profile": true,
      "make-registration": true,
      registrations: true,
      health: true,
      backup: true,
      "revoke-registrations": true,
      "make-invitation": true,
      "revoke-invitations": true,
      bans: true,
      claim: true,
      grant: true,
      ignore: true,
      ask: true,
      answer: true,
      post: true,
      history: true,
      search: true,
      receipts: true,
      take: true,
      decline: true,
      reach: true,
      report: true,
    };
    const notices: Readonly<Record<ClientNotice["type"], true>> = {
      delivered: true,
      read: true,
      typing: true,
    };
    const answers: Readonly<Record<ServerMessage["type"], true>> = {
      welcome: true,
      error: true,
      done: true,
      who: true,
      registered: true,
      "password-answer": true,
      "login-answer": true,
      "logged-in": true,
      devices: true,
      registration: true,
      registrations: true,
      health: true,
      backup: true,
      entered: true,
      exited: true,
      rooms: true,
      members: true,
      invitation: true,
      bans: true,
      stored: true,
      page: true,
      found: true,
      receipts: true,
      said: true,
      grown: true,
      progress: true,
      presence: true,
      typing: true,
      invited: true,
      removed: true,
      asked: true,
      answered: true,
      notice: true,
      shutdown: true,
      taken: true,
      introduced: true,
      taking: true,
    };
    expect(typesOf("request")).toEqual(Object.keys(requests).sort());
    expect(typesOf("notice-of-client")).toEqual(Object.keys(notices).sort());
    const told = [...typesOf("reply"), ...typesOf("event")];
    expect(told.sort()).toEqual(Object.keys(answers).sort());
  });

  test("a message of exactly the keys in the grammar is understood, and with one less it is not", () => {
    const isClientMessage = (bytes: Uint8Array) => isWhole(decodeClientMessage(bytes));
    const isServerMessage = (bytes: Uint8Array) => decodeServerMessage(bytes) !== undefined;
    for (const [choice, isUnderstood] of [
      ["request", isClientMessage],
      ["notice-of-client", isClientMessage],
      ["reply", isServerMessage],
      ["event", isServerMessage],
    ] as const) {
      for (const message of messagesOf(choice)) {
        const label = JSON.stringify(message);
        expect(isUnderstood(encodeCbor(message)), label).toBe(true);
        for (const key of Object.keys(message)) {
          const { [key]: _, ...rest } = message;
          // An error whose code is missing is read as one whose code is not known.
          const isRead = message["type"] === "error" && key === "code";
          expect(isUnderstood(encodeCbor(rest)), `${label} without ${key}`).toBe(isRead);
        }
      }
    }
  });

  test.each(["body", "post-body"])("each %s in the grammar is understood", (choice) => {
    const samples = choicesOf(choice).map((rule) => sampleValue(rule));
    expect(samples).not.toEqual([]);
    for (const body of samples) {
      const entry = { ...(sampleValue("entry") as object), body };
      const said = { type: "said", room: "lobby", entries: [entry] };
      const post = { ...(sampleValue("post") as object), body };
      const isUnderstood =
        choice === "body"
          ? decodeServerMessage(encodeCbor(said)) !== undefined
          : isWhole(decodeClientMessage(encodeCbor(post)));
      expect([body, isUnderstood]).toEqual([body, true]);
    }
  });

  test("bounds of a message are those of the code", () => {
    const conventions = sectionOf(rooms, "### Conventions");
    const line = /A server takes at most [^;]*; a client takes [^.]*/.exec(conventions)?.[0] ?? "";
    const { containers, items } = clientMessageBounds;
    expect(numbersOf(line)).toEqual([
      containers,
      items,
      requestBytesMax,
      serverMessageBounds.containers,
      serverMessageBounds.items,
    ]);
  });

  test("how two devices meet has the numbers of the code", () => {
    const files = sectionOf(rooms, "### Files");
    const paragraph = (name: string) => {
      const from = files.indexOf(`**${name}.**`);
      return files.slice(from, files.indexOf("\n", from));
    };
    expect(numbersOf(paragraph("Introductions"))).toEqual([
      senderSessionsMax,
      roomLimits.swarmPeersMax,
    ]);
    expect(numbersOf(paragraph("Meeting"))).toEqual([
      peerLimits.peerAttemptGapMs,
      peerLimits.acquaintanceMs / 60_000,
      1,
      peerLimits.peerChannel,
      peerLimits.attemptMs / 1_000,
      peerLimits.decisionMs / 1_000,
      // 1.5 s, before and behind the point.
      ...numbersOf(String(peerLimits.reconnectMs / 1_000)),
      peerLimits.attemptsInAll.perSecond,
      peerLimits.attemptsMax,
    ]);
    expect(numbersOf(paragraph("Relay"))).toEqual([peerLimits.relayAfterMs / 1_000]);
    expect(files).toContain(`at most ${relayedBytesMax / 2} bytes`);
    const { relayBytesPerPair, relayBytesInAll } = roomLimits;
    expect(files).toContain(`more than ${relayBytesPerPair.perSecond} bytes a second for two`);
    expect(files).toContain(`or ${relayBytesInAll.perSecond} for all`);
    expect(files).toContain(`again each ${peerLimits.directAgainMs / 1_000} s`);
  });

  test("rights are those of the code", () => {
    const room = { kind: "public", isOwned: true, isReadOnly: false } as const;
    const rows: readonly (readonly [string, Action])[] = [
      ["read, write, react, edit and delete own messages", "write"],
      ["invite", "invite"],
      ["set the topic", "topic"],
      [
        "announce, delete messages of others, set the mode, kick, ban, mute, lift those, see bans",
        "ban",
      ],
      ["give roles up to the own one", "role"],
      ["configure the room", "configure"],
      ["stop the server, make admins", "grant"],
    ];
    const told = rowsOf(sectionOf(rooms, "### Rights")).map(([what, from]) => [what, from]);
    const lowest = rows.map(([what, action]) => [
      what,
      roles
        .find((actor) => isAllowed({ actor, action, room, target: "banned" }))
        ?.replace("server-owner", "owner of the server"),
    ]);
    expect(told).toEqual(lowest);
  });

  test("error and close codes are those of the code", () => {
    const errors = rowsOf(sectionOf(rooms, "### Error codes")).flatMap((cells) =>
      cells[0]!.split(", "),
    );
    expect([...new Set(errors)].sort()).toEqual([...refusalCodes].sort());
    const closes = rowsOf(sectionOf(rooms, "### Close codes")).map((cells) => Number(cells[0]));
    expect(closes).toEqual(Object.values(roomLimits.closeCodes));
  });

  test("limits are those of the code", () => {
    const { creationsPerPerson, renamesPerPerson, asksPerPerson } = roomLimits;
    const expected: Readonly<Record<string, readonly number[]>> = {
      "text of a line": [roomLimits.textBytesMax, 16, 8],
      "connections of a server": [roomLimits.sessionsMax],
      "time to an accepted hello": [roomLimits.helloMs / 1000, roomLimits.greetingMs / 1000],
      "rooms with an entry or a record, of a server": [roomLimits.roomsMax],
      "rooms without a line, of a server": [roomLimits.unwrittenRoomsMax],
      "rooms of a session, or of a person": [roomLimits.sessionRoomsMax],
      "members or rooms in a message": [
        roomLimits.nicksMax,
        roomLimits.listBytesMax,
        roomLimits.memberOverheadBytes,
        roomLimits.summaryOverheadBytes,
      ],
      "entries of a page": [roomLimits.pageEntriesMax, roomLimits.pageEntriesDefault],
      "text of a page": [roomLimits.pageTextBytesMax],
      "history reads and searches waiting, per session": [roomLimits.sessionReadsMax],
      "pages not yet delivered, per server": [roomLimits.pagesBytesMax / mebibyte],
      "answers to join, members, rooms, bans and receipts waiting, per session": [
        roomLimits.listingsMax,
      ],
      "entries waiting to be stored, per server": [
        roomLimits.draftsBytesMax / mebibyte,
        roomLimits.draftOverheadBytes,
      ],
      "entries told at once, per room": [roomLimits.saidEntriesMax, roomLimits.newsBytesMax],
      "persons who are told progress, per room": [roomLimits.progressAuthorsMax],
      "edits, emojis and reactions of a message": [
        roomLimits.editsMax,
        roomLimits.reactionEmojisMax,
        roomLimits.reactionsMax,
      ],
      "bans, mutes, roles, persons invited and invitations of a room": [
        roomLimits.bansMax,
        roomLimits.mutesMax,
        roomLimits.rolesMax,
        roomLimits.invitedMax,
        roomLimits.invitationsMax,
      ],
      "accounts of a server": [roomLimits.accountsMax],
      "accounts made from one source, and in all": [
        roomLimits.registrationsPerSource.perSecond * 3_600,
        roomLimits.registrationsInAll.burst,
        10,
      ],
      "open invitations to register": [roomLimits.registrationsMax],
      "devices of an account": [roomLimits.devicesMax],
      "guesses of a password, from a source, for an account": [
        guessesPerSource.perSecond * 60,
        guessesPerAccount.perSecond * 60,
      ],
      "steps of passwords under way, and waiting, per server": [
        roomLimits.opaqueRunsMax,
        roomLimits.opaqueWaitingMax,
      ],
      "persons of a private chat": [roomLimits.chatPersonsMax],
      "entries in a private chat before anybody agrees": [roomLimits.unansweredEntriesMax],
      "messages unread by who is away, in a private chat": [roomLimits.mailboxMax],
      "files of an offer": [roomLimits.offerFilesMax],
      "time in which an offer may be taken": [roomLimits.offerMsMax / 1000],
      "offers that a person makes": [
        roomLimits.offersPerPerson.burst,
        roomLimits.offersPerPerson.perSecond * 60,
      ],
      "takes of a session, and of a server": [roomLimits.takesPerSession, roomLimits.takesMax],
      "others that a session is introduced to": [roomLimits.meetingsPerSession],
      "takes and refusals of a person": [
        roomLimits.takesPerPerson.burst,
        roomLimits.takesPerPerson.perSecond,
      ],
      "reach of a person": [
        roomLimits.reachesPerPerson.burst,
        roomLimits.reachesPerPerson.perSecond * 60,
      ],
      "private chats that wait for a person, and new ones a minute": [
        roomLimits.askedMax,
        asksPerPerson.perSecond * 60,
      ],
      "rooms that a person makes": [creationsPerPerson.burst, creationsPerPerson.perSecond * 3_600],
      "nicknames that a person takes": [renamesPerPerson.burst, renamesPerPerson.perSecond * 60],
      "persons whom a person ignores": [roomLimits.ignoredMax],
      "time between two lines in a slow room": [roomLimits.slowMsMax / 1000],
      "lines a client keeps": [roomLimits.outboxLinesMax, roomLimits.outboxBytesMax / mebibyte],
      "lines a client holds back for earlier ones, per room": [
        roomLimits.linesAheadMax,
        roomLimits.linesAheadBytesMax / mebibyte,
      ],
      "requests a client keeps unanswered": [roomLimits.requestsWaitingMax],
    };
    const rows = rowsOf(sectionOf(rooms, "### Limits"));
    expect(
      Object.fromEntries(
        rows.map((cells) => [cells[0], numbersOf(cells[1]!.replaceAll("UTF-8", "UTF 8"))]),
      ),
    ).toEqual(expected);
  });

  test("the examples are what the code sends", () => {
    const rows = rowsOf(sectionOf(rooms, "### Examples"));
    const sent = Object.entries(roomExamples).map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString("hex"),
    ]);
    expect(rows.map((cells) => [cells[0], cells[2]])).toEqual(sent);
  });
});

function isWhole(message: ReturnType<typeof decodeClientMessage>): boolean {
  return message !== undefined && "type" in message;
}

/** The types of the messages that a choice of the grammar names. */
function typesOf(choice: string): string[] {
  return messagesOf(choice)
    .map((message) => String(message["type"]))
    .sort();
}

/** One message for each rule that a choice names, with its required keys and right values. */
function messagesOf(choice: string): readonly Readonly<Record<string, unknown>>[] {
  return choicesOf(choice).map((rule) => sampleValue(rule) as Record<string, unknown>);
}

/** The rules of the choice `name = one / other`. */
function choicesOf(name: string): readonly string[] {
  return (grammarRules().get(name) ?? "").split("/").map((rule) => rule.trim());
}

/** What stands behind each name in all of the grammar. */
function grammarRules(): ReadonlyMap<string, string> {
  const blocks = [...rooms.matchAll(/```cddl\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const text = blocks.join("\n").replace(/ *;.*$/gm, "");
  const rules = text.split(/^(?=[\w-]+\s*=)/m).map((rule) => {
    const at = rule.indexOf("=");
    return [rule.slice(0, at).trim(), rule.slice(at + 1).trim()] as const;
  });
  return new Map(rules);
}

function sampleOf(map: string): Record<string, unknown> {
  const inner = map.trim().slice(1, -1);
  const pairs = splitTop(inner)
    .map((part) => part.trim())
    .filter((part) => part !== "" && !part.startsWith("?"))
    .map((part) => {
      const colon = part.indexOf(":");
      return [part.slice(0, colon).trim(), sampleValue(part.slice(colon + 1).trim())] as const;
    });
  return Object.fromEntries(pairs);
}

/** A value of the type, the shortest where there is a choice. */
function sampleValue(type: string): unknown {
  const literal = /^"([^"]*)"/.exec(type)?.[1];
  if (literal !== undefined) return literal;
  if (type.startsWith("{")) return sampleOf(type);
  const list = /^\[(\d*)\*\d+ ([\s\S]*)\]$/.exec(type);
  if (list !== null) return Array.from({ length: Number(list[1]) }, () => sampleValue(list[2]!));
  if (type.startsWith("bstr")) return new Uint8Array(numbersOf(type)[0]!);
  const first = numbersOf(type)[0];
  if (first !== undefined && /^\d/.test(type)) return first;
  const samples: Readonly<Record<string, unknown>> = {
    uint: 0,
    id: "V1StGXR8_Z5jdHi6B-myT",
    person: "~0123456789abcdef",
    device: "A".repeat(43),
    tstr: "text",
    bool: true,
  };
  if (type in samples) return samples[type];
  const rule = grammarRules().get(type);
  if (rule === undefined) throw new Error(`no rule ${type}`);
  return sampleValue(rule.split(" / ")[0]!.startsWith("{") ? rule : rule.split(" / ")[0]!);
}

/** Splits at commas that are in no bracket. */
function splitTop(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if ("{[(".includes(character)) depth += 1;
    if ("}])".includes(character)) depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}
