import { expect, test } from "vitest";
import { statusText } from "../../src/tui/status-text.ts";

const server = { id: "A".repeat(43), name: "lab" };

test("the status says where we are, as whom, and what we may do", () => {
  const own = { person: "p", role: "owner" } as const;
  const [place, words, who] = statusText({ connection: "open", server, nick: "anna", own });
  expect(place).toBe("connected to lab");
  expect(words).toMatch(/^its words: (\w+ ){7}\w+$/);
  expect(who).toBe("you are anna: registered, owner of this server");
});

test("a guest is told how to keep the name, and a lost connection is named", () => {
  const own = { person: "~p", isGuest: true } as const;
  const lines = statusText({ connection: "reconnecting", server, nick: "anna", own });
  expect(lines[0]).toBe("reconnecting: the server is lab");
  expect(lines[2]).toBe("you are anna: a guest; /register keeps the name");
});

test("the status says how the way to the server is while there is one", () => {
  const quality = { rttMs: 3, lossShare: 0 };
  const whole = { server, nick: "anna", own: { person: "p" }, quality } as const;
  expect(statusText({ connection: "open", ...whole })[0]).toBe(
    "connected to lab, 3 ms there and back",
  );
  expect(statusText({ connection: "reconnecting", ...whole })[0]).toBe(
    "reconnecting: the server is lab",
  );
});
