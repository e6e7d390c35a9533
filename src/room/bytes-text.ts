const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** So many bytes for people, with one digit behind the point from 1 KiB on: `340 B`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let index = 0;
  // What would be rounded up to 1024.0 is 1 of the next unit.
  while (1023.95 <= value && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  const unit = units[index] ?? "";
  return index === 0 ? `${value} ${unit}` : `${value.toFixed(1)} ${unit}`;
}
