/** Whom files are offered to: those in a room, or one person in a private chat. */
export type FileTarget = { readonly room: string } | { readonly nick: string };

/** What the owner of a client wants done with files. An offer goes by the id of its entry. */
export type FileAction =
  | { readonly type: "offer"; readonly to: FileTarget; readonly path: string }
  /** Without a directory it is the one where downloads go. */
  | { readonly type: "accept"; readonly offer: string; readonly directory?: string }
  /** `cancel` takes an offer of ours back, or gives up what we take. */
  | {
      readonly type: "decline" | "cancel" | "pause" | "resume";
      readonly offer: string;
    };
