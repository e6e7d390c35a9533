import type { FileName } from "./completion.ts";

/** What this machine is asked: for files, the person's own programs, and what is kept of settings. */
export type SystemRequest =
  /** Writes the text to a new file of about that name. */
  | { readonly type: "save"; readonly file: string; readonly text: string }
  /** Gives the terminal to the person's own editor; answered by `text-edited` or `text-edit-failed`. */
  | { readonly type: "edit-text"; readonly text: string }
  /** Keeps a setting in the file, or takes it out; answered by `settings-kept` or `settings-unkept`. */
  | { readonly type: "change-setting"; readonly name: string; readonly value: string | undefined }
  /** Gives an address to the program that this system opens such with; only failing is answered. */
  | { readonly type: "open-link"; readonly link: string }
  /** Asks for the names of the files there; answered by `files`. */
  | { readonly type: "list-files"; readonly directory: string };

/** What became of it. */
export type SystemAnswer =
  /** A message was written to a file of this path. */
  | { readonly type: "saved"; readonly path: string }
  | { readonly type: "save-failed"; readonly message: string }
  /** What came back from the editor of the person's own. */
  | { readonly type: "text-edited"; readonly text: string }
  | { readonly type: "text-edit-failed"; readonly message: string }
  /** A setting is kept; the file may say more that is new. */
  | { readonly type: "settings-kept"; readonly text: string }
  | { readonly type: "settings-unkept"; readonly message: string }
  | { readonly type: "link-unopened"; readonly link: string; readonly message: string }
  /** The files of a directory, by the name that it was asked for. */
  | { readonly type: "files"; readonly directory: string; readonly files: readonly FileName[] };
