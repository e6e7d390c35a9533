import { describe, expect, test } from "vitest";
import { parseCommand } from "../../src/cli/args.ts";
import { waitMsDefault, waitMsMax } from "../../src/cli/network-options.ts";

const network = { interfaces: [], discoveryPort: undefined, data: undefined, isSweeping: true };

function parse(line: string, environment = {}) {
  return parseCommand(
    line.split(" ").filter((word) => word !== ""),
    environment,
  );
}

describe("commands", () => {
  test("no command means chat", () => {
    expect(parse("")).toEqual({
      command: "chat",
      ...network,
      server: undefined,
      nick: undefined,
      rooms: [],
      trustedWords: undefined,
      isPlain: false,
      passwordFile: undefined,
      isAscii: false,
      hasBell: true,
      waitMs: waitMsDefault,
    });
  });

  test("chat takes what a person chooses", () => {
    const line =
      "chat --nick=ann --server office --room lobby --room dev --plain --ascii --no-bell --wait 50";
    expect(parse(line)).toEqual({
      command: "chat",
      ...network,
      server: "office",
      nick: "ann",
      rooms: ["lobby", "dev"],
      trustedWords: undefined,
      isPlain: true,
      passwordFile: undefined,
      isAscii: true,
      hasBell: false,
      waitMs: 50,
    });
  });

  test("options may stand before the command", () => {
    const expected = {
      command: "serve",
      peers: [],
      announce: undefined,
      isHidden: false,
      interfaces: ["lo"],
      isSweeping: true,
      discoveryPort: 4_000,
      data: "d",
      name: "office",
      port: 5_000,
      registration: "open",
      hasMdns: false,
      retention: { ageMs: 30 * 86_400_000, bytesMax: 100 * 2 ** 20 },
      hasQr: false,
      isJson: true,
    };
    const options =
      "--interface lo --discovery-port 4000 --data d --name office --port 5000 --keep-days 30 --keep-mib 100 --no-qr --no-mdns --json";
    expect(parse(`${options} serve`)).toEqual(expected);
    expect(parse(`serve ${options}`)).toEqual(expected);
  });

  test("store takes what is to be done, and a directory where one is needed", () => {
    const store = { command: "store", name: undefined, data: undefined };
    expect(parse("store check")).toEqual({ ...store, action: { type: "check" } });
    expect(parse("store repair --name office --data d")).toEqual({
      command: "store",
      name: "office",
      data: "d",
      action: { type: "repair" },
    });
    for (const type of ["backup", "restore"]) {
      expect(parse(`store ${type} dir`)).toEqual({ ...store, action: { type, directory: "dir" } });
    }
    for (const line of [
      "store",
      "store burn",
      "store check dir",
      "store backup",
      "store restore a b",
    ]) {
      expect(() => parse(line)).toThrow(/^store /);
    }
  });

  test("serve takes peers, an address to announce, and whether to hide", () => {
    const line = "serve --peer 10.1.0.5 --peer lab:4000 --announce 203.0.113.9:5000 --hidden";
    expect(parse(line)).toMatchObject({
      peers: [
        { host: "10.1.0.5", port: undefined },
        { host: "lab", port: 4000 },
      ],
      announce: { host: "203.0.113.9", port: 5000 },
      isHidden: true,
    });
  });

  test("serve takes 32 peers and not one more", () => {
    const line = (count: number) => `serve${" --peer 10.1.0.5".repeat(count)}`;
    expect(parse(line(32))).toMatchObject({ peers: { length: 32 } });
    expect(() => parse(line(33))).toThrow("--peer is given 33 times, at most 32");
  });

  test.each(["127.0.0.1", "office", "fe80::1%eth0", "224.0.0.1", "10.0.0.1:80"])(
    "serve does not announce %s, where nobody else can reach it",
    (address) => {
      expect(() => parse(`serve --announce ${address}`)).toThrow("--announce is");
    },
  );

  test("doctor looks at the network, at one server, or listens for a while", () => {
    const examining = { server: undefined, isJson: false, listenMs: undefined };
    expect(parse("doctor")).toEqual({ command: "doctor", ...network, ...examining });
    const server = "earshot://10.0.0.1/";
    expect(parse(`doctor ${server} --json`)).toMatchObject({ server, isJson: true });
    expect(parse("doctor --listen 3600")).toMatchObject({ listenMs: 3_600_000 });
  });

  test("a link alone, or for chat and bot, is the server to join", () => {
    const link = "earshot://10.0.0.1/";
    const joining = { command: "chat", server: link, nick: "ann" };
    expect(parse(`${link} --nick ann`)).toMatchObject(joining);
    expect(parse(`--nick ann chat ${link}`)).toMatchObject(joining);
    expect(parse(`bot ${link} --nick ann`)).toMatchObject({ command: "bot", server: link });
  });

  test("list and bot", () => {
    expect(parse("list --json --wait 250")).toEqual({
      command: "list",
      ...network,
      isJson: true,
      waitMs: 250,
    });
    expect(parse("bot --nick b --server 10.0.0.1:28198")).toEqual({
      command: "bot",
      ...network,
      nick: "b",
      passwordFile: undefined,
      isRemembering: false,
      server: "10.0.0.1:28198",
      rooms: [],
      trustedWords: undefined,
      waitMs: waitMsDefault,
    });
  });

  test("what is kept is decided by who types, or by --memory and --no-memory", () => {
    expect(parse("")).toMatchObject({ isRemembering: undefined });
    expect(parse("--memory")).toMatchObject({ isRemembering: true });
    expect(parse("--memory --no-memory")).toMatchObject({ isRemembering: false });
    expect(parse("bot --nick b --memory")).toMatchObject({ isRemembering: true });
  });

  test("the words of a server are taken in any case, with anything between them", () => {
    for (const trust of ["ocean table", "Ocean-TABLE", " ocean, table "]) {
      const command = parseCommand(["bot", "--nick", "b", "--trust", trust], {});
      expect(command).toMatchObject({ trustedWords: "ocean table" });
    }
    const eight = "one two three four five six seven eight";
    expect(parseCommand(["chat", "--trust", eight], {})).toMatchObject({ trustedWords: eight });
  });

  test("the environment stands in for adapters and data, an option overrides it", () => {
    const environment = { EARSHOT_INTERFACE: "lo, eth0,", EARSHOT_DATA: "elsewhere" };
    expect(parse("list", environment)).toMatchObject({
      interfaces: ["lo", "eth0"],
      data: "elsewhere",
    });
    expect(parse("list --interface wlan0 --data here", environment)).toMatchObject({
      interfaces: ["wlan0"],
      data: "here",
    });
    expect(parse("list", { EARSHOT_INTERFACE: "", EARSHOT_DATA: "" })).toMatchObject(network);
  });

  test("help and version", () => {
    expect(parse("help")).toEqual({ command: "help", topic: undefined });
    expect(parse("--help")).toEqual({ command: "help", topic: undefined });
    expect(parse("-h")).toEqual({ command: "help", topic: undefined });
    expect(parse("help serve")).toEqual({ command: "help", topic: "serve" });
    expect(parse("serve --help")).toEqual({ command: "help", topic: "serve" });
    expect(parse("bot -h")).toEqual({ command: "help", topic: "bot" });
    expect(parse("--version")).toEqual({ command: "version" });
    expect(parse("-v")).toEqual({ command: "version" });
  });
});

describe("what cannot be understood", () => {
  test.each([
    ["serv", "serv is no command; did you mean serve?"],
    ["lits", "lits is no command; did you mean list?"],
    ["frobnicate", "frobnicate is no command; try earshot help"],
    ["help frob", "frob is no command; try earshot help"],
    ["serve extra", "serve takes no argument, but was given extra"],
    [
      "serve earshot://a/",
      "a link is for chat, bot, send, receive, tail, history, search, rooms, who, export, doctor, not for serve",
    ],
    ["chat earshot://a/ earshot://b/", "chat takes no argument, but was given earshot://b/"],
    ["chat --server a earshot://b/", "a link is given twice"],
    ["doctor --listen 0", "--listen is 0, must be a whole number from 1 to 3600"],
    ["doctor --listen 3601", "--listen is 3601, must be a whole number from 1 to 3600"],
    ["doctor --server a:0", "port is 0, must be 1 to 65535"],
    ["earshot://a:0/", "the link is damaged, a whole one is earshot://HOST:PORT/?k=KEY"],
    ["--jsno list", "--jsno is no option; did you mean --json?"],
    ["list --xyzzy", "--xyzzy is no option; try earshot help"],
    ["--no-json list", "--no-json is no option; try earshot help"],
    ["list --port 4000", "--port is for serve, not for list"],
    [
      "serve --nick x",
      "--nick is for chat, bot, send, receive, tail, history, search, rooms, who, export, not for serve",
    ],
    ["serve --port", "--port needs a value: --port PORT"],
    ["serve --port --json", "--port needs a value: --port PORT"],
    ["serve --name=", "--name needs a value: --name NAME"],
    ["list --json=yes", "--json takes no value"],
    ["list --json --json", "--json is given twice"],
    ["chat --trust ocean", "--trust is ocean, must be the first 2 to 8 words of a server"],
    [
      "bot --nick b --trust a,b,c,d,e,f,g,h,i",
      "--trust is a,b,c,d,e,f,g,h,i, must be the first 2 to 8 words of a server",
    ],
    ["bot", "a bot needs a nickname: earshot bot --nick NICK"],
    ["chat --server 10.0.0.1:99999", "port is 99999, must be 1 to 65535"],
  ])("earshot %s", (line, message) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ code: "argument-invalid", message }),
    );
  });

  test.each([
    ["serve --port", 1_024, 65_535],
    ["list --discovery-port", 1_024, 65_535],
    ["list --wait", 0, waitMsMax],
  ])("%s has limits", (line, min, max) => {
    expect(() => parse(`${line}=${min}`)).not.toThrow();
    expect(() => parse(`${line}=${max}`)).not.toThrow();
    for (const wrong of [min - 1, max + 1, "abc", "1e4", "0x1000", "5000.5", "9".repeat(30)]) {
      expect(() => parse(`${line}=${wrong}`)).toThrow(/must be a whole number from/);
    }
  });

  test("a word with control characters is shown without them", () => {
    expect(() => parse("\u001b[31mserve")).toThrow("[31mserve is no command");
  });
});

test("export takes one room and a format that there is", () => {
  const command = parseCommand(["export", "--room", "#Dev", "--format", "md"], {});
  expect(command).toMatchObject({ command: "export", room: "dev", format: "md" });
  expect(parseCommand(["export"], {})).toMatchObject({ room: "lobby", format: "txt" });
  expect(() => parseCommand(["export", "--format", "pdf"], {})).toThrow("must be jsonl, md, txt");
  const twice = ["export", "--room", "a", "--room", "b"];
  expect(() => parseCommand(twice, {})).toThrow("one room");
});
