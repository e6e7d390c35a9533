import type { ClientFileOptions } from "../room/client.ts";
import { startDisk } from "../room/files/disk-thread.ts";
import { FileHost } from "../room/files/file-host.ts";
import { openClientDirectory } from "./data-dir.ts";
import { downloadDirectory } from "./download-directory.ts";
import { bindHosts, type Network } from "./network.ts";
import { openTransferDirectory, temporaryTransferDirectory } from "./transfer-directory.ts";

export interface FileMoving {
  /** `undefined` means the platform's place for data. */
  readonly data: string | undefined;
  /** What kind of program it is: each kind goes on with its own, but `send`, which offers one thing. */
  readonly program: "bot" | "chat" | "receive" | "send";
  /** Where files go; `undefined` means where downloads do. */
  readonly directory?: string | undefined;
}

/** How a client of this program moves files. */
export async function fileMoving(
  network: Network,
  { data, program, directory }: FileMoving,
): Promise<ClientFileOptions> {
  const { clock, random } = network;
  const { ipv4, ipv6 } = bindHosts(network);
  return {
    directory: directory ?? (await downloadDirectory(process.env)),
    bindAddress: { host: ipv4, port: 0 },
    ipv6Host: ipv6,
    open: async (serverId, onTransfer) => {
      const client = await openClientDirectory(data);
      const place =
        program === "send"
          ? await temporaryTransferDirectory(client, serverId)
          : await openTransferDirectory(client, serverId, program);
      const disk = startDisk(() => undefined);
      const files = await FileHost.open({
        ...{ directory: place.path, disk, clock, random, onTransfer },
      });
      return {
        files,
        stop: async () => {
          await files.stop();
          await place.release();
        },
      };
    },
  };
}
