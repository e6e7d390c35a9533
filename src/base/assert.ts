/** Fails to compile where a union has a member that the `switch` before it forgot. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${String(value)}`);
}
