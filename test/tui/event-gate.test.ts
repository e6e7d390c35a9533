import { expect, test } from "vitest";
import type { ClientEvent } from "../../src/room/client-port.ts";
import { EventGate } from "../../src/tui/event-gate.ts";
import { shutdownEvent } from "../support/client-events.ts";

test("events wait until the gate is open, and keep their order", () => {
  const heard: string[] = [];
  const event = (reason: string): ClientEvent => shutdownEvent(reason);
  const gate = new EventGate((told) => {
    if (told.type !== "shutdown") return;
    heard.push(told.reason);
    // What is told while the held ones are delivered comes after them.
    if (told.reason === "one") gate.handleEvent(event("answer to one"));
  });
  gate.handleEvent(event("one"));
  gate.handleEvent(event("two"));
  expect(heard).toEqual([]);
  gate.open();
  expect(heard).toEqual(["one", "two", "answer to one"]);
  gate.handleEvent(event("three"));
  expect(heard.at(-1)).toBe("three");
});
