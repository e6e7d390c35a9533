/** Before the first packet, and before each, in the file of a capture. */
const fileHeaderBytes = 24;
const packetHeaderBytes = 16;

const ethernetHeaderBytes = 14;
const udpHeaderBytes = 8;

/** The UDP datagrams to or from a port in a capture of an Ethernet link, in order, each once. */
export function datagramsOf(capture: Buffer, port: number): readonly Buffer[] {
  const datagrams: Buffer[] = [];
  let at = fileHeaderBytes;
  while (at + packetHeaderBytes <= capture.length) {
    const bytes = capture.readUInt32LE(at + 8);
    const frame = capture.subarray(at + packetHeaderBytes, at + packetHeaderBytes + bytes);
    at += packetHeaderBytes + bytes;
    const udp = frame.subarray(ethernetHeaderBytes + 4 * ((frame[ethernetHeaderBytes] ?? 0) & 15));
    if (udp.length < udpHeaderBytes) continue;
    if (udp.readUInt16BE(0) !== port && udp.readUInt16BE(2) !== port) continue;
    datagrams.push(udp.subarray(udpHeaderBytes));
  }
  return datagrams;
}
