import { EarshotError } from "../base/errors.ts";
import { utf8Bytes } from "../base/text.ts";
import { parseLineText } from "./line.ts";
import type { PostBody } from "./message-log.ts";
import { checkPostBody } from "./message-log.ts";

/**
 * A body that the server will take, as far as a client can know: its text is made safe, so that what
 * waits is shown as it will be.
 * @throws {EarshotError} WHEN `request-invalid`, `text-empty` or `text-too-long`.
 */
export function checkBody(body: PostBody): PostBody {
  if (body.type === "message" || body.type === "edit") {
    return { ...body, text: parseLineText(body.text) };
  }
  const checked = checkPostBody(body);
  if (checked === undefined) throw new EarshotError("request-invalid", `this ${body.type} is none`);
  return checked;
}

/** What its text weighs in the outbox, in bytes of UTF-8. */
export function textBytesOf(body: PostBody): number {
  return utf8Bytes(postText(body));
}

/** The text that would be lost with it; empty where there is none. */
export function postText(body: PostBody): string {
  return "text" in body ? body.text : "";
}
