import { expect, test } from "vitest";
import { transportExamples } from "../support/transport-examples.ts";

/** What version 1 looks like on the wire, for ever; INIT without its padding. */
const expected: Readonly<Record<string, string>> = {
  init: "c0000000010000000000000c0c0c0c0c0c160102030405060708090a0b0c0d0e0f101112131415160501024dac0204800c0000030480040000040114060244b0",
  accept:
    "c1000000010c0c0c0c0c0c0505050505050501024dac0204800c0000030480040000040114060244b0b29cfca0",
  retry: "c2000000010c0c0c0c0c0c000000000000160102030405060708090a0b0c0d0e0f10111213141516d5979b78",
  version: "c3000000000c0c0c0c0c0c00000000000001000000019c1f10a4",
  refuse: "c4000000010c0c0c0c0c0c000000000000800100100466756c6cb3eaaeec",
  ping: "400505050505050000000001ab4dd330",
  message: "40050505050505000000070205140101000208004064060568656c6c6f27bbbb52",
  credit: "400505050505050000000810800f42401101800493e0cb60011e",
  close: "40050505050505000000091c030362796591e0ebd3",
};

test.each(Object.entries(transportExamples))("the bytes of version 1 stay: %s", (name, bytes) => {
  if (name !== "init") {
    expect(Buffer.from(bytes).toString("hex")).toBe(expected[name]);
    return;
  }
  const padded = Buffer.alloc(1196);
  padded.write(expected["init"]!, "hex");
  expect(Buffer.compare(bytes.subarray(0, -4), padded)).toBe(0);
  expect(Buffer.from(bytes.subarray(-4)).toString("hex")).toBe("47be6a2c");
});
