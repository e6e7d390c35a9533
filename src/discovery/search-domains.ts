import { isHostName } from "./server-link.ts";

/** Domains that are asked: more than resolvers once took (MAXDNSRCH of resolv.conf). */
export const searchDomainsMax = 6;

/** What a machine says about the domain that it is in. */
export interface DomainSources {
  /** The text of `/etc/resolv.conf`; empty where there is none. */
  readonly resolvConf: string;
  /** As the system calls this machine; it may end in its domain. */
  readonly hostname: string;
  /** What Windows calls the domain of its user. */
  readonly userDomain?: string | undefined;
}

/**
 * The domains in which a server of this network may be named, each once, without a dot at its end.
 * Those of multicast DNS and of literal addresses are left out.
 */
export function searchDomains(sources: DomainSources): readonly string[] {
  const listed = sources.resolvConf
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    // The last such line counts (resolv.conf(5)).
    .findLast(([keyword]) => keyword === "search" || keyword === "domain");
  const [, ...ofHost] = sources.hostname.split(".");
  const domains = [...(listed ?? []).slice(1), ofHost.join("."), sources.userDomain ?? ""]
    .map((domain) => domain.toLowerCase().replace(/\.$/, ""))
    .filter((domain) => isHostName(domain) && !/^(local|localdomain|localhost)$/.test(domain))
    .filter((domain) => !/^[\d.]+$/.test(domain));
  return [...new Set(domains)].slice(0, searchDomainsMax);
}
