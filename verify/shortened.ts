/** How many remarks a message has. */
const TOLD = 5;

/** Remarks in one message: the first few, and how many more there are. */
export function shortened(remarks: readonly string[]): string {
  const more = remarks.length > TOLD ? ` and ${remarks.length - TOLD} more` : "";
  return remarks.toSorted().slice(0, TOLD).join("; ") + more;
}
