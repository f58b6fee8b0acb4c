/** The requests of one client to hosts of which nothing is known but their names. */

/** Requests per host. */
const GETS = 5;

/** What came back of a host's requests. */
export interface Got {
  readonly url: string;
  /** HTTP status of each answer; `000` for none. */
  readonly statuses: readonly string[];
  /** What curl said of the last one, if it failed. */
  readonly error: string;
}

/** What proxies answer in place of a service, and curl where nobody does. */
const UNANSWERED = ["000", "502", "503", "504"];

// A host ends with its first failure, so that hosts that do not answer cost one time limit each.
const SCRIPT = `
for url; do
  i=0
  while [ $i -lt ${GETS} ]; do
    said=$(curl -sS -o /dev/null --max-time 5 -w '%{http_code}' "$url" 2>&1)
    echo "$url" $said
    case "$said" in *${UNANSWERED.join("|*")}) break;; esac
    i=$((i + 1))
  done
done`;

/** Command that sends requests to each URL, in one go. */
export function getLoop(urls: readonly string[]): string[] {
  return ["sh", "-c", SCRIPT, "sh", ...urls];
}

/** How long {@link getLoop} may take, with every answer just in time. */
export function getSeconds(urls: readonly string[]): number {
  return 20 + 5 * GETS * urls.length;
}

/** Reads what {@link getLoop} printed. */
export function readGets(output: string, url: string): Got {
  const lines = output
    .split("\n")
    .map((line) => line.trim().split(" "))
    .filter(([first]) => first === url)
    .map(([, ...said]) => said.join(" "));
  const statuses = lines.map((said) => /(\d{3})$/.exec(said)?.[1] ?? "000");
  return { url, statuses, error: (lines.at(-1) ?? "was not asked").replace(/\d{3}$/, "").trim() };
}

/** How many of the answers are none of the service. */
export function unanswered({ statuses }: Got): number {
  return statuses.filter((status) => UNANSWERED.includes(status)).length;
}
