/** The table of `src/room/confusables.ts`, made anew from Unicode's data. */
export function confusableRows(): readonly string[];
