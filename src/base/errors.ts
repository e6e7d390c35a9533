import { getSystemErrorMap } from "node:util";

/**
 * What can go wrong in operation. A code never changes its meaning and is part of the bot contract;
 * messages may change. Match on `code`.
 */
export type ErrorCode =
  | "address-invalid"
  | "already-joined"
  | "argument-invalid"
  | "connection-lost"
  | "data-directory-in-use"
  | "data-directory-unusable"
  | "disk-full"
  | "file-changed"
  | "file-unusable"
  | "history-damaged"
  | "history-unavailable"
  | "identity-unusable"
  | "interface-not-found"
  | "internal"
  | "invitation-needed"
  | "known-servers-unusable"
  | "limit-reached"
  | "mailbox-full"
  | "nickname-invalid"
  | "nickname-registered"
  | "nickname-taken"
  | "nickname-unknown"
  | "no-server"
  | "not-allowed"
  | "not-joined"
  | "not-ready"
  | "password-needed"
  | "password-wrong"
  | "port-in-use"
  | "request-invalid"
  | "room-exists"
  | "room-invalid"
  | "server-closing"
  | "server-untrusted"
  | "socket-failed"
  | "target-invalid"
  | "terminal-unusable"
  | "text-empty"
  | "text-too-long"
  | "too-fast"
  | "version-mismatch";

/** An operating failure: a stable `code`, a phrase for people, and what caused it. */
export class EarshotError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EarshotError";
    this.code = code;
  }
}

/** The failure as one of ours: itself, or wrapped as `code` with the original as its cause. */
export function toEarshotError(error: unknown, code: ErrorCode, message: string): EarshotError {
  if (error instanceof EarshotError) return error;
  return new EarshotError(code, message, { cause: error });
}

/** The `code` of a Node system error such as `EADDRINUSE`, or `undefined`. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Why the system refused, as a phrase after a message: `: read-only file system`. Empty for what is no
 * system error.
 */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error) || !("errno" in error)) return "";
  const [, reason] = getSystemErrorMap().get(Number(error.errno)) ?? [];
  return reason === undefined ? "" : `: ${reason}`;
}
