/**
 * Annotations that tell `@pulumi/kubernetes` when a Service is there. Its own logic also wants endpoints, and after
 * each change of them ten quiet seconds; the Deployments behind our Services are awaited anyway.
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-com-annotations
 */

/** The Service counts as made once the API has it. */
export const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" } as const;

/** The Service counts as made once it has a load balancer's address, which links to the cluster need. */
export const AWAIT_LOAD_BALANCER = {
  "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}",
} as const;
