/** What a person did at the terminal, decoded from its bytes. */
export type KeyEvent =
  /** Printable text, one or more whole graphemes. */
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "key";
      /** `a`..`z` and other characters with Ctrl or Alt, or a name such as `enter`. */
      readonly name: string;
      readonly isCtrl: boolean;
      readonly isAlt: boolean;
      readonly isShift: boolean;
    }
  /** A bracketed paste, whole, line ends as `\n`, sanitised. `isCut`: it was too long, its end is lost. */
  | { readonly type: "paste"; readonly text: string; readonly isCut?: boolean };

/** The keys that have names. */
export type KeyName =
  | "enter"
  | "tab"
  | "backspace"
  | "escape"
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "page-up"
  | "page-down"
  | "insert"
  | "delete"
  | "f1"
  | "f2"
  | "f3"
  | "f4"
  | "f5"
  | "f6"
  | "f7"
  | "f8"
  | "f9"
  | "f10"
  | "f11"
  | "f12";
