import type { Size } from "../../src/tui/picture.ts";
import { textBody } from "./client-events.ts";
import { someTime } from "./fake-client.ts";
import { joiningView, type ViewRun } from "./view.ts";

const dayMs = 86_400_000;

/** A room in which everything has happened once. */
export function livelyRoom(size: Size, isAscii = false): ViewRun {
  const run = joiningView({ size, isAscii }).enter("bob", "carol");
  run.said(1, "the build box is back", "bob", someTime - dayMs);
  run.said(2, "morning! here is the plan:\n1. tag\n2. build");
  run.said(3, "ready when you are");
  run.client({ type: "joined", room: "lobby", nick: "王小明" });
  run.client({ type: "left", room: "lobby", nick: "carol", reason: "lost" });
  run.said(4, "on it", "alice");
  const at = someTime;
  run.client({
    type: "pending",
    room: "lobby",
    id: "p",
    body: textBody("the cache path is wrong"),
    at,
  });
  return run;
}
