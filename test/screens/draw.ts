import { openTerminal } from "../../src/tui/terminal.ts";
import { SimulatedClock } from "../support/clock.ts";
import { Emulator } from "../support/emulator.ts";
import type { Scene } from "./scenes.ts";
import { svgOf } from "./svg.ts";

/** A scene as the product draws it on a terminal, and as a picture of that. */
export async function drawScene(
  scene: Scene,
): Promise<{ readonly text: string; readonly svg: string }> {
  const run = scene.run();
  const emulator = new Emulator(run.state.size);
  const nothing = (): void => undefined;
  const terminal = openTerminal({
    stdin: emulator.stdin,
    stdout: emulator.stdout,
    env: { TERM: "xterm-256color" },
    clock: new SimulatedClock(),
    onKey: nothing,
    onResize: nothing,
  });
  terminal.draw(run.picture());
  await emulator.settled();
  const drawn = { text: emulator.picture(), svg: svgOf(emulator, scene.title) };
  terminal.close();
  emulator.dispose();
  return drawn;
}
