import type { AccountAction } from "../room/account-action.ts";
import type { HistoryRange } from "../room/client-port.ts";
import type { Question } from "../room/client-question.ts";
import type { FileAction } from "../room/files/file-action.ts";
import type { PostBody } from "../room/message-log.ts";

/** What line mode wants done. */
export type PlainEffect =
  /** A line to print, without its line feed. */
  | { readonly type: "print"; readonly line: string }
  | {
      readonly type: "join";
      readonly room: string;
      readonly ref: string;
      readonly invitation?: string;
    }
  | { readonly type: "leave"; readonly room: string }
  | { readonly type: "post"; readonly room: string; readonly body: PostBody }
  | { readonly type: "ask"; readonly question: Question; readonly ref: string }
  | { readonly type: "account"; readonly action: AccountAction }
  | { readonly type: "file"; readonly action: FileAction }
  /** Answered by `handlePassword` or `handleUnaskedPassword`. */
  | { readonly type: "ask-password"; readonly question: string }
  | {
      readonly type: "history";
      readonly room: string;
      readonly range: HistoryRange;
      readonly ref: string;
    }
  | {
      readonly type: "read";
      readonly room: string;
      readonly sequence: number;
      readonly ordinal: number;
    }
  | { readonly type: "change-nick"; readonly nick: string }
  /** Nothing of this server is to be kept on this computer. */
  | { readonly type: "forget" }
  /** It is over, with this exit code. */
  | { readonly type: "end"; readonly exitCode: number };
