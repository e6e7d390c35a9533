import { formatAddress } from "../base/address.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import type { Cause, Rule } from "./diagnosis.ts";
import type { Findings, TargetFinding } from "./findings.ts";
import { sendErrorText } from "./send-error.ts";

/** Rules about the one server that somebody asked about; without one none applies. */
export const targetRules: readonly Rule[] = [
  ofTarget(unknown),
  ofTarget(otherKey),
  ofTarget(answered),
  ofTarget(refused),
  ofTarget(unreachable),
  ofTarget(silent),
];

function ofTarget(rule: (target: TargetFinding, findings: Findings) => Cause | undefined): Rule {
  return (findings) => findings.target && rule(findings.target, findings);
}

function unknown({ text, host }: TargetFinding): Cause | undefined {
  if (host !== undefined) return undefined;
  return {
    code: "target-unknown",
    sentence: `No server and no host called ${text} was found.`,
    fix: "ask for its address, or better for its link",
  };
}

function otherKey({ key, linkedKey, ...target }: TargetFinding): Cause | undefined {
  if (key === undefined || linkedKey === undefined || key === linkedKey) return undefined;
  return {
    code: "target-other-key",
    sentence: `At ${placeOf(target)} answers another server ("${fingerprintOf(key)}") than the link names ("${fingerprintOf(linkedKey)}").`,
    fix: "ask for a new link",
  };
}

function answered(target: TargetFinding, { version }: Findings): Cause | undefined {
  if (target.data !== "answered") return undefined;
  const { versions } = target;
  if (versions !== undefined && (version < versions.min || versions.max < version)) {
    const isNewer = version < versions.min;
    return {
      code: "version-mismatch",
      sentence: `${placeOf(target)} speaks version ${isNewer ? versions.min : versions.max} of the protocol, this earshot version ${version}.`,
      fix: isNewer ? "update earshot on this computer" : "update earshot on the server's computer",
    };
  }
  const where = target.isOnLink
    ? ""
    : " It is in another subnet, where no broadcast goes: it is joined by its address or link only.";
  return { code: "well", sentence: `All is well: ${placeOf(target)} can be joined.${where}` };
}

function refused(target: TargetFinding): Cause | undefined {
  if (target.data !== "refused") return undefined;
  return {
    code: "target-refused",
    sentence: `The computer ${target.host} is there, but no server runs on its UDP port ${target.port}.`,
    fix: "start it, or look at its screen for the port",
  };
}

function unreachable(target: TargetFinding): Cause | undefined {
  if (target.error === undefined) return undefined;
  // On its own link a host that does not answer is off or kept apart, whatever the code.
  if (target.isOnLink && target.error === "EHOSTUNREACH") return undefined;
  return {
    code:
      target.error === "EPERM" || target.error === "EACCES" ? "send-blocked" : "target-unreachable",
    sentence: `Nothing can be sent to ${placeOf(target)}: ${sendErrorText(target.error)}.`,
  };
}

function silent(target: TargetFinding, findings: Findings): Cause {
  const place = placeOf(target);
  if (!target.isOnLink) {
    return {
      code: "target-silent",
      sentence: `${place} is in another subnet and nothing comes back: a router or firewall between drops UDP, or no such computer is there.`,
      fix: `let UDP port ${target.port} through there`,
    };
  }
  if (target.isNeighbour === false) {
    const isAnybodyThere = findings.links.some(
      ({ hasRouter, neighbourCount }) => hasRouter || 0 < neighbourCount,
    );
    return {
      code: isAnybodyThere ? "client-isolation" : "target-silent",
      sentence: `${target.host} does not answer on its own link${isAnybodyThere ? ", though others do" : ""}: it is switched off, or the access point or switch keeps its stations apart (client isolation).`,
      fix: "see that it is on; switch off client isolation at the access point",
    };
  }
  return {
    code: "server-firewall",
    sentence: `${target.host} is there but answers nothing on UDP port ${target.port}: a firewall on it drops what comes in.`,
    fix: "run earshot doctor there; it names the command",
  };
}

function placeOf({ host = "?", port }: Pick<TargetFinding, "host" | "port">): string {
  return formatAddress({ host, port });
}
