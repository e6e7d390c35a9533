import { describe, expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/bytes.ts";
import { ackDelayLimitMs, datagramBytesMin, socketBytesMin } from "../../src/transport/limits.ts";
import {
  idleMsMin,
  ourParameters,
  parameterIds,
  readParameters,
  type TransportParameters,
  writeParameters,
} from "../../src/transport/parameters.ts";

function encode(parameters: TransportParameters): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(200));
  writeParameters(writer, parameters);
  return writer.written;
}

function read(bytes: Uint8Array): TransportParameters | undefined {
  return readParameters(new ByteReader(bytes));
}

/** The list with one more entry in front. */
function withEntry(id: number, value: Uint8Array): Uint8Array {
  const ours = encode(ourParameters);
  return Uint8Array.from([ours[0]! + 1, id, value.length, ...value, ...ours.subarray(1)]);
}

describe("transport parameters", () => {
  test("survive encoding and decoding", () => {
    expect(read(encode(ourParameters))).toEqual(ourParameters);
  });

  test("with unknown ids are understood", () => {
    expect(read(withEntry(33, Uint8Array.of(1, 2, 3)))).toEqual(ourParameters);
    expect(read(withEntry(33, new Uint8Array(0)))).toEqual(ourParameters);
  });

  test("cut anywhere are undefined", () => {
    const bytes = encode(ourParameters);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(read(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  test("given twice, or with a value longer than its number, are undefined", () => {
    expect(read(withEntry(parameterIds.idleMsMax, Uint8Array.of(0x4d, 0xac)))).toBeUndefined();
    const bytes = encode(ourParameters);
    expect(read(Uint8Array.from([5, 1, 3, 0x4d, 0xac, 0, ...bytes.subarray(5)]))).toBeUndefined();
  });

  test("at the edge of their ranges are taken, one past it not", () => {
    const taken: Partial<TransportParameters>[] = [
      { idleMsMax: idleMsMin },
      { ackDelayMaxMs: ackDelayLimitMs },
      { ackDelayMaxMs: 0 },
      { datagramBytesMax: datagramBytesMin },
      { socketBytes: socketBytesMin },
      { initialDataMax: 0, initialStreamDataMax: 0 },
    ];
    for (const part of taken) {
      expect(read(encode({ ...ourParameters, ...part }))).toEqual({ ...ourParameters, ...part });
    }
    const refused: Partial<TransportParameters>[] = [
      { idleMsMax: idleMsMin - 1 },
      { ackDelayMaxMs: ackDelayLimitMs + 1 },
      { datagramBytesMax: datagramBytesMin - 1 },
      { socketBytes: socketBytesMin - 1 },
    ];
    for (const part of refused) {
      expect(read(encode({ ...ourParameters, ...part }))).toBeUndefined();
    }
  });
});
