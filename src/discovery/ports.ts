/**
 * UDP port of discovery: below the ephemeral ranges of Linux (32768) and of Windows and macOS (49152),
 * and not assigned by IANA. All programs of one LAN must agree on it.
 */
export const defaultDiscoveryPort = 28197;

/** UDP port that a server prefers for its conversations; announced, so any other will do. */
export const defaultDataPort = 28198;
