import { EarshotError } from "../base/errors.ts";
import type { AccountDevice } from "./account-table.ts";
import { devicesMax } from "./limits.ts";

/**
 * The devices with one more, or with a newer certificate of one.
 * @throws {EarshotError} WHEN there are too many `limit-reached`.
 */
export function withDevice(
  devices: readonly AccountDevice[],
  added: AccountDevice,
): readonly AccountDevice[] {
  const others = devices.filter(({ key }) => key !== added.key);
  if (others.length < devicesMax) return [...others, added];
  throw new EarshotError("limit-reached", `${devicesMax} devices already: revoke one first`);
}
