import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { bindDatagramSocket } from "../../src/base/datagram-socket.ts";
import { systemRandom } from "../../src/base/random.ts";
import { surveyNetwork } from "../../src/discovery/survey.ts";
import { LoopbackLan } from "./lan.ts";

function optionsOf({ port }: LoopbackLan) {
  const [clock, random] = [systemClock, systemRandom];
  return { interfaces: ["lo"], discoveryPort: port, clock, random, isSweeping: false };
}

describe("a survey on loopback", () => {
  test("hears itself and a server", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon({ name: "Office" });
    const survey = await surveyNetwork(optionsOf(lan));
    expect(survey.isHearing).toBe(true);
    expect(survey.sends).toContainEqual(
      expect.objectContaining({
        adapter: expect.any(String),
        mechanism: "loopback",
        isHeard: true,
      }),
    );
    expect(survey.servers).toMatchObject([{ name: "Office", answers: ["loopback"] }]);
  });

  test("does not say that it is deaf where another program holds the port", async () => {
    await using lan = await LoopbackLan.open();
    await lan.hold();
    const survey = await surveyNetwork(optionsOf(lan));
    expect(survey.isHearing).toBe(false);
    for (const sent of survey.sends) expect(sent).not.toHaveProperty("isHeard");
  });

  test("is told by the host when nothing listens on a port", async () => {
    await using lan = await LoopbackLan.open();
    const taken = { host: "127.0.0.1", port: 0 };
    const socket = await bindDatagramSocket({ address: taken, onDatagram: () => undefined });
    const { address } = socket;
    const silent = await surveyNetwork({ ...optionsOf(lan), target: { address } });
    expect(silent.target).toEqual({ data: "silent" });
    await socket.close();
    const refused = await surveyNetwork({ ...optionsOf(lan), target: { address } });
    expect(refused.target).toEqual({ data: "refused" });
  });
});
