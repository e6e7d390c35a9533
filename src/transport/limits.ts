const kibibyte = 1024;
const mebibyte = 1024 * 1024;

/** The version of this wire format. Any change that an old peer would misread gets the next number. */
export const transportVersion = 3;

/**
 * What every path must carry: 1200 bytes cross every link that can carry IPv6
 * (1280 - 40 IPv6 - 8 UDP, rounded down; RFC 9000 section 14).
 */
export const datagramBytesMin = 1200;

/**
 * The longest datagram we send or take. On loopback 32 KiB move 2.0 GB/s in the kernel, 64 KiB no
 * more, and a default socket buffer holds 6 of them.
 */
export const datagramBytesMax: number = 32 * kibibyte;

/**
 * The sizes that a path is tried for: Ethernet less IPv6 and UDP (1500 - 48), jumbo frames
 * (9000 - 48), and what only loopback carries.
 */
export const datagramSizes: readonly number[] = [
  datagramBytesMin,
  1452,
  8952,
  16 * kibibyte,
  datagramBytesMax,
];

/** Probes of one size that may be lost before it counts as too long (RFC 8899 section 5.1.2). */
export const mtuProbeTries = 3;

/** After this long a path is tried for more again (RFC 8899 section 5.1.1, PMTU_RAISE_TIMER). */
export const mtuRaiseMs = 600_000;

/** The same after it swallowed what it had carried before. */
export const mtuCoolDownMs = 60_000;

/** Bursts of loss of long datagrams, with none of them delivered between, that make a black hole. */
export const blackHoleBursts = 3;

/**
 * What we say our socket holds when the system does not tell: half of Linux's default buffer of
 * 212,992 bytes. The other half is for those who send at the same time.
 */
export const socketBytesDefault = 106_496;

/** The least a peer may say: one datagram of the longest kind. */
export const socketBytesMin = 35_063;

/** A share of the socket's buffer is never less than a datagram of 1200 bytes takes there. */
export const socketShareBytesMin = 2304;

/**
 * From so many active senders on, the socket and not the path is taken for where round trips grow. A few
 * on a slow link meet in its queue: there the shorter estimate starved one of two for seconds.
 */
export const crowdedSocketPeersMin = 8;

/** Who sends this much in this time is active, and has a share: 40 kB/s, more than any talk. */
export const activeSenderBytes: number = 4 * kibibyte;
export const activeSenderMs = 100;

/** Channels are the streams 0..7, which are always open. */
export const channelMax = 7;

/**
 * Message streams that a peer may have open: a large line, and pages of history read ahead. With
 * what each may hold without a reservation they are 16 x 64 KiB = 1 MiB of a connection.
 */
export const messageStreamsMax = 16;

/** Data streams that a peer may have open: files at a time between two hosts. */
export const dataStreamsMax = 8;

/** Bytes of one stream before the next of its class has its turn: half a datagram of the longest kind. */
export const turnBytes: number = 16 * kibibyte;

/**
 * The longest unreliable datagram. A packet of 1200 bytes has 1200 - 11 header - 16 tag - 3 for the
 * frame = 1170; the rest is for an ACK and credit beside it.
 */
export const unreliableBytesMax = 1024;

/** Unreliable datagrams that wait to be sent; one more, and the oldest is dropped. */
export const unreliableCountMax = 32;

/** The longest message: a room's text of 16 MiB and 64 KiB for its envelope. */
export const messageBytesMax: number = 16 * mebibyte + 64 * kibibyte;

/** A longer message needs a reservation in the endpoint's receive budget before it is assembled. */
export const messageBytesFree: number = 64 * kibibyte;

/** What one endpoint assembles at once by default: 15 messages of the longest kind. */
export const receiveBudgetBytesDefault: number = 256 * mebibyte;

/**
 * First credit of one stream. On a LAN with 2 ms of round trip it is 1 Gbit/s:
 * 256 KiB / 2 ms = 131 MB/s.
 */
export const streamWindowBytes: number = 256 * kibibyte;

/** What it grows to on a path that needs more: 1 Gbit/s over 32 ms. */
export const streamWindowBytesMax: number = 4 * mebibyte;

/** First credit of all message and data streams of a connection together: three at full speed. */
export const connectionWindowBytes: number = 3 * streamWindowBytes;

/** What it grows to: one stream at full speed and room beside it. */
export const connectionWindowBytesMax: number = 6 * mebibyte;

/** What all windows of one endpoint together may grow by: 25 connections at their most. */
export const windowGrowthBytesMax: number = 256 * mebibyte;

/**
 * What one endpoint keeps out of order, and of data streams until it is consumed, of all connections
 * together: 40 windows at their most, 1000 at first. A packet for which there is no room is dropped.
 */
export const heldBytesMax: number = 256 * mebibyte;

/**
 * Data out of order waits in pages of this size, so one byte costs at most one page and a stream
 * at most its window and one page: (4 MiB / 16 KiB) + 1 = 257 pages.
 */
export const pageBytes: number = 16 * kibibyte;

/**
 * Separate pieces that wait out of order on one stream; a packet that would add one is dropped.
 * At 20 % loss each fifth datagram leaves a gap: 1024 of them are 6 MiB in 1200-byte datagrams.
 */
export const pieceCountMax = 1024;

/** Ranges in an ACK frame and in the memory behind it; the oldest is forgotten first. */
export const ackRangeCountMax = 64;

/** `send` asks for a pause above this many bytes of the same class that were never sent. */
export const sendQueueBytesHigh: number = 1 * mebibyte;

/** `writable` comes when all classes have fallen below this. */
export const sendQueueBytesLow: number = 256 * kibibyte;

/** The same marks for each data stream, whose writer reads from a disk: 8 streams are 4 MiB. */
export const dataQueueBytesHigh: number = 512 * kibibyte;
export const dataQueueBytesLow: number = 128 * kibibyte;

/**
 * Above this the peer is too slow and the connection is closed, so a queue holds at most this and
 * one more message: 64 MiB + 16 MiB + 64 KiB.
 */
export const sendQueueBytesMax: number = 64 * mebibyte;

/** Connections of one endpoint by default: an idle one costs 15 KiB, so all of them 150 MiB. */
export const connectionCountMaxDefault = 10_000;

/**
 * Accepted connections that the client has not confirmed yet; one more, and the oldest is forgotten.
 * At the rate of all handshakes each has a second, and a client needs one round trip.
 */
export const halfOpenCountMax = 1024;

/** How long they may stay so. A client that tries once more after that begins anew. */
export const halfOpenMs = 5000;

/** Answers without a connection that wait to be sent; more are dropped, as a full socket would. */
export const replyCountMax = 256;

/**
 * Handshakes of one IP address after its cookie was proven: a hall of clients behind one router, or
 * a bench, comes in at once.
 */
export const handshakesPerSource = { perSecond: 200, burst: 1000 } as const;

/** Handshakes of all addresses: each costs the server 0.4 ms, so 1000 a second are 0.4 of a core. */
export const handshakesInAll = { perSecond: 1000, burst: 1000 } as const;

/** Addresses whose rate is remembered: a /22 full of clients. The one unheard longest is forgotten. */
export const handshakeSourcesMax = 1024;

/** RESETs to all the world: enough to tell 1000 clients of a restart within 10 s. */
export const resetsInAll = { perSecond: 100, burst: 100 } as const;

/** The shortest packet that a RESET (33 bytes) answers; what asks for an ACK is padded to it. */
export const resetTriggerBytesMin = 48;

/** A challenge to an address that was not proven is repeated after this long. */
export const pathChallengeMs = 300;

/**
 * How long a new address may take to answer one: three probe timeouts of a path with the first
 * round trip, 3 x (100 + 4 x 50 + 20) = 960 ms (RFC 9000 section 8.2.4).
 */
export const pathValidationMs = 1000;

/** A packet with a challenge and nothing else: header 11, frame 9, tag 16. */
export const pathPacketBytes = 36;

/** Bytes sent to an address for each that came from it, until it is proven (RFC 9000 section 8). */
export const pathReplyFactor = 3;

/** Packets sent under one key; then the next key is used. */
export const keyUpdatePackets: number = 2 ** 20;

/** How long one key is used. */
export const keyUpdateMs: number = 30 * 60_000;

/** The key before is kept this many probe timeouts, for packets that were overtaken. */
export const previousKeyProbeTimeouts = 3;

/**
 * Packets of one connection that failed to open; then it is closed (RFC 9001 section 6.6). Less would
 * let whoever sees a connection id end the connection: at 10,000 forgeries a second this takes 79 days.
 */
export const openFailuresMax: number = 2 ** 36;

/**
 * QUERY or INIT is sent at 0, 100, 300, 700, 1500 and 3100 ms, and given up at 6300 ms: the last of 1,000
 * that come at once on a slow machine was answered after 5 s.
 */
export const initTryCount = 6;

/** The first wait for an answer; it doubles with each try. */
export const initWaitMs = 100;

/** A cookie lives longer than the six tries (6.3 s) and a pause of the client. */
export const cookieLifeMs = 15_000;

/** A cookie's secret is used for this long, and as the predecessor once more. */
export const cookieSecretMs = 120_000;

/** The longest cookie a server may ask a client to carry. */
export const cookieBytesMax = 64;

/** The longest text in CLOSE, in bytes of UTF-8. */
export const closeTextBytesMax = 256;

/** The longest text in REFUSE, in bytes of UTF-8: its answer stays far below the question. */
export const refuseTextBytesMax = 128;

/** Versions in a VERSION packet. */
export const versionCountMax = 16;

/**
 * A peer that only receives is never told which of its ACKs arrived, so its ranges pile up. Beyond
 * this many an ACK carries a PING, whose ACK lets it forget (RFC 9000 section 13.2.4).
 */
export const ackRangeCountLong = 4;

/** An ACK may wait this long for company. */
export const ackDelayMaxMs = 20;

/** The longest ACK delay we let a peer announce: RFC 9000 section 18.2 allows 2^14. */
export const ackDelayLimitMs = 1000;

/** Ack-eliciting packets that are answered with one ACK (RFC 9000 section 13.2.2). */
export const ackElicitingThreshold = 2;

/** The share of the window that one ACK answers at most: seven parts fly while it is on its way. */
export const ackWindowShare: number = 1 / 8;

/** Nor more packets than this: then ACKs are 3 % of all packets, and fewer save nothing. */
export const ackThresholdMax = 32;

/**
 * A share of a small window would be an ACK for every second line that people say. This many packets are
 * answered with one ACK all the same, as far as they are half a window: none waits for an ACK that
 * waits for more packets.
 */
export const ackThresholdFew = 8;

/**
 * A line that goes to each of 1000 connections would bring 1000 ACKs within `ackDelayMaxMs`, and a
 * default socket buffer holds 256. So an endpoint lets ACKs wait longer with every connection, for
 * 10 of them in each ms, and at most this long: a lost line is repeated that much later.
 */
export const ackDelayCrowdedMs = 100;

/** ACKs that an endpoint wants to get in each ms when all its connections send one. */
export const acksPerMs = 10;

/**
 * Timer granularity. RFC 9002 asks for at least 1 ms; Node's event loop is late by up to 3 ms in
 * one of a thousand turns, and what is late must not count as lost.
 */
export const granularityMs = 4;

/** Round trip assumed before one was measured; RFC 9002's 333 ms is for the internet, not a LAN. */
export const initialRttMs = 100;

/** Reordering in packets before a loss is declared, at first (RFC 9002 section 6.1.1). */
export const packetThresholdMin = 3;

/** It grows with the reordering that is seen, up to this. */
export const packetThresholdMax = 64;

/** After so many round trips without reordering it is what it was at first. */
export const reorderingMemoryRoundTrips = 16;

/** Packets that were called lost and may arrive after all; older ones are forgotten first. */
export const lostMemoryMax = 256;

/** The probe timeout doubles up to this, so that a quiet LAN is probed often enough to tell death. */
export const probeTimeoutMaxMs = 1000;

/** Packets per expired probe timeout (RFC 9002 section 6.2.4). */
export const probeCount = 2;

/** Congestion window at the start, in datagrams (RFC 9002 section 7.2). */
export const initialWindowDatagrams = 10;

/** The congestion window never falls below this many datagrams (RFC 9002 section 7.2). */
export const minimumWindowDatagrams = 2;

/**
 * Files fill the queue of a path this far: a third of the 6 ms that a cheap switch with 64 datagrams
 * has at 100 Mbit/s, and more than a round trip on a LAN varies by. RFC 6817 allows up to 100 ms.
 */
export const yieldTargetMsMin = 2;

/** Beyond that, so many datagrams, which are 1 ms each at 10 Mbit/s, */
export const yieldTargetDatagrams = 3;

/** but never more than a fifth of what is felt in a talk, 25 ms: chat waits in the same queue. */
export const yieldTargetMsMax = 5;

/** The shortest round trip of so many minutes is that of the empty path (RFC 6817 section 3.4.2). */
export const yieldBaseMinutes = 10;

/** The congestion window needs no more than what flow control lets fly, and some control frames. */
export const congestionWindowBytesMax: number = 8 * mebibyte;

/** What may leave at once is worth this long at the pacing rate: Node's timers are late by 1 ms. */
export const pacingBurstMs = 2;

/** But never less than this, the initial window of RFC 9002 section 7.2. */
export const pacingBurstBytesMin: number = 10 * datagramBytesMin;

/** Nor more datagrams: a socket buffer of the default size holds 92. */
export const pacingBurstDatagramsMax = 64;

/** A paced sender whose timer was late catches up with this much at most. */
export const pacingLateMsMax = 10;

/** A paced sender comes back after this long: what a timer of the event loop can do. */
export const pacingWaitMs = 1;

/** Datagrams of one connection in one turn of the event loop; then the others have their turn. */
export const burstDatagramsMax = 16;

/** Nor more bytes: eight datagrams of the longest kind take 0.5 ms, in which nothing is read. */
export const burstBytesMax: number = 8 * datagramBytesMax;

/** A client that has heard nothing for this long sends PING. */
export const keepAliveClientMs = 1000;

/** A server waits longer, so that the client's PING is the only one. */
export const keepAliveServerMs = 1500;

/** Share by which each keep-alive wait is shortened at random, so that clients do not ping in step. */
export const keepAliveJitter = 0.1;

/** Silence after which a peer is dead, unless fewer than `probeRoundsMin` rounds went unanswered. */
export const silenceMaxMs = 3500;

/** Probe timeouts that must have gone unanswered before silence means death. */
export const probeRoundsMin = 4;

/**
 * Probe timeouts that a peer may leave unanswered although it speaks. Who hears nothing is silent after
 * 3.5 s itself, so one that goes on and acknowledges nothing keeps our unacknowledged packets on
 * purpose: two more with each round, a second apart.
 */
export const probeRoundsMax = 30;

/** A timer this late says that not the peer but we were away (stalled, suspended). */
export const stallMs = 1000;

/** After a stall, silence counts as this long: less than `silenceMaxMs` by two seconds of probing. */
export const silenceAfterStallMs = 1500;

/** How long `close` goes on delivering what is queued. */
export const lingerMs = 2000;

/** First and largest distance between two packet numbers skipped to catch optimistic ACKs. */
export const skipDistanceMin: number = 2 ** 6;
export const skipDistanceMax: number = 2 ** 17;

/** Skipped packet numbers that are remembered; from 2^6 to 2^17 there are 12 doublings. */
export const skippedCountMax = 16;
