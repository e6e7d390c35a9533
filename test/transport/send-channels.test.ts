import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import { decodeFrames } from "../../src/transport/frames.ts";
import { SendChannels } from "../../src/transport/send-channels.ts";
import type { SentFrame } from "../../src/transport/sent-packet.ts";

/** Three messages of 100, 20 and 10 bytes on channels 5, 1 and 7, in this order. */
function filled(): SendChannels {
  const channels = new SendChannels();
  channels.setLimits(10_000, 1000);
  channels.write(5, new Uint8Array(99));
  channels.write(1, new Uint8Array(19));
  channels.write(7, new Uint8Array(9));
  return channels;
}

function writeFrames(channels: SendChannels, bytes = 1200) {
  const writer = new ByteWriter(new Uint8Array(bytes));
  const sent: SentFrame[] = [];
  channels.writeFrames(writer, sent);
  const numbers = decodeFrames(writer.written)?.map((frame) => "channel" in frame && frame.channel);
  return { sent, numbers };
}

describe("SendChannels", () => {
  test("fills a datagram lower channels first, whichever was used first", () => {
    expect(writeFrames(filled()).numbers).toEqual([1, 5, 7]);
  });

  test("counts what is queued on all channels, until it is acknowledged", () => {
    const channels = filled();
    // A length of 64 and more takes two bytes.
    expect(channels.queuedBytes).toBe(101 + 20 + 10);
    for (const frame of writeFrames(channels).sent) {
      const before = channels.queuedBytes;
      if (frame.type !== "stream") continue;
      channels.onAcked(frame);
      expect(channels.queuedBytes).toBe(before - (frame.end - frame.start));
      channels.onAcked(frame);
    }
    expect(channels.queuedBytes).toBe(0);
    expect(channels.hasSendable).toBe(false);
  });

  test("sends again what was lost, also when nothing new waits", () => {
    const channels = filled();
    const [first] = writeFrames(channels).sent;
    expect(writeFrames(channels).sent).toEqual([]);
    if (first?.type === "stream") channels.onLost(first);
    expect(channels.hasSendable).toBe(true);
    expect(writeFrames(channels).sent).toEqual([first]);
  });
});
