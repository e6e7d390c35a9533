/** VTE takes no longer ones (the OSC 8 specification, "Length limits"). */
export const linkUnitsMax = 2_083;

/**
 * The address as a terminal may be given it: http, https or file, in printable ASCII, at most
 * `linkUnitsMax` characters. Other characters are percent-encoded in UTF-8 (RFC 3987 section 3.1).
 * `undefined` for what is no such address.
 */
export function safeLink(address: string): string | undefined {
  if (linkUnitsMax < address.length || !/^(?:https?|file):\/\/[^\s]/iu.test(address))
    return undefined;
  const encoded = address.toWellFormed().replace(/[^!-~]/gu, encodeURIComponent);
  return encoded.length <= linkUnitsMax ? encoded : undefined;
}
