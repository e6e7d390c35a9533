import { setFlagsFromString } from "node:v8";

/** By how much the heap may grow before all of it is looked through: percent of what is in use. */
const bulkPercent = 400;

/** What V8 takes for "as you think best". */
const usualPercent = 0;

let holders = 0;

/**
 * Lets the heap grow while a file is received, until what is returned is called. Each datagram is memory
 * outside the heap, which V8 adds to it: with the usual limit of a small heap it looks through everything
 * after each 6 MB that come, 10 ms each time. Receiving 512 MiB then takes 5.0 s of CPU instead of 3.8,
 * and the answers' delay makes the sender slower. V8 looks at this after each collection.
 */
export function letHeapGrow(): () => void {
  holders += 1;
  if (holders === 1) setFlagsFromString(`--heap-growing-percent=${bulkPercent}`);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders -= 1;
    if (holders === 0) setFlagsFromString(`--heap-growing-percent=${usualPercent}`);
  };
}
