/** The requests of one client: the shell command that sends them, and how to read what it printed. */

/** One answer of helloworld. */
export interface Answer {
  readonly version: string;
  /** Name of the pod that answered. */
  readonly pod: string;
}

/** What came back of a loop. */
export interface Answers {
  readonly answers: readonly Answer[];
  /** First output that is no answer: an error of curl, or of a proxy. */
  readonly firstError: string | undefined;
}

// The loop ends by itself, since a process in a pod outlives the connection that started it.
const SCRIPT = `
end=$(($(date +%s) + $2))
i=0
while [ $i -lt $1 ] && [ $(date +%s) -lt $end ]; do
  curl -sS --max-time 10 "$3" 2>&1
  echo
  i=$((i + 1))
done`;

/** How long a client may take in all. helloworld burns 0.1 s of CPU an answer, and all clients ask at once. */
export function loopSeconds(requests: number): number {
  return 60 + requests;
}

/** Command that sends requests one after the other, in one go. */
export function requestLoop(requests: number, url: string): string[] {
  return ["sh", "-c", SCRIPT, "sh", String(requests), String(loopSeconds(requests)), url];
}

/** Reads what {@link requestLoop} printed. */
export function readAnswers(output: string): Answers {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const answers: Answer[] = [];
  let firstError: string | undefined;
  for (const line of lines) {
    const match = /^Hello version: (\S+), instance: (\S+)$/.exec(line);
    if (match !== null) answers.push({ version: match[1] ?? "", pod: match[2] ?? "" });
    else firstError ??= line.slice(0, 200);
  }
  return { answers, firstError };
}
