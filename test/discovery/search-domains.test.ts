import { describe, expect, test } from "vitest";
import { searchDomains, searchDomainsMax } from "../../src/discovery/search-domains.ts";

const nothing = { resolvConf: "", hostname: "kitchen" };

describe("the domains that a machine is in", () => {
  test.each([
    ["search example.net lab.example.net\n", ["example.net", "lab.example.net"]],
    ["domain\texample.net.", ["example.net"]],
    ["search first.net\nnameserver 10.0.0.1\nsearch Last.Net", ["last.net"]],
    ["# search no.net\nnameserver 10.0.0.1", []],
    ["search . local localdomain 10.0.0.1 exa$mple", []],
    [`search ${"x.".repeat(127)}net`, []],
  ])("are those of %j", (resolvConf, domains) => {
    expect(searchDomains({ ...nothing, resolvConf })).toEqual(domains);
  });

  test("are those of its name and of its user, each once", () => {
    const sources = { resolvConf: "search lab.net", hostname: "kitchen.Lab.net" };
    expect(searchDomains({ ...sources, userDomain: "CORP.NET" })).toEqual(["lab.net", "corp.net"]);
  });

  test("are no more than the limit", () => {
    const names = Array.from({ length: searchDomainsMax + 1 }, (_, n) => `d${n}.net`);
    const resolvConf = `search ${names.join(" ")}`;
    expect(searchDomains({ ...nothing, resolvConf })).toEqual(names.slice(0, searchDomainsMax));
  });
});
