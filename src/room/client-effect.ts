import type { SessionNews } from "./client-news.ts";
import type { ServerLocation, ShownKey } from "./client-port.ts";

/** What a `ChatClient` wants done. */
export type ClientEffect =
  /** Find out where the server is now; answered by `handleResolved`. */
  | { readonly type: "resolve" }
  /** Answered by `handleOpened` or `handleClosed`. */
  | { readonly type: "connect"; readonly to: ServerLocation }
  /** Find out what the owner thinks of the server's key; answered by `handleVerdict`. */
  | ({ readonly type: "judge" } & ShownKey)
  | { readonly type: "send"; readonly channel: number; readonly message: Uint8Array }
  /** Answered by `handleClosed`. */
  | { readonly type: "close"; readonly code: number; readonly text: string }
  | { readonly type: "event"; readonly event: SessionNews };
