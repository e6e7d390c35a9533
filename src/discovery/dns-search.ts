import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dataPortMin } from "./announcement.ts";
import { serviceLabels } from "./dns-sd.ts";
import { searchDomains } from "./search-domains.ts";
import { type HintSource, hintsMax, type ServerHint } from "./server-hint.ts";

/** A name server of the network answers in milliseconds; what is slower finds no server in time. */
const dnsTimeoutMs = 2_000;

/** Targets of one domain that are tried, those with the best priority first (RFC 2782). */
const targetsMax = 16;

export interface DnsSearchOptions {
  /** Domains to ask in; those that this machine is in when absent. */
  readonly domains?: readonly string[];
  /** Name servers as `address:port`; those of this machine when absent. */
  readonly nameServers?: readonly string[];
}

/** Asks the name servers of this machine for `_earshot._udp` in the domains that it is in. */
export function dnsSearch(options: DnsSearchOptions = {}): HintSource {
  return (onHint) => {
    let searching = Promise.resolve();
    let isClosed = false;
    const refresh = () => {
      searching = searching.then(async () => {
        if (isClosed) return;
        const domains = options.domains ?? (await machineDomains());
        const found = await Promise.all(domains.map((domain) => lookUpService(domain, options)));
        if (!isClosed) for (const hint of found.flat().slice(0, hintsMax)) onHint(hint);
      });
    };
    refresh();
    return {
      refresh,
      // What is under way ends by its time limit, and nobody has to wait for it.
      close: async () => {
        isClosed = true;
      },
    };
  };
}

/**
 * The servers that the DNS names for `_earshot._udp.domain`, the best first; none when it names none
 * or does not answer in time. Never rejects.
 */
export async function lookUpService(
  domain: string,
  { nameServers }: Pick<DnsSearchOptions, "nameServers"> = {},
): Promise<readonly ServerHint[]> {
  const resolver = new Resolver({ timeout: dnsTimeoutMs, tries: 1 });
  if (nameServers !== undefined) resolver.setServers([...nameServers]);
  const service = [...serviceLabels, domain].join(".");
  const targets = await resolver.resolveSrv(service).catch(() => []);
  // A target that is the root says that there is no such service here (RFC 2782).
  const offered = targets.filter(({ name, port }) => name !== "" && dataPortMin <= port);
  const best = offered.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
  const hints = best.slice(0, targetsMax).map(async ({ name, port }) => {
    const [v4, v6] = await Promise.all([
      resolver.resolve4(name).catch(() => []),
      resolver.resolve6(name).catch(() => []),
    ]);
    return [...v4, ...v6].map((host) => ({ address: { host, port } }));
  });
  return (await Promise.all(hints)).flat().slice(0, hintsMax);
}

async function machineDomains(): Promise<readonly string[]> {
  const resolvConf = await readFile("/etc/resolv.conf", "utf8").catch(() => "");
  const userDomain = process.env["USERDNSDOMAIN"];
  return searchDomains({ resolvConf, hostname: hostname(), userDomain });
}
