/** A request of a load that has ended. */
export interface Answer {
  readonly service: string;
  /** Milliseconds since 1970, as `ended`. */
  readonly begun: number;
  readonly ended: number;
  /** 0 where none came. */
  readonly status: number;
  /** What was answered, or why nothing was. */
  readonly body: string;
}

/** What a load is judged by. */
export interface Demand {
  readonly client: string;
  /** When the load began, and when its end was asked for; answers are demanded in between. */
  readonly from: number;
  readonly until: number;
  /** The pods that are to answer, by service. */
  readonly pods: Readonly<Record<string, readonly string[]>>;
}

/** The longest time without an answer of a service. */
export const MAX_GAP_MS = 5000;

/** What is wrong with the answers that a client got: failures of every kind, and gaps between what is none. */
export function loadProblems(answers: readonly Answer[], demand: Demand): string[] {
  return Object.entries(demand.pods).flatMap(([service, pods]) => {
    const own = answers.filter((answer) => answer.service === service);
    const problems = [...failures(own, pods), ...gaps(own, pods, demand)];
    return problems.map((problem) => `${demand.client} -> ${service}: ${problem}`);
  });
}

/** Each kind of failure once, with its number and times. */
function failures(answers: readonly Answer[], pods: readonly string[]): string[] {
  const times = new Map<string, number[]>();
  for (const answer of answers) {
    const failure = failureOf(answer, pods);
    if (failure !== undefined) times.set(failure, [...(times.get(failure) ?? []), answer.begun]);
  }
  return [...times].map(
    ([failure, begun]) =>
      `${failure}, ${begun.length} times from ${clock(Math.min(...begun))} to ${clock(Math.max(...begun))}`,
  );
}

function failureOf({ status, body }: Answer, pods: readonly string[]): string | undefined {
  if (status !== 200) return `${status} ${body.trim()}`;
  const instance = /instance: (\S+)/.exec(body)?.[1];
  if (instance === undefined) return `an answer of nobody: ${body.trim()}`;
  if (!pods.includes(instance)) return `an answer of ${instance}, which is not asked`;
  return undefined;
}

function gaps(answers: readonly Answer[], pods: readonly string[], { from, until }: Demand): string[] {
  const good = answers.filter((answer) => failureOf(answer, pods) === undefined);
  const times = [from, ...good.map(({ ended }) => ended).sort((one, other) => one - other), until];
  return times.slice(1).flatMap((time, index) => {
    const before = times[index]!;
    if (time - before <= MAX_GAP_MS) return [];
    return [
      `no answer for ${((time - before) / 1000).toFixed(1)} s, from ${clock(before)} to ${clock(time)}`,
    ];
  });
}

function clock(time: number): string {
  return new Date(time).toISOString().slice(11);
}
