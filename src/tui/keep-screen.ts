import type { ClientPort } from "../room/client-port.ts";
import { draftText } from "./draft.ts";
import type { Screen } from "./view-state.ts";

/** What the person looks at, and has begun to write there, is to be found again at the next start. */
export function keepScreen(client: ClientPort | undefined, screen: Screen): void {
  if (client === undefined || screen.type !== "room") return;
  const { activeRoom: room } = screen;
  if (room === undefined) return;
  client.shown(room);
  client.keepDraft(room, draftText(screen, room));
}
