const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/**
 * So many bytes for people, in decimal units as disks and networks have them, with one digit behind the
 * point from 1 kB on: `340 B`, `1.5 MB`.
 */
export function bytesText(bytes: number): string {
  let value = bytes;
  let index = 0;
  // What would be rounded up to 1000.0 is 1 of the next unit.
  while (999.95 <= value && index < units.length - 1) {
    value /= 1_000;
    index += 1;
  }
  const unit = units[index] ?? "";
  return index === 0 ? `${value} ${unit}` : `${value.toFixed(1)} ${unit}`;
}
