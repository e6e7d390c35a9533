import { phrase, ref, type SchemaTable, tagged, whole } from "./schema.ts";

/** How the server is, answered by `Health`. */
export interface AskHealth {
  readonly type: "health";
  readonly ref: number;
}

/** Copies everything that is stored, while it is used; answered by `BackedUp` when the copy was read whole. */
export interface BackUp {
  readonly type: "backup";
  readonly ref: number;
}

/** How the server is: for those who care for it. */
export interface Health {
  readonly type: "health";
  readonly ref: number;
  readonly memberCount: number;
  readonly roomCount: number;
  readonly accountCount: number;
  /** Entries that are kept, in all rooms. */
  readonly entryCount: number;
  /** Of the store on disk. */
  readonly bytes: number;
  /** When the server began, by its wall clock. */
  readonly startedAt: number;
}

/** The copy is there. */
export interface BackedUp {
  readonly type: "backup";
  readonly ref: number;
  /** The directory on the server's computer. */
  readonly directory: string;
  readonly entryCount: number;
}

export type CareRequest = AskHealth | BackUp;

export type CareReply = Health | BackedUp;

export const careRequests: SchemaTable<CareRequest> = {
  health: tagged<AskHealth>("health", { ref }),
  backup: tagged<BackUp>("backup", { ref }),
};

export const careReplies: SchemaTable<CareReply> = {
  health: tagged<Health>("health", {
    ref,
    memberCount: whole,
    roomCount: whole,
    accountCount: whole,
    entryCount: whole,
    bytes: whole,
    startedAt: whole,
  }),
  backup: tagged<BackedUp>("backup", { ref, directory: phrase, entryCount: whole }),
};
