import { expect } from "vitest";
import type { Host } from "./lan.ts";
import type { Line, Program } from "./program.ts";

/** The room in which everyone is. */
export const room = "lobby";

/** A server that is ready. */
export async function serve(host: Host, name: string): Promise<Program> {
  const server = host.earshot("serve", "--json", "--name", name);
  await server.first({ type: "listening" });
  return server;
}

/** Somebody who is in the room of the server of that name. */
export async function enter(host: Host, nick: string, server: string): Promise<Program> {
  const bot = host.earshot("bot", "--nick", nick, "--server", server);
  await bot.first({ type: "ready", nick });
  bot.send({ type: "join", ref: "enter", room });
  await bot.first({ type: "ok", ref: "enter" });
  return bot;
}

/** The ids of all lines of the room that are on the server's disk, in order. */
export async function history(bot: Program): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  let after = 0;
  for (;;) {
    const ref = `history after ${after}`;
    bot.send({ type: "history", ref, room, after });
    const page = await bot.first({ type: "ok", ref });
    const entries = page.entries as readonly { readonly sequence: number; readonly id: string }[];
    ids.push(...entries.map((entry) => entry.id));
    const last = entries.at(-1);
    if (last === undefined || page.hasMore === false) return ids;
    after = last.sequence;
  }
}

/** Says a line every so often until stopped; knows what was said. */
export class Talk {
  readonly #bot: Program;
  readonly #nick: string;
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  constructor(bot: Program, nick: string, everyMs: number) {
    this.#bot = bot;
    this.#nick = nick;
    this.#timer = setInterval(() => this.#say(), everyMs);
  }

  /** Says no more and waits until every line is on the server's disk; gives their number. */
  async finish(timeoutMs: number): Promise<number> {
    clearInterval(this.#timer);
    const stored = () => this.#bot.lines.filter((line) => this.#isStored(line)).length;
    const what = `${this.#count} lines of ${this.#nick} to be stored`;
    await this.#bot.until(() => stored() === this.#count, what, timeoutMs);
    return this.#count;
  }

  #say(): void {
    this.#count += 1;
    const ref = `${this.#nick} ${this.#count}`;
    this.#bot.send({ type: "say", ref, room, text: ref });
  }

  #isStored(line: Line): boolean {
    return line.type === "ok" && String(line.ref).startsWith(`${this.#nick} `);
  }
}

/** Waits until the bot has seen so many lines, and checks that each came once and in order. */
export async function expectSaid(bot: Program, count: number): Promise<void> {
  await bot.until(() => count <= bot.all({ type: "said" }).length, `${count} lines said`, 15_000);
  const said = bot.all({ type: "said" });
  const first = Number(said[0]?.sequence);
  const dense = Array.from({ length: count }, (_, n) => first + n);
  expect(said.map((line) => line.sequence)).toEqual(dense);
  expect(new Set(said.map((line) => line.text)).size).toBe(count);
  for (const author of new Set(said.map((line) => line.author))) {
    const texts = said.filter((line) => line.author === author).map((line) => line.text);
    expect(texts).toEqual(texts.map((_, n) => `${author} ${n + 1}`));
  }
}
