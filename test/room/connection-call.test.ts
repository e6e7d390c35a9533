import { expect, test } from "vitest";
import type { CallOutcome } from "../../src/room/connection-call.ts";
import { ClientDesk } from "../support/client-desk.ts";

/** Asks for the devices; gives what became of it. */
function ask(desk: ClientDesk): CallOutcome[] {
  const outcomes: CallOutcome[] = [];
  const onDone = (outcome: CallOutcome) => outcomes.push(outcome);
  desk.do((client) => client.askNow({ question: { type: "devices" }, onDone }));
  return outcomes;
}

test("a question about the account fails with its connection and is not asked on the next", () => {
  const desk = ClientDesk.open();
  const outcomes = ask(desk);
  expect(desk.requests.at(-1)).toMatchObject({ type: "devices" });
  desk.lose();
  expect(outcomes).toMatchObject([{ type: "failed", failure: { code: "connection-lost" } }]);
  desk.takeRequests();
  desk.reconnect();
  desk.welcome();
  expect(desk.requests.some(({ type }) => type === "devices")).toBe(false);
  expect(outcomes).toHaveLength(1);
});

test("a question about the account fails at once without a connection, or when it is refused", () => {
  expect(ask(new ClientDesk())).toMatchObject([{ failure: { code: "connection-lost" } }]);
  const desk = ClientDesk.open();
  const outcomes = ask(desk);
  const { ref } = desk.last("devices");
  desk.tell({ type: "error", ref, code: "not-allowed", message: "you are a guest" });
  expect(outcomes).toMatchObject([{ type: "failed", failure: { code: "not-allowed" } }]);
});

test("who becomes somebody else is told so, with the new name", () => {
  const desk = ClientDesk.open();
  const onDone = () => undefined;
  const question = { type: "rename", nick: "anna2" } as const;
  const becomes = { person: "anna-account" };
  desk.do((client) => client.askNow({ question, becomes, onDone }));
  desk.tell({ type: "done", ref: desk.last("rename").ref });
  expect(desk.of("renamed")).toMatchObject([{ nick: "anna2" }]);
  expect(desk.of("identified")).toEqual([{ type: "identified", own: becomes }]);
});
