import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { sanitizeLine, sanitizeText } from "../../src/base/text.ts";
import { themeFor } from "../../src/tui/theme.ts";
import { sampleId } from "../discovery/samples.ts";
import { shutdownEvent } from "../support/client-events.ts";
import { livelyRoom } from "../support/lively-room.ts";
import { SeededRandom } from "../support/random.ts";
import { rowWidth } from "../support/row-width.ts";
import { heardServer, joiningView, keyEvent, sampleChange, ViewRun } from "../support/view.ts";

const sizes = [
  { columns: 100, rows: 30 },
  { columns: 80, rows: 24 },
  { columns: 60, rows: 20 },
  { columns: 40, rows: 12 },
  { columns: 40, rows: 8 },
  { columns: 20, rows: 6 },
] as const;

/** Whether there is something that a terminal would obey: C0, DEL, C1, bidirectional controls. */
function hasControl(text: string): boolean {
  return /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(text);
}

describe("the server picker", () => {
  const servers = [
    heardServer("lab-server"),
    heardServer("alice-laptop", {
      address: { host: "192.168.1.43", port: 28198 },
      members: 2,
      via: "wlan0",
      rttMs: 5,
    }),
    heardServer("old-box", { versionMin: 0, versionMax: 0 }),
  ];

  test("lists who answered, with the reason where one cannot join", () => {
    const run = new ViewRun({ size: { columns: 80, rows: 12 } }).servers(...servers);
    expect(run.text()).toMatchInlineSnapshot(`
      " Find a server                                         listening on eth0, wlan0

         NAME               TRUST     ADDRESS               ROOMS  MEMBERS     RTT
       ▌ lab-server         known     192.168.1.20:28198        3       12    2 ms
         alice-laptop       known     192.168.1.43:28198        3        2    5 ms
         old-box            known     192.168.1.20:28198    older than this earshot



         heard 17 min ago
       filter:
       Enter join · type to filter · F2 host · F3 address · F5 ask again · F1 help"
    `);
  });

  test("keeps names and addresses where it is narrow", () => {
    const run = new ViewRun({ size: { columns: 40, rows: 12 } }).servers(...servers);
    expect(run.text()).toMatchInlineSnapshot(`
      " Find a server listening on eth0, wlan0

         NAME          TRUST     ADDRESS
       ▌ lab-server    known     192.168.1.20…
         alice-laptop  known     192.168.1.43…
         old-box       known     192.168.1.20…



         heard 17 min ago
       filter:
       Enter join · type to filter · F2 host …"
    `);
  });

  test("says where it asked when nobody answers, and what can be done", () => {
    const run = new ViewRun({ size: { columns: 80, rows: 14 } }).servers().pass(1_000);
    expect(run.text()).toMatchInlineSnapshot(`
      " Find a server                                         listening on eth0, wlan0

         No server answers.
         asked on eth0, wlan0, UDP port 28197

         h Enter host a server here and chat in it
         a F3    type the address of a server on another network
         r F5    ask again (it goes on by itself, too)

         A firewall may drop that port, here or at the server.


       filter:
       Enter host here · a address · r ask again · F1 help"
    `);
  });

  test("says why nobody answers before all else where there is little room", () => {
    const run = new ViewRun({ size: { columns: 40, rows: 12 } }).servers().pass(1_000);
    const cause =
      "A firewall on this computer (ufw) drops what comes in on UDP ports 28197 and 28198.";
    run.event({ type: "servers", servers: [], adapters: ["eth0"], cause });
    expect(run.text()).toMatchInlineSnapshot(`
      " Find a server        listening on eth0

         No server answers.
         asked on eth0, UDP port 28197

         A firewall on this computer (ufw)
         drops what comes in on UDP ports
         28197 and 28198.
         More by: earshot doctor

       filter:
       Enter host here · a address · r ask ag…"
    `);
  });

  test("says why nobody answers when that was found out, until it asks again", () => {
    const run = new ViewRun({ size: { columns: 50, rows: 16 } }).servers().pass(1_000);
    const cause =
      "A firewall on this computer (ufw) drops what comes in on UDP ports 28197 and 28198.";
    run.event({ type: "servers", servers: [], adapters: ["eth0"], cause });
    expect(run.text().split("\n").slice(9, 13)).toEqual([
      "   A firewall on this computer (ufw) drops what",
      "   comes in on UDP ports 28197 and 28198.",
      "   More by: earshot doctor",
      "",
    ]);
    expect(run.keys("r").pass(1_000).text()).toContain("A firewall may drop that port");
  });

  test("takes an address", () => {
    const run = new ViewRun({ size: { columns: 60, rows: 12 } }).servers().pass(1_000);
    expect(run.keys("a").type("10.0.0.7").text().split("\n").slice(-2)).toEqual([
      " address: 10.0.0.7",
      " host, host:port or link · Enter go there · Esc back",
    ]);
    expect(run.picture().cursor).toEqual({ column: 18, row: 10 });
  });
});

describe("a server's key", () => {
  const trust = { type: "changed", change: sampleChange } as const;
  const servers = [
    heardServer("attic", { trust: { type: "new" } }),
    heardServer("lab", { trust }),
    heardServer("Office", { id: "one", trust: { type: "new" }, isNameShared: true }),
    heardServer("office", { id: "two", trust: { type: "new" }, isNameShared: true }),
    heardServer("shop"),
  ];

  test("is told in a word for each server, and in red when it has changed", () => {
    const run = new ViewRun({ size: { columns: 80, rows: 12 } }).servers(...servers);
    expect(run.text()).toMatchInlineSnapshot(`
      " Find a server                                         listening on eth0, wlan0

         NAME               TRUST     ADDRESS               ROOMS  MEMBERS     RTT
       ▌ shop               known     192.168.1.20:28198        3       12    2 ms
         attic              new       192.168.1.20:28198        3       12    2 ms
         Office             same name 192.168.1.20:28198        3       12    2 ms
         office             same name 192.168.1.20:28198        3       12    2 ms
         lab                CHANGED   192.168.1.20:28198        3       12    2 ms

         heard 17 min ago
       filter:
       Enter join · type to filter · F2 host · F3 address · F5 ask again · F1 help"
    `);
    const spans = run.picture().rows.flat();
    const changed = spans.find(({ text }) => text.includes("CHANGED"));
    expect(changed?.style).toEqual(themeFor(false).alert);
  });

  test("is told where it is narrow, too", () => {
    const run = new ViewRun({ size: { columns: 40, rows: 12 } }).servers(...servers);
    for (const word of ["new", "CHANGED", "same name", "known"]) {
      expect(run.text()).toContain(word);
    }
  });

  test("is shown in words at the first visit", () => {
    const server = heardServer("attic", { id: sampleId(1), trust: { type: "new" } });
    const run = new ViewRun({ size: { columns: 60, rows: 14 } }).servers(server).keys("enter");
    expect(run.text()).toMatchInlineSnapshot(`
      " attic 192.168.1.20:28198                           F1 help

         Nickname: alice                         or type another
         Password:                         none: come as a guest

         First visit: the server's screen must show
         cancel mimic wonder slide defense metal agree recipe

         This is how the others will see you.

         Enter join · Tab password · Esc back to the servers"
    `);
    expect(run.servers().text()).toContain(fingerprintOf(server.id).split(" ")[0]);
    const small = new ViewRun({ size: { columns: 40, rows: 8 } }).servers(server).keys("enter");
    expect(small.text().replace(/\s+/g, " ")).toContain(fingerprintOf(server.id));
    expect(small.picture().rows).toHaveLength(8);
    const known = new ViewRun().servers(heardServer("attic")).keys("enter");
    expect(known.text()).not.toContain("First visit");
  });

  test("that has changed is shown in words, beside the one before", () => {
    const run = new ViewRun({ size: { columns: 80, rows: 24 } }).servers(
      heardServer("lab", { trust }),
    );
    expect(run.keys("enter").text()).toMatchInlineSnapshot(`
      " lab                                                                    F1 help

         CHANGED: lab shows another key than on Fri 20 Nov 2026 09:31.
         Now: fuel random boring dove lesson chest science enforce
         Before: cancel mimic wonder slide defense metal agree recipe

         It was set up anew, or somebody else answers in its place; it was told
         nothing.
         To join it all the same, compare with the words on the server's own screen
         and type the first two.

         Words:
         Enter join · Esc back to the servers"
    `);
    expect(run.picture().cursor).toEqual({ column: 10, row: 11 });
    expect(run.type("ocean").keys("enter").text()).toContain("! these are not the first two words");
  });

  test.each(sizes.slice(0, -1))("that has changed is shown on $columns x $rows", (size) => {
    const run = new ViewRun({ size }).servers(heardServer("lab", { trust })).keys("enter");
    const text = run.type("what").keys("enter").text().replace(/\s+/g, " ");
    expect(text).toContain("CHANGED: lab shows another key");
    expect(text).toContain(`Now: ${fingerprintOf(sampleChange.key)}`);
    expect(text).toContain("Words: what");
    expect(run.picture().rows.length).toBeLessThanOrEqual(size.rows);
    expect(run.picture().cursor?.row).toBeLessThan(size.rows);
  });
});

test("the nickname form shows what was wrong and what to take instead", () => {
  const run = new ViewRun({ size: { columns: 60, rows: 12 } })
    .servers(heardServer("lab"))
    .keys("enter", "enter")
    .client({
      type: "nick-refused",
      code: "nickname-taken",
      message: "nickname alice is taken",
      suggestion: "alice2",
    });
  expect(run.text()).toMatchInlineSnapshot(`
    " lab 192.168.1.20:28198                             F1 help

       Nickname: alice2                        or type another
       Password:                         none: come as a guest

       ! nickname alice is taken

       Enter join · Tab password · Esc back to the servers"
  `);
  expect(run.picture().cursor).toEqual({ column: 19, row: 2 });
});

describe("the room", () => {
  test("at 20x6 there is no room for a room", () => {
    expect(livelyRoom({ columns: 20, rows: 6 }).text()).toMatchInlineSnapshot(`
      "too small:
      40x8 needed
      20x6 is here"
    `);
  });

  test("without anything beyond ASCII but what people wrote", () => {
    const room = livelyRoom({ columns: 80, rows: 24 }, true).text();
    expect(room).toMatch(/on it +\+$/m);
    for (const size of sizes) {
      const runs = [
        new ViewRun({ size, isAscii: true }).servers(heardServer("x".repeat(48))),
        new ViewRun({ size, isAscii: true }).servers().pass(2_000),
        new ViewRun({ size, isAscii: true }).servers(heardServer("lab")).keys("enter"),
        livelyRoom(size, true).paste("line\n".repeat(5_000)),
        livelyRoom(size, true).type("/nonsense").keys("enter"),
        livelyRoom(size, true).keys("page-up"),
        livelyRoom(size, true).keys("f1"),
      ];
      for (const run of runs) expect(run.text().replaceAll("王小明", "")).toMatch(/^[\n -~]*$/);
    }
  });
});

describe("every picture", () => {
  test("fits its terminal, with the cursor inside", () => {
    for (const size of sizes) {
      const runs = [
        new ViewRun({ size }).servers(heardServer("x".repeat(48))),
        new ViewRun({ size }).servers().pass(2_000),
        new ViewRun({ size }).servers(heardServer("lab")).keys("enter"),
        livelyRoom(size),
        livelyRoom(size).type("words ".repeat(200)),
        livelyRoom(size).paste("line\n".repeat(5_000)),
        livelyRoom(size).keys("f1"),
        livelyRoom(size).type("/nonsense").keys("enter"),
      ];
      for (const run of runs) {
        const { rows, cursor } = run.picture();
        const at = `${size.columns}x${size.rows}\n${run.text()}`;
        expect(rows.length, at).toBeLessThanOrEqual(size.rows);
        if (cursor === undefined) continue;
        expect(cursor.row, at).toBeLessThan(size.rows);
        expect(cursor.column, at).toBeLessThan(size.columns);
      }
    }
  });

  test("holds no control character, whatever people call themselves, their servers and their words", () => {
    const hostile = [
      "\u001b[2J\u001b]0;title\u0007",
      "\u009b31m",
      "\u202eevil\u202c",
      "\u001bP+q\u001b\\",
      "{red-fg}{bold}{|}{/}",
      "a\r\nb\tc\u0000",
      "\ud800",
      "z\u0301\u0302\u0303\u0304\u0305\u0306\u0307",
      "👩‍👩‍👧‍👦".repeat(30),
      "\u200b\u2066\u{e0041}",
    ];
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new SeededRandom(seed);
      const word = () => sanitizeLine(random.pick(hostile)) || "x";
      const size = random.pick(sizes);
      const target = { type: "discovered", server: heardServer(word()) } as const;
      const run = joiningView({ size, target }).enter(word(), word());
      run.said(1, sanitizeText(random.pick(hostile)), word());
      run.client({ type: "joined", room: "lobby", nick: word() });
      run.client(shutdownEvent(word()));
      run.client({ type: "connection", state: "reconnecting", attempt: 1, reason: word() });
      run.client({ type: "error", code: "internal", message: word() });
      run.paste(sanitizeText(random.pick(hostile)));
      for (const row of run.picture().rows) {
        for (const { text } of row) {
          expect(hasControl(text), `seed ${seed}: ${JSON.stringify(text)}`).toBe(false);
        }
        if (size.columns === 20) continue;
        expect(rowWidth(row), `seed ${seed}`).toBeLessThanOrEqual(size.columns);
      }
    }
  });
});

test("keys that are pressed at random break nothing", () => {
  const names = [
    ..."ab /?hq",
    ...["enter", "escape", "up", "down", "left", "home", "end", "page-up", "page-down", "tab"],
    ...[
      "f1",
      "f2",
      "f3",
      "f5",
      "f8",
      "ctrl+c",
      "ctrl+n",
      "ctrl+p",
      "ctrl+home",
      "ctrl+w",
      "ctrl+y",
    ],
    ...["shift+up", "shift+down", "alt+enter", "backspace", "ctrl+l", "ctrl+z"],
  ];
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = new SeededRandom(seed);
    const run = random.chance(0.3)
      ? new ViewRun().servers(heardServer("lab"), heardServer("other"))
      : joiningView().enter("bob");
    let sequence = 1;
    for (let step = 0; step < 200; step += 1) {
      run.event({ type: "key", key: keyEvent(random.pick(names)) });
      if (random.chance(0.2)) run.said(sequence++, "x ".repeat(random.between(1, 300)));
      if (random.chance(0.1)) run.resize(random.pick(sizes));
      if (random.chance(0.05)) run.page(1, random.between(0, 3), random.chance(0.5));
      const { rows } = run.picture();
      expect(rows.length, `seed ${seed}`).toBeLessThanOrEqual(run.state.size.rows);
    }
  }
});
