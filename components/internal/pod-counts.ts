import * as pulumi from "@pulumi/pulumi";
import { hook } from "./hook";
import type { Manifest } from "./manifests";

/**
 * Warns, at preview too, of a Deployment that gets a fixed count in place of an autoscaler: the engine deletes that last of
 * all, and until then it may set the count that it wants.
 *
 * @param name - of the component that has the Deployment
 */
export function fixedCounts(name: string): pulumi.ResourceTransformation {
  return ({ type, props, opts }) =>
    type === "kubernetes:apps/v1:Deployment" && replicasOf(props) !== undefined
      ? { props, opts: pulumi.mergeOptions(opts, { hooks: { beforeUpdate: warningOf(name) } }) }
      : undefined;
}

function warningOf(name: string): pulumi.ResourceHook[] {
  return hook(`${name}-pod-counts`, async ({ oldInputs, newInputs }) => {
    const [before, after] = [oldInputs, newInputs].map((inputs) => inputs as Manifest | undefined);
    const count = replicasOf(after);
    if (before === undefined || after === undefined || count === undefined || replicasOf(before)) return;
    const { name: deployment, namespace } = after.metadata;
    await pulumi.log.warn(
      `${name}: Deployment ${namespace}/${deployment} gets ${count} pods in place of its autoscaler, which goes last and may count ` +
        `them anew until then; if there are not ${count} afterwards, run pulumi up --refresh. If pulumi up ends in a conflict over ` +
        ".spec.replicas, run it with PULUMI_K8S_ENABLE_PATCH_FORCE=true (docs/runbooks/drift.md)",
    );
  });
}

function replicasOf(deployment: unknown): number | undefined {
  return (deployment as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;
}
