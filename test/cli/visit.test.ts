import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import { LineOutput } from "../../src/cli/line-output.ts";
import { Visit } from "../../src/cli/visit.ts";
import { readyEvent } from "../support/client-events.ts";
import { FakeClient } from "../support/fake-client.ts";

const refused = {
  type: "nick-refused",
  code: "nickname-taken",
  message: "ann is taken",
  suggestion: "ann2",
} as const;

function visitAs(nick: string | undefined) {
  const output = new LineOutput(new PassThrough(), () => undefined);
  const visit = new Visit(output, nick);
  const client = new FakeClient((event) => visit.handleEvent(event));
  return { visit, client };
}

describe("a visit", () => {
  test("asks one thing after the other and gives the answers", async () => {
    const { visit, client } = visitAs("ann");
    visit.handleEvent(readyEvent("ann"));
    await visit.welcomed(client);
    expect(visit.ready.nick).toBe("ann");
    expect(await visit.join("dev")).toMatchObject({ type: "entered", room: "dev" });
    await expect(visit.join("secret")).rejects.toMatchObject({ code: "room-invalid" });
  });

  test("does not go by another nickname than the one that was chosen", async () => {
    const { visit, client } = visitAs("ann");
    visit.handleEvent(refused);
    await expect(visit.welcomed(client)).rejects.toMatchObject({ code: "nickname-taken" });
  });

  test("takes a suggested nickname where nobody chose one", async () => {
    const { visit, client } = visitAs(undefined);
    visit.handleEvent(refused);
    const welcomed = visit.welcomed(client);
    expect(client.asked).toContain("nick ann2");
    visit.handleEvent(readyEvent("ann2"));
    await welcomed;
  });

  test("ends whatever waits when the server cannot be trusted", async () => {
    const { visit, client } = visitAs("ann");
    const welcomed = visit.welcomed(client);
    const failure = new EarshotError("server-untrusted", "another key");
    visit.handleEvent({ type: "connection", state: "closed", attempt: 1, failure });
    await expect(welcomed).rejects.toBe(failure);
    await expect(visit.page("dev", {})).rejects.toBe(failure);
  });

  test("hands on what nobody asked for", async () => {
    const { visit, client } = visitAs("ann");
    visit.handleEvent(readyEvent("ann"));
    await visit.welcomed(client);
    const news: string[] = [];
    visit.onNews = ({ type }) => news.push(type);
    visit.handleEvent({ type: "notice", text: "hello" });
    expect(news).toEqual(["notice"]);
  });
});
