import { describe, expect, test } from "vitest";
import { helpText } from "../../src/cli/help.ts";
import { waitMsDefault } from "../../src/cli/network-options.ts";
import { commandTable, optionTable } from "../../src/cli/option-table.ts";
import { defaultDataPort, defaultDiscoveryPort } from "../../src/discovery/ports.ts";

describe("help", () => {
  test("the program's help names every command", () => {
    for (const command of commandTable) expect(helpText(undefined)).toContain(command.help);
  });

  test.each(["chat", "serve", "list", "bot"] as const)(
    "%s's help lists exactly its options",
    (name) => {
      const listed = [...helpText(name).matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)].map(
        ([, option]) => option,
      );
      const taken = optionTable.filter((option) => option.commands.includes(name));
      expect(listed).toEqual(taken.map((option) => option.name));
    },
  );

  test("the defaults in the help are those of the program", () => {
    expect(helpText("serve")).toContain(`[${defaultDiscoveryPort}]`);
    expect(helpText("serve")).toContain(`[${defaultDataPort}, or a free one`);
    expect(helpText("list")).toContain(`[${waitMsDefault}]`);
  });

  test("no line is wider than 100 columns, and the text ends in a line feed", () => {
    for (const topic of [undefined, ...commandTable.map((command) => command.name)]) {
      const text = helpText(topic);
      expect(text.endsWith("\n")).toBe(true);
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    }
  });
});
