import assert from "node:assert/strict";
import { EarshotError, systemErrorCode, toEarshotError } from "../base/errors.ts";
import type { StoreFailure } from "./store-port.ts";

/** What the server is told when the store cannot do something now. */
export function failure(message: string): StoreFailure {
  return { type: "failed", code: "history-unavailable", message };
}

/** The message of a failure of LevelDB or the system; anything else is our own mistake. */
export function diskMessage(error: unknown): string {
  if (error instanceof EarshotError) return error.message;
  assert(error instanceof Error && systemErrorCode(error) !== undefined, error as Error);
  return error.message;
}

/**
 * Whether LevelDB could not read what was written. Of a file that is gone or cut short it says no more
 * than what the system said: that there is no such file, or that there is nothing at that offset.
 */
export function isDamage(error: unknown): boolean {
  const code = systemErrorCode(error);
  if (code === "LEVEL_CORRUPTION") return true;
  if (code !== "LEVEL_IO_ERROR" || !(error instanceof Error)) return false;
  return /: (?:No such file or directory|Invalid argument)$/.test(error.message);
}

/** Why a store could not be opened, as one of our errors. `pid` is who may have it open. */
export function toOpenError(
  error: unknown,
  directory: string,
  pid: number | undefined,
): EarshotError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = systemErrorCode(cause);
  const damaged = `history in ${directory} is damaged: ${reason}`;
  if (error instanceof EarshotError && error.code === "argument-invalid") return error;
  if (error instanceof EarshotError && error.code === "history-damaged") {
    return new EarshotError("history-damaged", damaged, { cause: error });
  }
  if (code === "LEVEL_LOCKED") {
    const holder = pid === undefined ? "another process" : `process ${pid}`;
    const message = `data directory ${directory} is in use by ${holder}`;
    return toEarshotError(cause, "data-directory-in-use", message);
  }
  // LevelDB has no code of its own for a database that should be there and is not.
  if (isDamage(cause) || reason.includes("create_if_missing is false")) {
    return toEarshotError(cause, "history-damaged", damaged);
  }
  const message = `data directory ${directory} cannot be used: ${reason}`;
  return toEarshotError(error, "data-directory-unusable", message);
}
