import type { Form } from "./forms";

/** Istio's documentation, step by step. */
export const BY_HAND = "by-hand";

/** The same with as much as possible at once. */
export const IN_PARALLEL = "by-hand-parallel";

/** A way to build a mesh: by hand, or by this program in one of its forms. */
export type Way = Form | typeof BY_HAND | typeof IN_PARALLEL;

/** What each is called in reports. */
export const TITLES: Readonly<Record<Way, string>> = {
  [BY_HAND]: "the documented way",
  [IN_PARALLEL]: "the documented way in parallel",
  link: "a Secret per link",
  observer: "a Secret per observer",
  stacks: "a stack per cluster",
  import: "import links",
};
