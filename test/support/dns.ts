import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { DnsName, DnsRecord } from "../../src/discovery/dns-message.ts";

/** A record to be encoded: one that is read, or any other. */
export type SampleRecord =
  | (DnsRecord & { readonly timeToLive?: number; readonly recordClass?: number })
  | { readonly type: number; readonly name: DnsName; readonly data: Uint8Array };

const typeNumbers = { a: 1, ptr: 12, txt: 16, aaaa: 28, srv: 33 } as const;

/** An answer as a responder sends it, without compression. */
export function encodeAnswer(
  id: number,
  records: readonly SampleRecord[],
  options: { readonly flags?: number; readonly question?: DnsName; readonly type?: number } = {},
): Buffer {
  const { flags = 0x8400, question, type = 12 } = options;
  const asked = question === undefined ? [] : [encodeName(question), u16(type), u16(1)];
  const counts = [question === undefined ? 0 : 1, records.length, 0, 0].map(u16);
  return Buffer.concat([u16(id), u16(flags), ...counts, ...asked, ...records.map(encodeRecord)]);
}

/** A name server on loopback that knows a few records and says of all else that there is none. */
export async function nameServer(records: readonly SampleRecord[]) {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, type } = questionOf(query);
    const found = records.filter(
      (record) => record.name.join(".") === name && numberOf(record) === type,
    );
    const question = name.split(".");
    const flags = found.length === 0 ? 0x8183 : 0x8180;
    const answer = encodeAnswer(query.readUInt16BE(0), found, { flags, question, type });
    socket.send(answer, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    nameServers: [`127.0.0.1:${socket.address().port}`],
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

function questionOf(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length !== 0; length = query[at]!) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1) };
}

function numberOf({ type }: SampleRecord): number {
  return typeof type === "number" ? type : typeNumbers[type];
}

function encodeRecord(record: SampleRecord): Buffer {
  const type = numberOf(record);
  const { timeToLive = 120, recordClass = 1 } = "data" in record ? {} : record;
  const data = "data" in record ? Buffer.from(record.data) : encodeData(record);
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(timeToLive);
  return Buffer.concat([
    encodeName(record.name),
    u16(type),
    u16(recordClass),
    ttl,
    u16(data.length),
    data,
  ]);
}

function encodeData(record: DnsRecord): Buffer {
  switch (record.type) {
    case "a":
      return Buffer.from(record.address.split(".").map(Number));
    case "aaaa":
      return Buffer.concat(
        record.address.split(":").map((group) => u16(Number.parseInt(group, 16))),
      );
    case "ptr":
      return encodeName(record.target);
    case "srv":
      return Buffer.concat([u16(0), u16(0), u16(record.port), encodeName(record.target)]);
    case "txt":
      return Buffer.concat(record.entries.map(encodeText));
  }
}

function encodeName(name: DnsName): Buffer {
  return Buffer.concat([...name.map(encodeText), Buffer.of(0)]);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
