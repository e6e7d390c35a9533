import { besideBulk } from "./workloads/beside-bulk.js";
import { bulk } from "./workloads/bulk.js";
import { chat } from "./workloads/chat.js";
import { crowd } from "./workloads/crowd.js";
import { discovery } from "./workloads/discovery.js";
import { fanOut } from "./workloads/fan-out.js";
import { files } from "./workloads/files.js";
import { goodput } from "./workloads/goodput.js";
import { idle } from "./workloads/idle.js";
import { messages } from "./workloads/messages.js";
import { roundTrip } from "./workloads/round-trip.js";
import { store } from "./workloads/store.js";
import { storm } from "./workloads/storm.js";
import { terminal } from "./workloads/terminal.js";

/**
 * Something to measure. `client` runs in one process; the other runs a `LoadServer` on the peer's
 * transport, or what `serve` starts.
 *
 * @typedef {object} Workload
 * @property {string} title
 * @property {readonly Column[]} columns The first is the one that peers are compared by.
 * @property {object} options For `client`.
 * @property {object} [quickOptions] What `--quick` takes instead.
 * @property {boolean} [isQuick] Whether `--quick` runs it at all; `true` when absent.
 * @property {readonly string[]} [nodeFlags] For Node at both ends.
 * @property {readonly string[]} [peers] The only peers it makes sense for.
 * @property {LinkShape} [link] A link to put between the two; only peers that can be relayed cross it.
 * @property {number} [datagramBytesMax] For a path that carries no longer datagrams; only over UDP.
 * @property {boolean} [isUnheard] Whether clients connect without the peer's hint.
 * @property {number} [msMax] How long it may take, when that is longer than others may.
 * @property {number} [repsMax] How often it is measured at most.
 * @property {boolean} [isPinned] Whether each end has a core of its own; `true` when absent.
 * @property {(host: string, task: object) => Promise<{ port: number, target: object }>} [serve]
 * @property {(context: Context) => Promise<Record<string, number>>} client
 */

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} head With the unit.
 * @property {boolean} [isLessBetter]
 */

/**
 * @typedef {object} Context
 * @property {string} host
 * @property {number} port
 * @property {import("./peer.js").Peer} peer
 * @property {string} peerName
 * @property {object} options
 * @property {() => Promise<import("./load-client.js").LoadClient>} open
 * @property {(name: string) => Promise<any>} server Calls a method of the server's end.
 */

/** @typedef {import("./link.js").LinkShape} LinkShape */

/** Packets that a slow link's queue holds: as the routers people have at home. */
const queuePackets = 64;

/** 200 ms of 100 Mbit/s in packets of 1500 bytes: a router with far too much memory. */
const bloatedQueuePackets = 1667;

const fast = { delayMs: 10, rateMbit: 100, queuePackets };
const slow = { delayMs: 25, rateMbit: 10, queuePackets };

/** @type {Readonly<Record<string, Workload>>} */
export const workloads = {
  bulk,
  "bulk-1452": {
    ...bulk,
    title: "Bulk in datagrams of at most 1452 bytes",
    datagramBytesMax: 1452,
    isQuick: false,
  },
  "round-trip": roundTrip,
  messages,
  "fan-out-100": fanOut(100),
  "fan-out-1000": fanOut(1000),
  storm,
  "storm-unheard": {
    ...storm,
    title: "The same by clients that know nothing but the address",
    isUnheard: true,
    peers: ["earshot"],
    isQuick: false,
  },
  "beside-bulk": besideBulk,
  idle,
  chat,
  crowd,
  store,
  files,
  tui: terminal,
  discovery,
  "link-100M-20ms-1%": goodput({ ...fast, loss: 0.01 }),
  "link-100M-20ms-5%": goodput({ ...fast, loss: 0.05 }, { isQuick: false }),
  "link-100M-20ms-20%": goodput({ ...fast, loss: 0.2 }, { isQuick: false }),
  "link-10M-50ms-1%": goodput({ ...slow, loss: 0.01 }, { isQuick: false }),
  "link-10M-50ms-5%": goodput({ ...slow, loss: 0.05 }, { isQuick: false }),
  "link-10M-50ms-20%": goodput({ ...slow, loss: 0.2 }, { isQuick: false }),
  "link-beside-bulk": {
    ...besideBulk,
    title: "A small message beside bulk over 100 Mbit/s, 20 ms round trip, 200 ms of queue",
    link: { delayMs: 10, rateMbit: 100, queuePackets: bloatedQueuePackets, loss: 0 },
    isQuick: false,
  },
};
