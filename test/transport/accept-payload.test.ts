import { expect, test } from "vitest";
import { decodeAcceptPayload, encodeAcceptPayload } from "../../src/transport/accept-payload.ts";
import { ourParameters } from "../../src/transport/parameters.ts";

const payload = { id: 77, resetToken: new Uint8Array(16).fill(5), parameters: ourParameters };

test("the payload of ACCEPT survives encoding and decoding", () => {
  expect(decodeAcceptPayload(encodeAcceptPayload(payload))).toEqual(payload);
});

test("it is undefined when cut anywhere, when longer, and when the id is 0", () => {
  const bytes = encodeAcceptPayload(payload);
  for (let length = 0; length < bytes.length; length += 1) {
    expect(decodeAcceptPayload(bytes.subarray(0, length))).toBeUndefined();
  }
  expect(decodeAcceptPayload(Uint8Array.of(...bytes, 0))).toBeUndefined();
  expect(decodeAcceptPayload(encodeAcceptPayload({ ...payload, id: 0 }))).toBeUndefined();
});
