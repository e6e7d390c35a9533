import { createHmac, timingSafeEqual } from "node:crypto";

/** Bytes of the messages of OPAQUE-3DH with ristretto255 and SHA-512 (RFC 9807 sections 5 and 6). */
export const opaqueBytes = {
  registrationRequest: 32,
  registrationResponse: 64,
  record: 192,
  loginRequest: 96,
  loginResponse: 320,
  loginFinish: 64,
  loginState: 128,
  binding: 32,
} as const;

/** What a server computes, one step each. */
export type OpaqueTask =
  | { readonly type: "register"; readonly identifier: string; readonly request: Uint8Array }
  | {
      readonly type: "start-login";
      readonly identifier: string;
      /** `undefined` for somebody unknown, who gets an answer that looks like any other. */
      readonly record: Uint8Array | undefined;
      readonly request: Uint8Array;
    }
  | { readonly type: "finish-login"; readonly state: Uint8Array; readonly finish: Uint8Array };

/** `refused` is what came of bytes that make no sense, or of the wrong password. */
export type OpaqueResult =
  | { readonly type: "registering"; readonly response: Uint8Array }
  | {
      readonly type: "answered";
      readonly response: Uint8Array;
      /** For `finish-login`, and for nobody's eyes. */
      readonly state: Uint8Array;
    }
  | { readonly type: "proven"; readonly sessionKey: Uint8Array }
  | { readonly type: "refused" };

/** The server's side of OPAQUE: it needs some milliseconds, so the result comes by callback. */
export interface OpaquePort {
  run(task: OpaqueTask, onDone: (result: OpaqueResult) => void): void;
}

/** Who proves something. */
export type OpaqueSide = "client" | "server";

/**
 * Proves that who knows the session key speaks on this very connection: a relay in the middle has two
 * connections, with two bindings. OPAQUE's own context could hold it, but the library has none.
 */
export function bindingOf(
  sessionKey: Uint8Array,
  side: OpaqueSide,
  channelBinding: Uint8Array,
): Uint8Array {
  return createHmac("sha256", sessionKey)
    .update(`earshot channel ${side}\0`)
    .update(channelBinding)
    .digest();
}

/** Whether the other side's binding is right; takes as long whatever differs. */
export function isBound(
  binding: Uint8Array,
  sessionKey: Uint8Array,
  side: OpaqueSide,
  channelBinding: Uint8Array,
): boolean {
  const expected = bindingOf(sessionKey, side, channelBinding);
  return binding.length === expected.length && timingSafeEqual(binding, expected);
}
