import { readFileSync } from "node:fs";

/**
 * Hosts that this machine has spoken with of late, by their IPv4 addresses; they need no broadcast to
 * be asked. Empty where the system does not tell, as anywhere but on Linux.
 */
export function listNeighbours(): readonly string[] {
  try {
    return parseNeighbours(readFileSync("/proc/net/arp", "utf8"));
  } catch {
    return [];
  }
}

/** The complete entries of Linux's ARP table. */
export function parseNeighbours(table: string): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const [host, , flags] = line.trim().split(/\s+/);
    // ATF_COM of net/if_arp.h: somebody has answered.
    const isComplete = (Number(flags) & 2) !== 0;
    return host !== undefined && isComplete ? [host] : [];
  });
}
