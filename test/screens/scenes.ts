import type { Question } from "../../src/room/client-question.ts";
import type { RoomMember } from "../../src/room/message-room.ts";
import type { ListedServer } from "../../src/tui/chat-options.ts";
import type { Size } from "../../src/tui/picture.ts";
import { sampleId } from "../discovery/samples.ts";
import { enteredEvent, readyEvent, textBody } from "../support/client-events.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { personOf } from "../support/log-entries.ts";
import { transferOf } from "../support/transfer-sample.ts";
import { heardServer, joiningView, ViewRun } from "../support/view.ts";

/** A screen in a state that shows what it is for. */
export interface Scene {
  /** Of its file, without the ending. */
  readonly name: string;
  /** What is to be seen, for who cannot see it. */
  readonly title: string;
  /** What must stand in it, so that it shows what it is for. */
  readonly shows: readonly string[];
  readonly run: () => ViewRun;
}

const wide: Size = { columns: 110, rows: 30 };
const usual: Size = { columns: 80, rows: 24 };
const narrow: Size = { columns: 40, rows: 12 };

const minuteMs = 60_000;

/** The servers of an office, each in another state. */
function servers(now: number): readonly ListedServer[] {
  const at = (host: string) => ({ host, port: 28198 });
  return [
    heardServer("workshop", { address: at("192.168.1.20"), heardAt: now - 400 }),
    heardServer("front desk", {
      address: at("192.168.1.43"),
      members: 3,
      rooms: 1,
      rttMs: 4.6,
      heardAt: now - 900,
      trust: { type: "new" },
    }),
    heardServer("archive", {
      address: at("10.0.0.7"),
      via: "wlan0",
      rttMs: 12,
      versionMin: 0,
      versionMax: 0,
      heardAt: now,
    }),
  ];
}

function picker(size: Size): ViewRun {
  const run = new ViewRun({ size });
  return run.servers(...servers(run.now));
}

const people: readonly RoomMember[] = [
  { nick: "alice", role: "owner" },
  { nick: "bert" },
  { nick: "carol", isAway: true },
  { nick: "王小明", role: "moderator" },
  { nick: "zoë", isGuest: true },
];

const plan = `the plan for Saturday:\n${Array.from({ length: 40 }, (_, index) => `${index + 1}. step ${index + 1} of the plan`).join("\n")}`;

/** An office in the middle of its day: three rooms and a private chat. */
function office(size: Size): ViewRun {
  const run = joiningView({ size });
  run.client({ type: "connection", state: "open", attempt: 1 }, readyEvent("alice"));
  const state = { kind: "public", topic: "the spring sale", slowMs: 0, isReadOnly: false } as const;
  run.client(enteredEvent("lobby", [], { members: people, state }));
  run.client(enteredEvent("press", ["alice", "bert", "carol"]));
  run.client(enteredEvent("orders", ["alice", "zoë"]));
  const persons = [
    { nick: "alice", person: personOf("alice"), answer: "accepted" as const },
    { nick: "王小明", person: personOf("王小明"), answer: "accepted" as const },
  ];
  run.client(enteredEvent("&1", ["alice", "王小明"], { persons }));
  run.page(1, 0, false);
  conversation(run);
  elsewhere(run);
  return run;
}

function conversation(run: ViewRun): void {
  const early = someTime - 24 * 60 * minuteMs;
  run.said(1, "the poster is at the printer, 500 of them 🎉", "bert", early);
  run.said(2, "then we only need the shelf", "carol", early + 3 * minuteMs);
  run.said(3, "good morning! who opens today?", "bert", someTime - 9 * minuteMs);
  run.said(4, "I do. the key is with 王小明", "alice", someTime - 8 * minuteMs);
  run.said(5, "早上好，钥匙在我这里", "王小明", someTime - 7 * minuteMs);
  run.client({ type: "joined", room: "lobby", nick: "zoë" });
  run.said(6, plan, "bert", someTime - 5 * minuteMs);
  run.said(
    7,
    "the *sizes* are on https://intranet.lab/sale/2026/sizes, `A2` for the window",
    "carol",
    someTime - 4 * minuteMs,
  );
  run.said(8, "alice: can you bring the ladder?", "bert", someTime - minuteMs);
  const body = textBody("yes, it is in the van");
  run.client({ type: "pending", room: "lobby", id: "p", body, at: someTime });
}

function elsewhere(run: ViewRun): void {
  const said = (room: string, sequence: number, text: string, author: string): void => {
    const line = entry(sequence, text, { author, id: `${room}-${sequence}` });
    run.client({ type: "said", room, entry: line, isOwn: false });
  };
  said("press", 1, "alice: the ink has come", "carol");
  for (let sequence = 1; sequence <= 4; sequence += 1) said("orders", sequence, "an order", "zoë");
  said("&1", 1, "see you at nine", "王小明");
}

/** The server has found these. */
function found(
  run: ViewRun,
  hits: readonly (readonly [room: string, text: string, author: string])[],
) {
  const effect = run.takeEffects().findLast(({ type }) => type === "ask");
  if (effect?.type !== "ask") throw new Error("nothing was asked");
  const question: Question = effect.question;
  const answer = {
    type: "found" as const,
    hits: hits.map(([room, text, author], index) => ({
      room,
      entry: entry(90 - index, text, { author, sentAt: someTime - index * 500 * minuteMs }),
    })),
  };
  return run.client({ type: "answer", ref: effect.ref ?? "", question, answer });
}

function asked(run: ViewRun): ViewRun {
  for (const by of ["zoë", "bert"]) {
    const persons = [by, "alice"].map((nick) => ({
      nick,
      person: personOf(nick),
      answer: "asked" as const,
    }));
    run.client({ type: "asked", room: `&${by}`, by, persons, until: someTime + 55_000 });
  }
  return run;
}

function offered(run: ViewRun): ViewRun {
  const [name, bytes] = ["sale-poster.pdf", 2_400_000];
  const body = { type: "offer", name, fileCount: 1, bytes, device: "d" } as const;
  const said = { ...entry(9, "", { author: "bert" }), body };
  return run.client({ type: "said", room: "lobby", entry: said, isOwn: false });
}

function transfers(run: ViewRun): ViewRun {
  const path = "~/Downloads/prices.csv";
  for (const transfer of [
    transferOf(
      { id: "1", name: "prices.csv", bytes: 48_000 },
      { state: { type: "received", path } },
    ),
    transferOf(
      { id: "2", name: "backup.tar", bytes: 3e9 },
      { state: { type: "paused", reason: "owner" } },
    ),
    transferOf({ id: "3", name: "shelf.jpg" }, { direction: "send" }),
    transferOf({ id: "4", name: "sale-poster.pdf" }),
  ]) {
    run.client({ type: "transfer", transfer });
  }
  return run;
}

/** Every screen, in the order in which one meets them. */
export const scenes: readonly Scene[] = [
  {
    name: "picker",
    title:
      "Choosing a server: who answers, known and near ones first, and why one cannot be joined",
    shows: ["workshop", "older than this earshot", "heard 0.4 s ago"],
    run: () => picker(usual),
  },
  {
    name: "picker-narrow",
    title: "Choosing a server on 40 columns",
    shows: ["workshop", "filter:"],
    run: () => picker(narrow),
  },
  {
    name: "nobody",
    title: "No server answers: where it was asked, why, and what to do",
    shows: ["No server answers.", "A firewall on this computer"],
    run: () => {
      const run = new ViewRun({ size: usual }).servers().pass(1_000);
      const cause =
        "A firewall on this computer (ufw) drops what comes in on UDP ports 28197 and 28198.";
      return run.event({ type: "servers", servers: [], adapters: ["eth0", "wlan0"], cause });
    },
  },
  {
    name: "host",
    title: "Hosting a server here, with a name and adapters of one's choice",
    shows: ["Host a server on this computer", "[x] wlan0"],
    run: () => picker(usual).keys("f4").type("workshop 2"),
  },
  {
    name: "first-visit",
    title:
      "The first visit to a server: its words to compare, a nickname, a password for who wants one",
    shows: ["First visit", "Password:"],
    run: () => {
      const server = heardServer("front desk", { id: sampleId(1), trust: { type: "new" } });
      return new ViewRun({ size: usual })
        .servers(server)
        .keys("enter", "tab")
        .type("correct horse");
    },
  },
  {
    name: "login",
    title: "The nickname is registered: its password is asked for",
    shows: ["registered here", "give the password"],
    run: () =>
      new ViewRun({ size: usual }).servers(heardServer("workshop")).keys("enter", "enter").client({
        type: "nick-refused",
        code: "nickname-registered",
        message: "nickname alice is registered",
        suggestion: "alice2",
      }),
  },
  {
    name: "changed-key",
    title:
      "A server shows another key than before: nothing is told to it until its words are typed",
    shows: ["CHANGED:", "Before:"],
    run: () => {
      const label = { type: "name", text: "workshop" } as const;
      const [key, knownKey] = [sampleId(2), sampleId(1)];
      const change = { label, key, knownKey, lastSeenAt: someTime };
      const server = heardServer("workshop", { trust: { type: "changed", change } });
      return new ViewRun({ size: usual }).servers(server).keys("enter");
    },
  },
  {
    name: "room",
    title: "A room, with the other rooms, what is unread in them, and people",
    shows: ["the spring sale", "PRIVATE", "good morning!"],
    run: () => office(wide).type("and the rope"),
  },
  {
    name: "room-narrow",
    title: "The same room on 40 columns and 12 rows",
    shows: ["bring the ladder?"],
    run: () => office(narrow),
  },
  {
    name: "banner",
    title: "Two people ask for a private chat, above what is being typed",
    shows: ["(1/2) bert asks for a private chat", "Alt+Y accept"],
    run: () => asked(office(usual).type("I was just typing")),
  },
  {
    name: "reconnecting",
    title: "The connection is lost: what is said waits and is sent once",
    shows: ["reconnecting, try 2 in 4 s"],
    run: () => {
      const run = office(usual);
      const retryAt = run.now + 4_000;
      const reason = "no answer";
      run.client({ type: "connection", state: "reconnecting", attempt: 2, retryAt, reason });
      return run.type("I will say it again");
    },
  },
  {
    name: "go-to",
    title: "Going to rooms, people, keys and commands by some letters",
    shows: ["go to: or", "#orders"],
    run: () => office(usual).keys("ctrl+g").type("or"),
  },
  {
    name: "search",
    title: "Looking for lines while they are typed",
    shows: ["3 found", "the ladder"],
    run: () => {
      const run = office(usual).keys("ctrl+f", "tab").type("ladder").pass(300);
      return found(run, [
        ["lobby", "alice: can you bring the ladder?", "bert"],
        ["press", "the long ladder does not fit into the small van, take the other one", "carol"],
        ["orders", "one ladder, aluminium, 3 m", "zoë"],
      ]);
    },
  },
  {
    name: "mentions",
    title: "Where one was mentioned",
    shows: ["Mentions in all rooms"],
    run: () =>
      found(office(usual).keys("f3"), [
        ["press", "alice: the ink has come", "carol"],
        ["lobby", "alice: can you bring the ladder?", "bert"],
      ]),
  },
  {
    name: "help",
    title: "Help: the keys of the place first, filtered by typing",
    shows: ["Help: chatting", "Enter"],
    run: () => office(usual).keys("f1"),
  },
  {
    name: "help-filtered",
    title: "Help for what one is looking for",
    shows: ["look for: invite", "/invite"],
    run: () => office(usual).keys("f1").type("invite"),
  },
  {
    name: "reader",
    title: "A folded message, read on the whole screen",
    shows: ["step 12 of the plan", "Esc back"],
    run: () => office(usual).keys("f4"),
  },
  {
    name: "settings",
    title: "Settings, which count at once",
    shows: ["Settings", "Enter makes it"],
    run: () => office(usual).keys("f2"),
  },
  {
    name: "links",
    title: "The links of a room",
    shows: ["intranet.lab"],
    run: () => office(usual).keys("alt+o"),
  },
  {
    name: "file-offer",
    title: "Files that are offered wait above what is being typed",
    shows: ["bert offers sale-poster.pdf", "Alt+Y accept"],
    run: () => offered(office(usual).type("one moment")),
  },
  {
    name: "transfers",
    title: "Files under way, and those that came",
    shows: ["43%", "paused", "verified"],
    run: () => transfers(office(usual)).keys("f5"),
  },
  {
    name: "log",
    title: "What happened lately",
    shows: ["What happened", "no answer"],
    run: () => {
      const run = office(usual);
      run.client({ type: "connection", state: "reconnecting", attempt: 1, reason: "no answer" });
      run.client({ type: "connection", state: "open", attempt: 1 }, readyEvent("alice"));
      run.client({ type: "notice", text: "the disk of this server is nearly full" });
      return run.keys("f9");
    },
  },
  {
    name: "paste",
    title: "A long paste waits as one piece",
    shows: ["[paste 41 lines"],
    run: () => office(usual).paste(plan),
  },
];
