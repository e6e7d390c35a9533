import { EarshotError, toEarshotError } from "../../base/errors.ts";
import { withRef } from "../call-queue.ts";
import type { ClientEvent } from "../client-port.ts";
import type { FileEvent } from "../message-file.ts";
import { ClientFiles, type ClientFilesOptions } from "./client-files.ts";
import type { FileAction } from "./file-action.ts";
import type { FilePort, Transfer } from "./file-port.ts";

/** What moves the files that are offered and taken at one server. */
export interface OpenFiles {
  readonly files: FilePort;
  /** What is unfinished goes on the next time. */
  stop(): Promise<void>;
}

export interface FilesSlotOptions extends Omit<ClientFilesOptions, "files"> {
  /** Opens them for the server with this id; each change of a transfer is told. */
  readonly open: (serverId: string, onTransfer: (transfer: Transfer) => void) => Promise<OpenFiles>;
}

/** The files of a client, which are opened when its server has welcomed it. What happens meanwhile waits. */
export class FilesSlot {
  readonly #options: FilesSlotOptions;
  #client: ClientFiles | undefined;
  #opening: Promise<OpenFiles | undefined> | undefined;
  /** What was told and asked while they were being opened. */
  #early: ((client: ClientFiles) => void)[] = [];

  constructor(options: FilesSlotOptions) {
    this.#options = options;
  }

  /** See `ClientFiles.handleEvent`. */
  handleEvent(event: ClientEvent): boolean {
    if (this.#client !== undefined) return this.#client.handleEvent(event);
    if (event.type === "ready") this.#opening ??= this.#open(event.server.id);
    if (this.#opening !== undefined) this.#early.push((client) => client.handleEvent(event));
    return false;
  }

  /** See `ClientFiles.handleFileEvent`. */
  handleFileEvent(event: FileEvent): void {
    this.#client?.handleFileEvent(event);
  }

  /** See `ClientFiles.handleRelayed`. */
  handleRelayed(frame: Uint8Array): void {
    this.#client?.handleRelayed(frame);
  }

  /** See `ClientFiles.perform`. */
  perform(action: FileAction, ref: string | undefined): void {
    if (this.#client !== undefined) this.#client.perform(action, ref);
    else if (this.#opening !== undefined) {
      this.#early.push((client) => client.perform(action, ref));
    } else {
      const message = "there is no connection yet: try again";
      this.#options.onEvent({ type: "error", ...withRef(ref), code: "not-ready", message });
    }
  }

  async stop(): Promise<void> {
    const opened = await this.#opening;
    await this.#client?.stop();
    await opened?.stop();
  }

  async #open(serverId: string): Promise<OpenFiles | undefined> {
    try {
      const opened = await this.#options.open(serverId, (transfer) => {
        this.#client?.handleTransfer(transfer);
      });
      const client = new ClientFiles({ ...this.#options, files: opened.files });
      this.#client = client;
      for (const act of this.#early.splice(0)) act(client);
      return opened;
    } catch (error) {
      this.#early = [];
      this.#opening = undefined;
      const { code, message } = toEarshotError(error, "file-unusable", "no files can be moved");
      this.#options.onEvent({ type: "error", code, message });
      return undefined;
    }
  }
}

/** What a client answers that was started without files. */
export function withoutFiles(): EarshotError {
  return new EarshotError("not-allowed", "this program moves no files");
}
