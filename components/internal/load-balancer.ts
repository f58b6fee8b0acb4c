import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";
import type { KubernetesObject } from "./manifests";
import { isUnitTest } from "./unit-test";
import { unknown } from "./unknown";

/** The part of a Service's status that matters here. */
interface ServiceStatus {
  readonly loadBalancer?: {
    readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
  };
}

/**
 * Address of a Service of type LoadBalancer, an IP or a host name; unknown in the preview of one that has none yet.
 *
 * @param owner - name of the component whose Service it is, for the error when there is no address
 */
export function loadBalancerAddress(
  owner: string,
  serviceName: string,
  service: pulumi.Output<KubernetesObject | undefined>,
  namespace: string = ISTIO_NAMESPACE,
): pulumi.Output<string> {
  const status = service.apply((found) => found?.status ?? pulumi.output<unknown>(undefined));
  return status.apply((current) => {
    const [ingress] = (current as ServiceStatus | undefined)?.loadBalancer?.ingress ?? [];
    const address = ingress?.ip ?? ingress?.hostname;
    if (address !== undefined) return pulumi.output(address);
    const missing = `Service ${namespace}/${serviceName} of ${owner} has no load balancer address`;
    if (!pulumi.runtime.isDryRun()) throw new Error(`${missing}; ${MEND}`);
    // A preview that ended here would refuse the very change by which the Service is to get one.
    if (!isUnitTest())
      void pulumi.log.warn(`${missing}, for which pulumi up waits; ${MEND}; docs/runbooks/addresses.md`);
    return unknown();
  });
}

const MEND = "check that the cluster gives one to Services of type LoadBalancer";
