/** What line mode wants done. */
export type PlainEffect =
  /** A line to print, without its line feed. */
  | { readonly type: "print"; readonly line: string }
  | { readonly type: "join"; readonly room: string; readonly ref: string }
  | { readonly type: "leave"; readonly room: string }
  | { readonly type: "say"; readonly room: string; readonly text: string }
  | {
      readonly type: "history";
      readonly room: string;
      readonly limit: number;
      readonly ref: string;
    }
  | { readonly type: "change-nick"; readonly nick: string }
  /** It is over, with this exit code. */
  | { readonly type: "end"; readonly exitCode: number };
