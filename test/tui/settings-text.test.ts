import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import {
  findSetting,
  settings,
  settingValue,
  settingWordsMax,
  settingWordUnitsMax,
} from "../../src/tui/setting-table.ts";
import { changedSettings, readSettings, settingsUnitsMax } from "../../src/tui/settings-text.ts";
import { rowsOf, sectionOf } from "../support/markdown.ts";
import { SeededRandom } from "../support/random.ts";

const byHand = `# mine
notify = all

highlights = release,  on-call , release
time=12h
key.Ctrl+G = open-editor
key.ctrl+= = none
key.c-x c-v = redraw
`;

describe("the settings file", () => {
  test("is read as people write it", () => {
    const { values, keys, problems } = readSettings(byHand);
    expect(problems).toEqual([]);
    expect(Object.fromEntries(values)).toEqual({
      notify: "all",
      highlights: "release, on-call",
      time: "12h",
    });
    expect(Object.fromEntries(keys)).toEqual({
      "ctrl+g": "open-editor",
      "ctrl+=": "none",
      "ctrl+x ctrl+v": "redraw",
    });
  });

  test("says which lines make no sense, and takes the others", () => {
    const { values, problems } = readSettings(
      "notify = maybe\nnotifi = all\nwhat\nkey.nokey+ = redraw\ntime = 12h\n",
    );
    expect(problems).toEqual([
      "settings, line 1: notify is off, mentions or all",
      "settings, line 2: no setting notifi: did you mean notify?",
      "settings, line 3: is no `name = value`",
      "settings, line 4: nokey+ is no key",
    ]);
    expect([...values]).toEqual([["time", "12h"]]);
  });

  test("keeps comments and everything else when a setting is changed or taken out", () => {
    expect(changedSettings(byHand, "notify", "off")).toBe(
      byHand.replace("notify = all", "notify = off"),
    );
    expect(changedSettings(byHand, "notify", undefined)).toBe(byHand.replace("notify = all\n", ""));
    expect(changedSettings(byHand, "mouse", "off")).toBe(`${byHand}mouse = off\n`);
    expect(changedSettings(byHand, "mouse", undefined)).toBe(byHand);
    expect(changedSettings("what\n", "mouse", "off")).toBe("what\nmouse = off\n");
  });

  test("has each setting once after a change, where it counted", () => {
    expect(changedSettings("time = 24h\n# here\ntime = 24h\n", "time", "12h")).toBe(
      "# here\ntime = 12h\n",
    );
  });

  test("begins with what it is", () => {
    const text = changedSettings("", "time", "12h");
    expect(text).toMatch(/^# Settings of earshot.*\n(#.*\n)*time = 12h\n$/);
    expect(readSettings(text).problems).toEqual([]);
  });

  test("reads back what was changed, whatever stood there", () => {
    const pieces = [
      byHand,
      "notify",
      "=",
      " ",
      "\n",
      "#",
      "key.",
      "ctrl+g",
      "off",
      "\r",
      "time = 12h",
    ];
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const text = Array.from({ length: 12 }, () => random.pick(pieces)).join("");
      const name = random.pick(["notify", "time", "key.ctrl+g"]);
      const value = { notify: "mentions", time: "24h", "key.ctrl+g": "redraw" }[name] ?? "";
      const after = readSettings(changedSettings(text, name, value));
      const read =
        name === "key.ctrl+g" ? after.keys.get("ctrl+g") : after.values.get(name as "time");
      expect(read, `seed ${seed}`).toBe(value);
    }
  });

  test("of the longest settings fits its limit", () => {
    const long = "x".repeat(settingWordUnitsMax);
    const words = Array.from({ length: settingWordsMax }, (_, index) =>
      `${index}${long}`.slice(0, 100),
    );
    const wordy = settings.filter(({ kind }) => kind.type === "words");
    expect(wordy.length * words.join(", ").length).toBeLessThan(settingsUnitsMax / 2);
  });
});

describe("the table of settings", () => {
  test("is the one in docs/SETTINGS.md", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/SETTINGS.md"), "utf8");
    const rows = settings.map(({ name, kind, usual, help }) => [
      name,
      kind.type === "choice" ? kind.values.join(", ") : "words",
      usual,
      help,
    ]);
    expect(rowsOf(sectionOf(page, "## The settings")).slice(0, rows.length)).toEqual(rows);
    expect(page).toContain(`at most ${settingWordsMax} of them, of at most ${settingWordUnitsMax}`);
    expect(page).toContain("more than 262,144 characters");
    expect(settingsUnitsMax).toBe(262_144);
  });

  test("has usual values that are values", () => {
    for (const setting of settings) {
      expect(settingValue(setting, setting.usual)).toEqual({ value: setting.usual });
    }
  });

  test("is found by name or the start of one", () => {
    expect(findSetting("NOTIFY")?.name).toBe("notify");
    expect(findSetting("hi")?.name).toBe("highlights");
    expect([findSetting(""), findSetting("x")]).toEqual([undefined, undefined]);
  });

  test("takes so many words of such a length, and not one more", () => {
    const setting = findSetting("filters")!;
    const words = Array.from({ length: settingWordsMax }, (_, index) => `w${index}`);
    expect(settingValue(setting, words.join(","))).toEqual({ value: words.join(", ") });
    expect(settingValue(setting, [...words, "one"].join(","))).toEqual({
      reason: "filters has 101 words, at most 100",
    });
    expect(settingValue(setting, "x".repeat(settingWordUnitsMax))).toHaveProperty("value");
    expect(settingValue(setting, "x".repeat(settingWordUnitsMax + 1))).toHaveProperty("reason");
  });
});
