import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { drawScene } from "./draw.ts";
import { scenes } from "./scenes.ts";

const docs = new URL("../../docs/", import.meta.url);

// `npm run screenshots` runs this: what it writes is looked at by people and committed.
test.each(scenes)("draws docs/screens/$name.svg", async (scene) => {
  const { svg } = await drawScene(scene);
  await mkdir(new URL("screens/", docs), { recursive: true });
  await writeFile(new URL(`screens/${scene.name}.svg`, docs), svg);
  expect(svg).toContain("</svg>");
});

test("writes docs/SCREENS.md", async () => {
  const pictures = scenes.map(
    ({ name, title }) => `## ${title}\n\n![${title}](screens/${name}.svg)\n`,
  );
  const head =
    "Each is drawn by the program on a terminal in memory: `npm run screenshots` draws them all again.";
  await writeFile(
    new URL("SCREENS.md", docs),
    ["# Screens\n", `${head}\n`, ...pictures].join("\n"),
  );
});
