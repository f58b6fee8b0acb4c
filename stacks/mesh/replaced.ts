import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../../components/names";
import type { Site } from "./providers";

/**
 * Refuses a cluster that is not the one that was deployed to: in the state everything would be as it should, while
 * nothing of it is there.
 *
 * @param namespaceUid - of the component that made the namespace, in this run or an earlier one
 */
export function refuseReplaced({ plan, access }: Site, namespaceUid: pulumi.Output<string>): void {
  const { live } = access;
  if (live === undefined) return;
  // Asked only now, since this run may have made it.
  const found = namespaceUid.apply((deployed) => live().apply(({ namespace }) => ({ deployed, namespace })));
  found.apply(({ deployed, namespace }) => {
    if (namespace === undefined || namespace.uid === deployed) return;
    const there = namespace.uid === undefined ? "none" : `another one (UID ${namespace.uid})`;
    throw new pulumi.RunError(
      `access of ${plan.name} does not lead to the cluster that was deployed to: its namespace ${ISTIO_NAMESPACE} had the UID ` +
        `${deployed}, and there is ${there}. If access is wrong, correct it. If the cluster is a new one beside the old, ` +
        `give it a name of its own. If the old one is gone, or the namespace was deleted by hand, run ` +
        `pulumi up --refresh --run-program, which makes anew what is not there; docs/runbooks/rename-and-replace.md`,
    );
  });
}
