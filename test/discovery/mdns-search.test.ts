import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../../src/base/random.ts";
import { mdnsSearch } from "../../src/discovery/mdns-search.ts";
import type { ServerHint } from "../../src/discovery/server-hint.ts";
import { SimulatedClock } from "../support/clock.ts";
import { encodeAnswer } from "../support/dns.ts";
import { fakeAdapter } from "./lan.ts";

const service = ["_earshot", "_udp", "local"];
const instance = ["lab", ...service];

/** Answers every question on loopback, with this number instead of the question's if there is one. */
async function responder(otherId?: number) {
  const socket = createSocket("udp4");
  const questions: string[] = [];
  socket.on("message", (question, { port, address }) => {
    questions.push(`${address} ${question.toString("hex", 2)}`);
    const id = otherId ?? question.readUInt16BE(0);
    const records = [
      { type: "ptr", name: service, target: instance },
      { type: "srv", name: instance, port: 28_198, target: ["kitchen", "local"] },
    ] as const;
    socket.send(encodeAnswer(id, records, { question: service }), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    questions,
    address: { host: "127.0.0.1", port: socket.address().port },
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

function search(responders: { readonly host: string; readonly port: number }) {
  const clock = new SimulatedClock();
  const hints: ServerHint[] = [];
  const listAdapters = () => [fakeAdapter(1), fakeAdapter(2)];
  const options = { interfaces: [], clock, random: systemRandom, listAdapters, responders };
  const running = mdnsSearch(options)((hint) => {
    hints.push(hint);
  });
  return { clock, hints, running };
}

describe("a search by multicast DNS", () => {
  test("asks a plain question on each adapter, and who answers is a hint", async () => {
    await using lan = await responder();
    const { hints, running } = search(lan.address);
    const hint = { address: { host: "127.0.0.1", port: 28_198 }, name: "lab" };
    await expect.poll(() => hints).toEqual([hint, hint]);
    const question = "00000001000000000000085f65617273686f74045f756470056c6f63616c00000c0001";
    expect(lan.questions.sort()).toEqual([`127.1.0.1 ${question}`, `127.2.0.1 ${question}`]);
    await running.close();
  });

  test("asks again after 1 s and 3 s and on demand, then about once a minute", async () => {
    await using lan = await responder();
    const { clock, running } = search(lan.address);
    const asked = (count: number) => expect.poll(() => lan.questions.length).toBe(2 * count);
    await asked(1);
    clock.advance(1_000);
    await asked(2);
    clock.advance(2_000);
    await asked(3);
    clock.advance(47_000);
    running.refresh();
    await asked(4);
    await running.close();
  });

  test("hears no answer to another question, and none after its end", async () => {
    await using liar = await responder(7);
    const { hints, running } = search(liar.address);
    await expect.poll(() => liar.questions.length).toBe(2);
    await running.close();
    expect(hints).toEqual([]);
  });
});
