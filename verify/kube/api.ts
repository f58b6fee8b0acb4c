import {
  CoreV1Api,
  createConfiguration,
  DiscoveryV1Api,
  type KubeConfig,
  ServerConfiguration,
} from "@kubernetes/client-node";
import { endingBy } from "../../stacks/mesh/kube-client";

/** How long an API call may take. */
export const CALL_SECONDS = 10;

/** Objects per answer of a list: thousands at once would be dear for API server and network. */
const PAGE = 500;

/** The APIs of a cluster, each call with a time limit. */
export function apisOf(kubeConfig: KubeConfig, signal?: AbortSignal) {
  const configuration = endingBy({ createConfiguration, ServerConfiguration }, kubeConfig, () =>
    timeLimit(CALL_SECONDS, signal),
  );
  return { core: new CoreV1Api(configuration), discovery: new DiscoveryV1Api(configuration) };
}

export function timeLimit(seconds: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(seconds * 1000);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

/** What a list's answer tells of those that follow. */
interface Page<T> {
  readonly items: T[];
  readonly metadata?: { readonly _continue?: string };
}

/** All items of a list, read page by page. */
export async function allPages<T>(
  list: (part: { limit: number; _continue?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  for (let next: string | undefined; ;) {
    const page: Page<T> = await list({ limit: PAGE, ...(next === undefined ? {} : { _continue: next }) });
    items.push(...page.items);
    next = page.metadata?._continue;
    if (next === undefined || next === "") return items;
  }
}
