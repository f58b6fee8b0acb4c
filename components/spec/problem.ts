/** One thing wrong with a spec: where it is, and what is wrong with how to mend it. */
export interface Problem {
  /** Property path from the spec's root, for example `clusters[1].name`. */
  readonly path: string;
  readonly message: string;
}
