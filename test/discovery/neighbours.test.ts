import { expect, test } from "vitest";
import { listNeighbours, parseNeighbours } from "../../src/discovery/neighbours.ts";

const table = `IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1      0x1         0x2         02:00:00:00:00:01     *        eth0
192.168.1.7      0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.9         0x1         0x6         02:00:00:00:00:09     *        eth1
`;

test("knows the hosts that have answered, also such as were entered by hand", () => {
  expect(parseNeighbours(table)).toEqual(["192.168.1.1", "10.0.0.9"]);
});

test("knows nobody in a table that is empty or no table", () => {
  expect(parseNeighbours("")).toEqual([]);
  expect(parseNeighbours("IP address       HW type     Flags")).toEqual([]);
  expect(parseNeighbours("\u0000 1 two\nnothing")).toEqual([]);
});

test("is an answer on every system", () => {
  expect(Array.isArray(listNeighbours())).toBe(true);
});
