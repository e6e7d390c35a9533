import { assertNever } from "../base/assert.ts";
import { toEarshotError } from "../base/errors.ts";
import { sanitizeLine } from "../base/text.ts";
import type { KeptSettings } from "./chat-options.ts";
import { listFiles } from "./file-list.ts";
import { openLink } from "./link-opener.ts";
import { saveText } from "./saved-file.ts";
import type { SystemAnswer, SystemRequest } from "./system-request.ts";
import type { Terminal } from "./terminal.ts";
import { type EditorEnvironment, editText } from "./text-editor.ts";

/** Who answers. */
export interface SystemPorts {
  readonly terminal: Pick<Terminal, "lend" | "takeBack">;
  readonly env: EditorEnvironment;
  /** Without, settings last until the end. */
  readonly settings: KeptSettings | undefined;
}

/** The answer as an event; `undefined` when there is none. Never rejects. */
export async function askSystem(
  request: SystemRequest,
  ports: SystemPorts,
): Promise<SystemAnswer | undefined> {
  switch (request.type) {
    case "save":
      return await saveText(request.file, request.text).then(
        (path): SystemAnswer => ({ type: "saved", path: sanitizeLine(path) }),
        (error: unknown) => ({ type: "save-failed", message: phraseOf(error) }),
      );
    case "edit-text":
      return await editInTerminal(request.text, ports);
    case "change-setting":
      return await ports.settings?.change(request.name, request.value).then(
        (text): SystemAnswer => ({ type: "settings-kept", text }),
        (error: unknown) => ({ type: "settings-unkept", message: phraseOf(error) }),
      );
    case "open-link": {
      const { link } = request;
      return await openLink(link).then(
        () => undefined,
        (error: unknown) => ({ type: "link-unopened", link, message: phraseOf(error) }),
      );
    }
    case "list-files": {
      const { directory } = request;
      return { type: "files", directory, files: await listFiles(directory) };
    }
    default:
      return assertNever(request);
  }
}

/** The terminal is the editor's meanwhile; the network goes on. */
async function editInTerminal(text: string, { terminal, env }: SystemPorts): Promise<SystemAnswer> {
  terminal.lend();
  try {
    return { type: "text-edited", text: await editText(text, env) };
  } catch (error) {
    return { type: "text-edit-failed", message: phraseOf(error) };
  } finally {
    terminal.takeBack();
  }
}

function phraseOf(error: unknown): string {
  return sanitizeLine(toEarshotError(error, "internal", "an unexpected failure").message);
}
