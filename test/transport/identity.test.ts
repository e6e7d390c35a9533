import { expect, test } from "vitest";
import { identityOf, resetToken } from "../../src/transport/identity.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { resetTokenBytes } from "../../src/transport/packet.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("the same key pair gives the same reset tokens after a restart, another does not", () => {
  const [a, again, b] = [1, 1, 2].map((byte) =>
    identityOf(keyPairOf(new Uint8Array(32).fill(byte))),
  );
  const token = resetToken(a!.resetSecret, 77);
  expect(token.length).toBe(resetTokenBytes);
  expect(hex(resetToken(again!.resetSecret, 77))).toBe(hex(token));
  expect(hex(resetToken(a!.resetSecret, 78))).not.toBe(hex(token));
  expect(hex(resetToken(b!.resetSecret, 77))).not.toBe(hex(token));
});
