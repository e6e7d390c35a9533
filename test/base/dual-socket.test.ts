import { expect, test } from "vitest";
import { bindDatagramSocket, type DatagramSocketOptions } from "../../src/base/datagram-socket.ts";
import { withIpv6 } from "../../src/base/dual-socket.ts";
import { until } from "../discovery/lan.ts";

/** What was heard, as `text from host`. */
function listener() {
  const heard: string[] = [];
  const onDatagram: DatagramSocketOptions["onDatagram"] = (datagram, from) => {
    heard.push(`${Buffer.from(datagram)} from ${from.host}`);
  };
  return { heard, onDatagram };
}

/** Whether there is an IPv6 loopback here. */
async function hasIpv6(): Promise<boolean> {
  const address = { host: "::1", port: 0 };
  const socket = await bindDatagramSocket({ address, onDatagram: () => {} }).catch(() => undefined);
  await socket?.close();
  return socket !== undefined;
}

test("hears and answers both families on one port, each under its own addresses", async ({
  skip,
}) => {
  if (!(await hasIpv6())) skip("there is no IPv6 here");
  const { heard, onDatagram } = listener();
  const ipv4 = await bindDatagramSocket({ address: { host: "127.0.0.1", port: 0 }, onDatagram });
  const socket = await withIpv6(ipv4, { address: { host: "::1", port: 0 }, onDatagram });
  expect(socket.address).toEqual(ipv4.address);
  const { port } = socket.address;
  for (const host of ["127.0.0.1", "::1"]) socket.send({ host, port }, Buffer.from("hello"));
  await until(() => heard.length === 2);
  expect(heard.toSorted()).toEqual(["hello from 127.0.0.1", "hello from ::1"]);
  await socket.close();
  const again = await bindDatagramSocket({ address: { host: "::1", port }, onDatagram });
  await again.close();
});

test("is the IPv4 socket alone where another program has the port of IPv6", async ({ skip }) => {
  if (!(await hasIpv6())) skip("there is no IPv6 here");
  const { onDatagram } = listener();
  const ipv4 = await bindDatagramSocket({ address: { host: "127.0.0.1", port: 0 }, onDatagram });
  const address = { host: "::1", port: ipv4.address.port };
  const holder = await bindDatagramSocket({ address, onDatagram });
  expect(await withIpv6(ipv4, { address, onDatagram })).toBe(ipv4);
  await Promise.all([ipv4.close(), holder.close()]);
});
