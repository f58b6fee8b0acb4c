import { ConfigMap, ConfigMapPatch } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE, SERVED_ROOT } from "../names";

/**
 * The root that a cluster's workloads trust, PEM, as it is at each preview and `up`: unlike the Secret with the CA,
 * what istiod hands out has no key in it.
 *
 * @param opts - depend on istiod
 */
export function servedRoot(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  // istiod is ready before it has written it; what does not exist cannot be read.
  const written = new ConfigMapPatch(
    `${name}-served-root`,
    {
      metadata: {
        name: SERVED_ROOT,
        namespace: ISTIO_NAMESPACE,
        annotations: { "pulumi.com/waitFor": "jsonpath={.data['root-cert.pem']}" },
      },
    },
    opts,
  );
  const id = written.id.apply(() => `${ISTIO_NAMESPACE}/${SERVED_ROOT}`);
  const { data } = ConfigMap.get(`${name}-served-root`, id, { ...opts, dependsOn: [written] });
  return data.apply((files) => files?.["root-cert.pem"] ?? "");
}
