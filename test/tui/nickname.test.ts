import { describe, expect, test } from "vitest";
import { readyEvent } from "../support/client-events.ts";
import { heardServer, joiningView, type ViewOptions, ViewRun } from "../support/view.ts";

const password = "correct horse battery";

/** In front of the form of the server "lab". */
function form(options: ViewOptions = {}): ViewRun {
  return new ViewRun(options).servers(heardServer("lab")).keys("enter");
}

function registered(run: ViewRun): ViewRun {
  return run.client({
    type: "nick-refused",
    code: "nickname-registered",
    message: "nickname alice is registered",
    suggestion: "alice2",
  });
}

function actions(run: ViewRun): unknown[] {
  const effects = run.takeEffects();
  return effects.flatMap((effect) => (effect.type === "account" ? [effect.action] : []));
}

const wrong = { type: "error", code: "not-allowed", message: "the password is wrong" } as const;

/** The server is asked whether the password is that of "alice". */
function proving(): ViewRun {
  const run = registered(form().keys("tab").type(password).keys("enter"));
  run.client(readyEvent("alice2"));
  run.takeEffects();
  return run;
}

/** The action with the password in clear, which no matcher sees otherwise. */
function revealed(action: unknown): unknown {
  const { password: secret, ...rest } = action as { password?: { reveal(): string } };
  return { ...rest, password: secret?.reveal() };
}

describe("the form of a server", () => {
  test("lets a guest in with Enter alone", () => {
    const run = form().keys("enter").client(readyEvent("alice"));
    expect(run.state.screen.type).toBe("room");
    expect(actions(run)).toEqual([]);
  });

  test("takes what is typed in the place of the nickname that it proposes", () => {
    const run = form();
    expect(run.text()).toMatch(/Nickname: alice +or type another/);
    expect(run.type("anna").text()).toMatch(/Nickname: anna$/m);
    expect(form().paste("ben").text()).toMatch(/Nickname: ben$/m);
    expect(form().keys("left").type("ia").text(), "edited").toMatch(/Nickname: aliciae$/m);
    expect(form().keys("backspace").type("a").text()).toMatch(/Nickname: alica$/m);
  });

  test("proposes the free nickname that a server suggests, and keeps one that it refuses without", () => {
    const refusal = {
      type: "nick-refused",
      code: "nickname-taken",
      message: "alice is here",
    } as const;
    const run = form()
      .keys("enter")
      .client({ ...refusal, suggestion: "alice2" });
    expect(run.type("bob").text()).toMatch(/Nickname: bob$/m);
    const kept = form().type("bob").keys("enter").client(refusal);
    expect(kept.type("by").text()).toMatch(/Nickname: bobby$/m);
  });

  test("registers a free nickname when the password was given twice the same", () => {
    const run = form().keys("tab").type(password).keys("enter");
    expect(run.takeEffects()).toMatchObject([{ type: "connect", nick: "alice" }]);
    run.client(readyEvent("alice"));
    expect(run.text()).toContain("free here");
    expect(run.type("other").text()).toContain("does not match yet");
    expect(actions(run.keys("enter"))).toEqual([]);
    expect(run.text()).toContain("! the two are not the same");
    run.keys("ctrl+u").type(password);
    expect(run.text()).toContain("matches");
    run.keys("enter");
    expect(run.state.screen.type).toBe("room");
    expect(actions(run).map(revealed)).toEqual([{ type: "register", password }]);
  });

  test("says what is wrong with a password before it goes anywhere, and lets one go on as a guest", () => {
    const run = form().keys("tab").type("short").keys("enter").client(readyEvent("alice"));
    expect(run.keys("enter").text()).toContain("! a password has at least 10 characters");
    run.keys("ctrl+c").keys("enter");
    expect(run.state.screen.type).toBe("room");
    expect(actions(run)).toEqual([]);
  });

  test("asks for the password of a registered nickname, and logs in as a guest of another name", () => {
    const run = registered(form().keys("enter"));
    expect(run.text()).toContain("registered here");
    expect(run.text()).toContain("! nickname alice is registered: if that is you");
    run.takeEffects();
    expect(run.keys("enter").takeEffects(), "without a password").toEqual([]);
    run.type(password).keys("enter");
    expect(run.takeEffects()).toMatchObject([{ type: "change-nick", nick: "alice2" }]);
    run.client(readyEvent("alice2"));
    expect(actions(run).map(revealed)).toEqual([{ type: "login", nick: "alice", password }]);
  });

  test("lets nobody in before the password was found to be right", () => {
    const run = proving();
    expect(run.text()).toContain("Asking whether you are alice");
    run.client({ type: "identified", own: { person: "account" } });
    run.client({ type: "renamed", nick: "alice" });
    run.client({ type: "account", result: { type: "logged-in", nick: "alice" } });
    expect(run.state.screen).toMatchObject({
      type: "room",
      nick: "alice",
      own: { person: "account" },
    });
    expect(run.takeEffects()).toContainEqual({ type: "join", room: "lobby" });
  });

  test("stays where the password was wrong, to be given again", () => {
    const run = proving().client(wrong);
    expect(run.text()).toContain("! the password is wrong: try again, or take another name");
    run.type("another password").keys("enter");
    const again = { type: "login", nick: "alice", password: "another password" };
    expect(actions(run).map(revealed)).toEqual([again]);
    run.client(wrong);
    expect(run.keys("escape").takeEffects()).toEqual([{ type: "disconnect" }]);
  });

  test("lets who cannot prove it in under another name", () => {
    const guest = proving().client(wrong).keys("tab", "ctrl+u").type("alice2").keys("enter");
    expect(guest.state.screen.type).toBe("room");
    const run = proving().client(wrong).keys("tab", "ctrl+u").type("alison").keys("enter");
    expect(run.state.screen.type).toBe("room");
    const question = { type: "rename", nick: "alison" };
    expect(run.takeEffects()).toContainEqual({ type: "ask", question });
  });

  test("stays when the connection is lost and comes back meanwhile", () => {
    const run = proving().client(wrong, readyEvent("alice3"));
    expect(run.state.screen.type).toBe("nickname");
    run.keys("tab", "ctrl+u").type("alice3").keys("enter");
    expect(run.state.screen).toMatchObject({ type: "room", nick: "alice3" });
  });

  test("logs in at once where the password was given before the server was asked", () => {
    const run = registered(form().keys("tab").type(password).keys("enter"));
    expect(run.takeEffects().at(-1)).toMatchObject({ type: "change-nick", nick: "alice2" });
    expect(registered(run).takeEffects(), "the other name is refused too").toEqual([]);
  });

  test("lets one take another nickname instead", () => {
    const run = registered(form().keys("enter")).keys("tab");
    run.takeEffects();
    run.keys("ctrl+u").type("alison").keys("enter");
    expect(run.takeEffects()).toMatchObject([{ type: "change-nick", nick: "alison" }]);
  });

  test("needs no password where the server knows the device", () => {
    const own = { person: "account" };
    const run = form().keys("tab").type(password).keys("enter");
    run.client(readyEvent("alice", { own }));
    expect(run.state.screen.type).toBe("room");
    expect(actions(run)).toEqual([]);
  });

  test("masks the password until F2 shows it, and tells how good it is", () => {
    const run = form().keys("tab").type("?aB3 xy");
    expect(run.text()).toContain("Password: *******");
    expect(run.text()).toContain("3 more characters needed");
    expect(run.text()).not.toContain("?aB3");
    expect(run.keys("f2").text()).toContain("Password: ?aB3 xy");
    expect(run.keys("f2").text()).not.toContain("?aB3");
    expect(run.picture().cursor).toEqual({ column: 20, row: 3 });
  });

  test("moves between its lines, and Ctrl-C empties what one is in", () => {
    const run = form().keys("down").type("secret").keys("ctrl+c");
    expect(run.text()).toContain("Password:   ");
    expect(run.text()).not.toContain("*");
    expect(run.keys("ctrl+c").text()).toContain("Nickname:\n");
  });

  test("keeps what was typed when the server is lost while one registers, and leads back on Escape", () => {
    const run = form().keys("tab").type(password).keys("enter").client(readyEvent("alice"));
    run.client({ type: "connection", state: "reconnecting", attempt: 1 }, readyEvent("alice"));
    expect(run.type(password).text()).toContain("matches");
    run.takeEffects();
    expect(run.keys("escape").takeEffects()).toEqual([{ type: "disconnect" }]);
  });

  test.each([
    { columns: 40, rows: 8 },
    { columns: 40, rows: 12 },
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
  ])("has its lines, its keys and its cursor on $columns x $rows", (size) => {
    const run = registered(form({ size }).keys("enter"));
    for (const word of ["Nickname: alice", "Password:", "Enter join"]) {
      expect(run.text()).toContain(word);
    }
    expect(run.picture().rows.length).toBeLessThanOrEqual(size.rows);
    expect(run.picture().cursor?.row).toBeLessThan(size.rows);
  });

  test("is skipped where a nickname was given, and comes when that one is registered", () => {
    const run = registered(joiningView());
    expect(run.text()).toContain("Password:");
  });
});
