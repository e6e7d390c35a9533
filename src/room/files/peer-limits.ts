/** The channel of all messages between two peers: ahead of all data. */
export const peerChannel = 1;

/** An attempt to connect is given up after this long: on a LAN a handshake takes milliseconds. */
export const attemptMs = 2_000;

/** So long after one address the next one is tried beside it (RFC 8305). */
export const peerAttemptGapMs = 150;

/** When nothing has opened after this long, the way through the server is tried. */
export const relayAfterMs = 2_000;

/** How often that way is tried while it does not open. */
export const relayAgainMs = 5_000;

/**
 * How often an address where the two were connected is tried again. Each attempt asks at 0, 100, 300,
 * 700 and 1500 ms, so that a path that is back is noticed within a second.
 */
export const reconnectMs = 1_500;

/** How often two who are connected through the server try the other addresses again. */
export const directAgainMs = 30_000;

/** Who was introduced, and is not connected, is forgotten after this long. */
export const acquaintanceMs = 600_000;

/** Who was introduced and is remembered: twice what a server introduces one session to. */
export const acquaintancesMax = 512;

/** Connections of peers, those included that are tried. */
export const peerConnectionsMax = 640;

/**
 * Attempts to connect: a burst of 32, then 8 a second, so that whoever names addresses that are not
 * theirs has no more than 40 kB/s sent there, four packets of 1200 bytes for each.
 */
export const attemptsInAll: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 8,
  burst: 32,
};

/** Attempts at once. */
export const attemptsMax = 32;

/**
 * Of two connections that opened within this time one was late. Later, the other side has lost the one
 * that was used.
 */
export const lateMs = 2_000;

/** Who does not decide waits so long for a connection to be used; then it is closed. */
export const decisionMs = 5_000;

/** Codes with which peers close a connection. */
export const peerCloseCodes = { done: 0, otherUsed: 1 } as const;

/** Offers of logs that a client remembers, about 500 bytes each: what may be taken by its id. */
export const offersKnownMax = 1_000;

/** Offers that a client has received whole and goes on giving to others. */
export const servedOffersMax = 256;
