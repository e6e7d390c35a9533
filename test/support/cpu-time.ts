/**
 * Milliseconds of CPU that the work takes: as many when others run on the machine too, unlike what a
 * clock on the wall says. Each test file has a process of its own, so it is nobody else's.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1_000;
}
